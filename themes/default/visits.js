// Tells readers who come back what changed. What is kept, and why: docs/notice.md.
(() => {
	const block = document.getElementById("pg-visits"), page = block && JSON.parse(block.textContent);
	let note;

	function kept(key) {
		try {
			const mark = JSON.parse(localStorage.getItem(key));
			return mark.text_sha256.startsWith && Date.parse(mark.day) ? mark : null;
		} catch {
			return null;
		}
	}

	function keep() {
		try {
			const now = new Date(), day = new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 10);
			localStorage.setItem(page.key, JSON.stringify({ ...page.mark, day }));
		} catch {}
	}

	const isRead = (mark) => mark?.text_sha256 == page.mark.text_sha256;

	function visit() {
		const mark = kept(page.key), { from, texts } = page;
		if (from) return mark?.label == from && keep();
		if (!mark || isRead(mark)) return keep();
		const its = ([label]) => label == mark.label;
		let at = texts.findIndex((text) => its(text) && text[2] && mark.text_sha256.startsWith(text[2]));
		if (at < 0) at = texts.findIndex(its);
		if (!at) at = -1;
		const count = at < 0 ? 0 : texts.slice(0, at).filter((text) => text[1]).length;
		if (at < 0 || count) tell(mark, texts[at], count);
	}

	function tell({ label, day }, text, count) {
		note = block.previousElementSibling.content.firstElementChild.cloneNode(true);
		block.before(note);
		const find = (what) => note.querySelector(what), link = find("p a"), { lang } = block.closest("html");
		note.querySelectorAll("strong").forEach((words) => words.dataset.count == Math.min(count, 3) || words.remove());
		find("time").dateTime = day;
		find("time").append(new Date(day).toLocaleDateString(lang == "en" ? "en-GB" : lang, { dateStyle: "long", timeZone: "UTC" }));
		find("b")?.append(count);
		for (const { name, url, told } of page.told.slice(0, count)) {
			const item = document.createElement("li"), link = document.createElement("a");
			link.href = url;
			link.append(name);
			item.append(link, told);
			find("ul").append(item);
		}
		const to = (path) => link.href = new URL(`../${path}/index.html`, link.href), its = encodeURIComponent(label);
		if (text && label == page.mark.label) to(its + "/corrections");
		else if (text && page.since && text[2] != "") to("since/" + its);
		find("button").onclick = () => {
			keep();
			note.remove();
			block.closest("main").focus({ preventScroll: true });
		};
	}

	// Asked while the page is read: nothing moves.
	customElements.define("pg-changed", class extends HTMLElement {
		connectedCallback() {
			const { key, texts } = this.dataset, mark = kept(key);
			this.toggleAttribute("data-on", mark && !texts.split(" ").some((hash) => mark.text_sha256.startsWith(hash)));
		}
	});

	// Read in another tab, or before the way back.
	onstorage = onpageshow = () => {
		document.querySelectorAll("pg-changed").forEach((mark) => mark.connectedCallback());
		if (note && isRead(kept(page.key))) note.remove();
	};

	if (page) visit();
})();
