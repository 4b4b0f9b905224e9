// Every kind of page, for every reader: by ear and keyboard, in the dark, on a small screen, on paper.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { axe, reader } from "./support.mjs";

// One page of each kind.
const PAGES = [
  "/",
  "/changes/",
  "/legal/privacy/",
  "/legal/privacy/2.0/",
  "/legal/privacy/3.0/original/",
  "/legal/privacy/3.0/corrections/",
  "/legal/privacy/3.0/changes/",
  "/legal/privacy/since/1.0/",
  "/legal/privacy/changes/",
  "/legal/privacy/sections/",
  "/terms/",
  "/terms/2024-09-20/",
  "/cookies/",
  "/sales/2024-09-10/",
  "/sales/since/2024-09-10/",
  "/fax/",
  "/404.html",
];

// Goes through the pages as somebody who has read all policies before they changed.
const walk = (body, options = {}) =>
  reader(async (it) => {
    for (const path of ["/privacy/", "/sales/"]) await it.go(path);
    await it.at("third");
    for (const path of PAGES) {
      await it.go(path);
      await body(it, path);
    }
  }, options);

// What axe finds wrong. Its script comes by the browser's tools, which no Content-Security-Policy holds back.
async function violations(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  });
}

for (const colorScheme of ["light", "dark"])
  test(`axe finds nothing on any kind of page, ${colorScheme}`, () =>
    walk(
      async ({ page, note }, path) => {
        assert.equal(await note.count(), path === "/legal/privacy/" ? 1 : 0, path);
        assert.deepEqual(await violations(page), [], path);
      },
      { options: { colorScheme } },
    ));

test("axe finds what is wrong where something is", () =>
  reader(async ({ page, go }) => {
    await go("/privacy/");
    await page.evaluate(() => document.documentElement.removeAttribute("lang"));
    assert.match((await violations(page)).join(), /html-has-lang/);
  }));

test("nothing is wider than a screen of 320 pixels", () =>
  walk(
    async ({ page }, path) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, `${path}: ${width}`);
    },
    { options: { viewport: { width: 320, height: 640 } } },
  ));

test("the published style sheet has every rule of its source", () =>
  reader(async ({ page, go }) => {
    await go("/privacy/");
    const source = await readFile(new URL("../../themes/default/style.css", import.meta.url), "utf8");
    const [published, written] = await page.evaluate((source) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(source);
      // Space around commas and slashes says nothing; that of sums does.
      const told = ({ cssRules }) => Array.from(cssRules, (rule) => rule.cssText.replace(/\s+/g, " ").replace(/ ?([,/]) ?/g, "$1"));
      return [told(document.styleSheets[0]), told(sheet)];
    }, source);
    assert.ok(written.length > 100);
    assert.deepEqual(published, written);
  }));

test("the dark is dark", () =>
  reader(
    async ({ page, go }) => {
      await go("/privacy/");
      const [paper, ink] = await page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.documentElement);
        return [backgroundColor, color].map((colour) => colour.match(/\d+/g).reduce((sum, part) => sum + Number(part), 0));
      });
      assert.ok(paper < 150 && ink > 600, `${paper} ${ink}`);
    },
    { options: { colorScheme: "dark" } },
  ));

test("a keyboard alone walks through a redline", () =>
  reader(async ({ page, go, at }) => {
    await at("second");
    await go("/privacy/since/1.0/");
    const focused = () => page.evaluate(() => ({ text: document.activeElement.textContent, stop: document.activeElement.closest(".pg-stop")?.id, tag: document.activeElement.tagName }));
    await page.keyboard.press("Tab");
    assert.equal((await focused()).text, "Skip to the content");
    await page.keyboard.press("Enter");
    const stops = await page.locator(".pg-stop").count();
    assert.ok(stops >= 3, `${stops} stops`);
    // To the first stop, then from change to change.
    for (let n = 0; n < 60 && (await focused()).stop !== "pg-change-1"; n++) await page.keyboard.press("Tab");
    for (let n = 2; n <= stops; n++) {
      assert.equal((await focused()).stop, `pg-change-${n - 1}`);
      await page.keyboard.press("Enter");
      assert.equal(new URL(page.url()).hash, `#pg-change-${n}`);
      assert.ok(await page.locator(`#pg-change-${n}`).isVisible());
      await page.keyboard.press("Tab");
    }
    // What did not change opens and closes.
    const summary = page.locator("details.unchanged > summary").first();
    await summary.focus();
    await page.keyboard.press("Enter");
    assert.ok(await page.locator("details.unchanged").first().evaluate((details) => details.open));
  }));

test("every page can be printed, with its note left out", () =>
  reader(async ({ page, go, at, note }) => {
    await go("/privacy/");
    await at("second");
    for (const path of ["/privacy/", "/privacy/since/1.0/"]) {
      await go(path);
      const pdf = await page.pdf({ format: "A4" });
      assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
      assert.ok(pdf.length > 5000, `${path}: ${pdf.length}`);
    }
    await page.evaluate(() => localStorage.clear());
    await at("first");
    await go("/privacy/");
    await at("second");
    await go("/privacy/");
    assert.ok(await note.isVisible());
    await page.emulateMedia({ media: "print" });
    assert.ok(!(await note.isVisible()));
    assert.ok(await page.locator("article").isVisible());
  }));
