// Tells visitors of any page that a policy changed, or will. One line puts it there; docs/notice.md says how, and what is kept.
//
//   <script src="https://legal.example.com/assets/policy-notice.js" data-policy="privacy" async></script>
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector('script[src*="policy-notice.js"][data-policy]');
  if (!script?.dataset.policy) return;
  const { policy } = script.dataset;
  const days = Number.parseInt(script.dataset.days ?? "30", 10);
  // What a page may say in other words: {title} and {date} are put in.
  const words = {
    changed: "notice.changed",
    upcoming: "notice.upcoming",
    read: "notice.read",
    ahead: "notice.ahead",
    close: "notice.close",
    label: "notice.label",
    ...script.dataset,
  };
  const site = new URL("../", script.src);
  const language = script.dataset.language || document.documentElement.lang || "en";
  const today = new Date(Date.now() - new Date().getTimezoneOffset() * 6e4).toISOString().slice(0, 10);

  const style = `
    :host { all: initial; }
    section {
      position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: var(--policy-notice-layer, 1000);
      box-sizing: border-box; width: min(var(--policy-notice-width, 24rem), 100vw - 2rem); max-height: 60vh; overflow: auto; padding: 1rem;
      border: 1px solid var(--policy-notice-border, #7c8783); border-radius: var(--policy-notice-radius, 4px);
      background: var(--policy-notice-background, #fff); color: var(--policy-notice-color, #1d2321);
      font: var(--policy-notice-font, 1rem/1.45 system-ui, sans-serif); overflow-wrap: break-word;
    }
    p { margin: 0 0 .5rem; }
    a { color: var(--policy-notice-link, #0b5a75); }
    button {
      padding: .25rem .9rem; border: 1px solid currentColor; border-radius: var(--policy-notice-radius, 4px);
      background: none; color: inherit; font: inherit; cursor: pointer;
    }
    :focus-visible { outline: 3px solid var(--policy-notice-link, #0b5a75); outline-offset: 2px; }
    @media print { section { display: none; } }`;

  // What is kept under a key; null: nothing, nothing that makes sense, or storage is blocked.
  function kept(key) {
    try {
      const mark = JSON.parse(localStorage.getItem(key));
      return mark && typeof mark.label == "string" ? mark : null;
    } catch {
      return null;
    }
  }

  async function recordAt(path, moves) {
    const response = await fetch(new URL("." + path, site), { credentials: "omit" });
    if (!response.ok) return null;
    const record = await response.json();
    const moved = record.status == "moved" && typeof record.moved_to == "string";
    return moved && moves ? recordAt(record.moved_to, moves - 1) : record;
  }

  // The day from which readers are told of a version: that on which it holds, or was published where it does not say.
  function dayOf(version) {
    const published = (version.published || "").slice(0, 10);
    const holds = version.effective || "";
    return version.status == "upcoming" || holds <= today ? (holds > published ? holds : published) : published;
  }

  // The versions to tell of, newest first: none that is editorial, that never held, or that was closed or read already.
  function news(record) {
    const since = new Date(Date.parse(today) - (days >= 0 ? days : 30) * 864e5).toISOString().slice(0, 10);
    let versions = record.versions.slice(0, -1);
    for (const key of ["policygen-notice:", "policygen:"].map((name) => name + record.uid)) {
      const mark = kept(key);
      const at = mark ? versions.findIndex(({ label }) => label == mark.label) : -1;
      if (at >= 0) versions = versions.slice(0, at);
      else if (mark && mark.day) versions = versions.filter(({ published }) => (published || "").slice(0, 10) > mark.day);
    }
    const tells = ({ status, change }) => change != "editorial" && status != "called-off";
    return versions.filter((version) => tells(version) && dayOf(version) >= since);
  }

  function element(name, ...content) {
    const made = document.createElement(name);
    made.append(...content);
    return made;
  }

  function show(record, version) {
    const day = dayOf(version);
    const ahead = day > today;
    const date = new Date(day).toLocaleDateString(language == "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" });
    const put = (text) => text.replace("{title}", () => version.title || record.title).replace("{date}", () => date);
    const link = element("a", ahead ? words.ahead : words.read);
    link.href = new URL("." + (version.changes_url || version.url), site);
    const button = element("button", words.close);
    button.type = "button";
    const told = version.summary || version.description || "";
    const note = element(
      "section",
      element("p", element("strong", put(ahead ? words.upcoming : words.changed))),
      ...(told ? [element("p", told.length > 280 ? told.slice(0, 280) + "…" : told)] : []),
      element("p", link),
      button,
    );
    note.setAttribute("aria-label", words.label);
    const host = element("policy-notice");
    const root = host.attachShadow({ mode: "open" });
    // A sheet made by script: the Content-Security-Policy of the page need not allow inline styles.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    root.append(note);
    button.onclick = () => {
      host.remove();
      const { label, text_sha256 } = record.versions[0];
      try {
        localStorage.setItem("policygen-notice:" + record.uid, JSON.stringify({ label, text_sha256, day: today }));
      } catch {
        // Blocked or full: it comes back on the next page.
      }
    };
    document.body.append(host);
  }

  async function tell() {
    try {
      const record = await recordAt(`/${policy.split("/").map(encodeURIComponent).join("/")}/versions.json`, 2);
      const [newest] = record && record.status == "live" ? news(record) : [];
      if (newest) show(record, newest);
    } catch {
      // A notice that cannot be shown must not break the page that it stands on.
    }
  }

  if (document.body) tell();
  else addEventListener("DOMContentLoaded", tell);
})();
