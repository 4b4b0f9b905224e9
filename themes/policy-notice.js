// Tells visitors of any page that a policy changed, or will. One line puts it there; docs/notice.md says how, and what is kept.
//
//   <script src="https://legal.example.com/assets/policy-notice.js" data-policy="privacy" async></script>
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector('script[src*="policy-notice.js"][data-policy]');
  if (!script?.dataset.policy) return;
  const { policy } = script.dataset;
  const asked = Number.parseInt(script.dataset.days ?? "30", 10);
  const days = asked >= 0 ? Math.min(asked, 1e5) : 30;
  // What a page may say in other words: {title} and {date} are put in.
  const words = {
    changed: "notice.changed",
    upcoming: "notice.upcoming",
    corrected: "notice.corrected",
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
    div {
      position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: var(--policy-notice-layer, 1000);
      box-sizing: border-box; width: min(var(--policy-notice-width, 24rem), 100vw - 2rem); max-height: 60vh; overflow: auto; padding: 1rem;
      border: 1px solid var(--policy-notice-border, #7c8783); border-radius: var(--policy-notice-radius, 4px);
      background: var(--policy-notice-background, #fff); color: var(--policy-notice-color, #1d2321);
      font: var(--policy-notice-font, 1rem/1.45 system-ui, sans-serif); overflow-wrap: break-word;
    }
    section + section { margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--policy-notice-border, #7c8783); }
    p { margin: 0 0 .5rem; }
    article + article { margin-top: 1rem; }
    a { color: var(--policy-notice-link, #0b5a75); }
    button {
      padding: .25rem .9rem; border: 1px solid currentColor; border-radius: var(--policy-notice-radius, 4px);
      background: none; color: inherit; font: inherit; cursor: pointer;
    }
    :focus-visible { outline: 3px solid var(--policy-notice-link, #0b5a75); outline-offset: 2px; }
    @media print { div { display: none; } }`;

  // What is kept under a key; empty: nothing, nothing that makes sense, or storage is blocked.
  function kept(key) {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  }

  // The changes that were told of when somebody closed the notice.
  function closed(record) {
    const { told } = kept("policygen-notice:" + record.uid);
    return Array.isArray(told) ? told : [];
  }

  async function recordAt(path, moves) {
    const response = await fetch(new URL("." + path, site), { credentials: "omit" });
    if (!response.ok) return null;
    const record = await response.json();
    const moved = record.status == "moved" && typeof record.moved_to == "string";
    return moved && moves ? recordAt(record.moved_to, moves - 1) : record;
  }

  // The day from which readers are told of a text: that on which it holds, or was published where it does not say.
  function dayOf({ status, effective }, moment) {
    const published = (moment || "").slice(0, 10);
    const holds = effective || "";
    return (status == "upcoming" || holds <= today) && holds > published ? holds : published;
  }

  // Every text of a policy, newest first; `counts`: readers are to know of it. Nobody was held to what was called off.
  function textsOf(record) {
    const versions = record.versions.filter(({ status }) => status != "called-off");
    return versions.flatMap((version, at) => {
      const before = versions[at + 1];
      const says = before && !version.hidden && version.change != "editorial" && version.text_sha256 != before.text_sha256;
      const text = (commit, moment, counts) => ({ version, id: (commit || "").slice(0, 12), day: dayOf(version, moment), counts });
      const corrections = version.corrections.map(({ commit, date, text_sha256, suggested_change, description, changes_url }) => ({
        ...text(commit, date, suggested_change != "editorial"), text_sha256, description, changes_url, corrects: true,
      }));
      const original = text(version.revisions[0], version.published, says);
      return [...corrections.reverse(), { ...original, text_sha256: corrections.length ? "" : version.text_sha256 }];
    });
  }

  // Those that were not read on the site yet: its mark is there on the same origin.
  function unread(record, texts) {
    const mark = kept("policygen:" + record.uid);
    const its = texts.filter(({ version }) => version.label === mark.label);
    const read = its.find(({ text_sha256 }) => text_sha256 === mark.text_sha256) || its.pop();
    if (read) return texts.slice(0, texts.indexOf(read));
    return mark.day ? texts.filter(({ version, day }) => (version.published || day).slice(0, 10) > mark.day) : texts;
  }

  // What to tell of, newest first, each with the ids of the texts that it covers: what changed in a version tells of its
  // corrections too.
  function news(record) {
    const since = new Date(Date.parse(today) - days * 864e5).toISOString().slice(0, 10);
    const known = closed(record);
    const told = unread(record, textsOf(record)).filter(({ id, day, counts }) => id && counts && day >= since && !known.includes(id));
    const whole = new Set(told.filter(({ corrects }) => !corrects).map(({ version }) => version));
    return told
      .filter(({ version, corrects }) => !corrects || !whole.has(version))
      .map((text) => {
        const { id, version, corrects } = text;
        const all = corrects ? [id] : [id, ...version.corrections.map(({ commit }) => commit.slice(0, 12))];
        return { ...text, all };
      });
  }

  function element(name, ...content) {
    const made = document.createElement(name);
    made.append(...content);
    return made;
  }

  function dated(day) {
    const written = (language) => new Date(day).toLocaleDateString(language, { dateStyle: "long", timeZone: "UTC" });
    try {
      return written(language == "en" ? "en-GB" : language);
    } catch {
      // No language tag.
      return written("en-GB");
    }
  }

  // A change in words, with a link.
  function item(record, { version, day, corrects, description, changes_url }) {
    const ahead = day > today;
    const sentence = ahead ? words.upcoming : corrects ? words.corrected : words.changed;
    const put = sentence.replace("{title}", () => version.title || record.title).replace("{date}", () => dated(day));
    const link = element("a", ahead ? words.ahead : words.read);
    link.href = new URL("." + (corrects ? changes_url : version.changes_url || version.url), site);
    const told = (corrects ? description : version.summary || version.description) || "";
    return element(
      "article",
      element("p", element("strong", put)),
      ...(told ? [element("p", told.length > 280 ? told.slice(0, 280) + "…" : told)] : []),
      element("p", link),
    );
  }

  // The box, which several scripts on a page share.
  function box() {
    const there = document.querySelector("policy-notice")?.shadowRoot;
    if (there) return there.firstChild;
    const host = element("policy-notice");
    const root = host.attachShadow({ mode: "open" });
    // A sheet made by script: the Content-Security-Policy of the page need not allow inline styles.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    root.append(element("div"));
    document.body.append(host);
    return root.firstChild;
  }

  function show(record, told) {
    const button = element("button", words.close);
    button.type = "button";
    const note = element("section", ...told.map((change) => item(record, change)), button);
    note.setAttribute("aria-label", words.label);
    const all = box();
    all.append(note);
    button.onclick = () => {
      note.remove();
      if (!all.firstChild) all.getRootNode().host.remove();
      // What another tab closed stays closed.
      const ids = [...new Set([...told.flatMap(({ all }) => all), ...closed(record)])].slice(0, 100);
      try {
        localStorage.setItem("policygen-notice:" + record.uid, JSON.stringify({ told: ids, day: today }));
      } catch {
        // Blocked or full: it comes back on the next page.
      }
    };
  }

  async function tell() {
    try {
      const record = await recordAt(`/${policy.split("/").map(encodeURIComponent).join("/")}/versions.json`, 2);
      const told = record && record.status == "live" ? news(record) : [];
      if (told.length) show(record, told);
    } catch {
      // A notice that cannot be shown must not break the page that it stands on.
    }
  }

  if (document.body) tell();
  else addEventListener("DOMContentLoaded", tell);
})();
