// Shows what changed while somebody writes: loads the page anew, keeps the place, and says what is wrong.
(() => {
	const { number } = document.currentScript.dataset, KEPT = "policygen-live";
	const marks = () => [...document.querySelectorAll("article.redline ins, article.redline del")]
		.filter((mark) => !mark.closest(".ui, .sr-only"));
	const told = (mark) => mark.localName + " " + mark.textContent.trim();
	let source, box;

	// The place on the page, and what was marked on it.
	function keep() {
		try {
			const page = { path: location.pathname, top: scrollY, marks: marks().map(told) };
			sessionStorage.setItem(KEPT, JSON.stringify(page));
		} catch {}
	}

	function kept() {
		try {
			const page = JSON.parse(sessionStorage.getItem(KEPT));
			sessionStorage.removeItem(KEPT);
			return page?.path == location.pathname ? page : null;
		} catch {
			return null;
		}
	}

	// To the first mark that was not there before; else to where the reader was.
	function restore(page) {
		const before = new Map();
		for (const mark of page.marks) before.set(mark, (before.get(mark) ?? 0) + 1);
		const isNew = (mark) => {
			const left = before.get(told(mark)) ?? 0;
			before.set(told(mark), left - 1);
			return left < 1;
		};
		const all = marks(), change = page.marks.length || all.length ? all.find(isNew) : null;
		for (let at = change?.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
		scrollTo({ top: page.top, behavior: "instant" });
		if (change) change.scrollIntoView({ block: "center", behavior: "instant" });
	}

	function show(troubles) {
		box?.remove();
		box = null;
		if (!troubles.length) return;
		box = document.createElement("section");
		box.id = "policygen-troubles";
		box.setAttribute("role", "alert");
		box.style.cssText = "position:fixed;inset:auto 0 0 0;z-index:99999;max-height:50vh;overflow:auto;padding:1em 1.5em;" +
			"background:#5b0a12;color:#fff;font:15px/1.5 system-ui,sans-serif;box-shadow:0 0 1em #0008";
		const title = document.createElement("p"), list = document.createElement("ul"), close = document.createElement("button");
		title.append("Something is wrong. Until it is mended, this page may be older than your files.");
		title.style.cssText = list.style.cssText = "margin:0 0 .5em;color:inherit;font-weight:bold";
		for (const { place, message } of troubles) {
			const item = document.createElement("li"), where = document.createElement("code");
			item.style.cssText = "color:inherit;font-weight:normal;white-space:pre-wrap;overflow-wrap:anywhere";
			where.style.cssText = "color:inherit;background:none;font-weight:bold";
			where.append(place);
			item.append(...(place ? [where, ": "] : []), message);
			list.append(item);
		}
		close.append("Hide");
		close.onclick = () => box.remove();
		box.append(title, list, close);
		document.body.append(box);
	}

	function hear({ data }) {
		const now = JSON.parse(data);
		if (now.number == number) return show(now.troubles);
		source.close();
		keep();
		location.reload();
	}

	// A browser keeps few connections to one server: tabs that nobody sees hear what they missed when they are seen.
	function listen() {
		source?.close();
		source = null;
		if (document.visibilityState == "hidden") return;
		source = new EventSource("/assets/policygen-live");
		source.onmessage = hear;
	}

	const page = kept();
	if (page) {
		history.scrollRestoration = "manual";
		restore(page);
		addEventListener("load", () => restore(page), { once: true });
	}
	document.addEventListener("visibilitychange", listen);
	addEventListener("pageshow", ({ persisted }) => persisted && listen());
	addEventListener("pagehide", () => source?.close());
	listen();
})();
