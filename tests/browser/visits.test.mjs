// Since the last visit: what a reader who comes back is told, and what is kept of a visit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { reader, world } from "./support.mjs";

const COUNTED = "This policy has changed twice since you read it on 3 May 2024.";

// A reader of the first privacy policy who comes back when it has changed.
const returning = (body, options) =>
  reader(async (it) => {
    await it.go("/privacy/");
    await it.at("second", "2024-09-01");
    await it.go("/privacy/");
    await body(it);
  }, options);

test("the first visit is silent and keeps label, hash and day", () =>
  reader(async ({ go, note, mark }) => {
    await go("/privacy/");
    assert.equal(await note.count(), 0);
    const [[key, kept], ...others] = Object.entries(await mark());
    assert.equal(others.length, 0);
    assert.match(key, /^policygen:[0-9a-f]+$/);
    assert.deepEqual([kept.label, kept.day], ["1.0", "2024-05-03"]);
    assert.match(kept.text_sha256, /^[0-9a-f]{64}$/);
    await go("/privacy/");
    assert.equal(await note.count(), 0);
  }));

test("the day kept is the reader's own", () =>
  reader(
    async ({ go, mark, at }) => {
      await at("first", "2024-05-02");
      await go("/privacy/");
      // Ten in the morning in London is tomorrow on Kiritimati.
      assert.equal(Object.values(await mark())[0].day, "2024-05-03");
    },
    { options: { timezoneId: "Pacific/Kiritimati" } },
  ));

test("whoever comes back is told how often it changed, what, and where to see it", () =>
  returning(async ({ page, note }) => {
    assert.equal(await note.locator("strong").innerText(), COUNTED);
    const told = await note.locator("li").allInnerTexts();
    assert.deepEqual(told, ['Version 3.0: </script><script>document.title="broken"</script>&"', "Version 2.0: Logs go sooner."]);
    assert.match(await page.title(), /^Privacy policy/);
    const article = await page.locator("article").boundingBox();
    const box = await note.boundingBox();
    assert.ok(box.y + box.height < article.y, "the note stands above the document");
    await note.getByRole("link", { name: "See what changed" }).click();
    assert.equal(new URL(page.url()).pathname, "/privacy/since/1.0/index.html");
  }));

test("loading the page again does not move the mark, opening the redline does", () =>
  returning(async ({ page, go, note, mark }) => {
    await go("/privacy/");
    assert.equal(await note.count(), 1);
    assert.equal(Object.values(await mark())[0].label, "1.0");
    await note.getByRole("link", { name: "See what changed" }).click();
    await page.waitForLoadState();
    const [kept] = Object.values(await mark());
    assert.deepEqual([kept.label, kept.day], ["3.0", "2024-09-01"]);
    await page.goBack();
    assert.equal(await note.count(), 0);
  }));

test("a redline that shows less than what is new leaves the mark where it is", () =>
  returning(async ({ go, mark }) => {
    await go("/privacy/since/2.0/");
    await go("/privacy/3.0/changes/");
    assert.equal(Object.values(await mark())[0].label, "1.0");
  }));

test("the redline of the newest version will do where it shows all that is new", () =>
  reader(async ({ go, at, note, mark }) => {
    await go("/sales/");
    await at("third", "2024-10-01");
    await go("/sales/2024-09-20/changes/");
    assert.deepEqual(Object.values(await mark()).map(({ label, day }) => [label, day]), [["2024-09-20", "2024-10-01"]]);
    await go("/sales/");
    assert.equal(await note.count(), 0);
  }));

test("a note that is dismissed by keyboard stays away, and the focus goes to the page", () =>
  returning(async ({ page, go, note, mark }) => {
    await note.getByRole("button").focus();
    await page.keyboard.press("Enter");
    assert.equal(await note.count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.id), "pg-main");
    assert.equal(Object.values(await mark())[0].label, "3.0");
    await go("/privacy/");
    assert.equal(await note.count(), 0);
  }));

test("the note moves nothing, and the page is painted before the script is there", () =>
  reader(async ({ page, go, at, note }) => {
    await go("/privacy/");
    await at("second");
    world.server.wait = 700;
    for (const path of ["/privacy/", "/"]) {
      await go(path);
      const [shift, painted, script] = await page.evaluate(async () => {
        const entries = await new Promise((done) => {
          new PerformanceObserver((list) => done(list.getEntries())).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done([]), 300);
        });
        const script = performance.getEntriesByType("resource").find(({ name }) => name.endsWith(".js"));
        return [entries.reduce((sum, { value }) => sum + value, 0), performance.getEntriesByName("first-contentful-paint")[0]?.startTime, script.responseEnd];
      });
      assert.equal(shift, 0, path);
      assert.ok(painted < script, `${path}: painted after ${painted} ms, the script came after ${script} ms`);
    }
    assert.equal(await page.locator("pg-changed[data-on]").count(), 1);
    await go("/privacy/");
    assert.equal(await note.count(), 1);
  }, { day: null }));

test("policies are told apart, and the front page marks what changed", () =>
  reader(async ({ page, go, at, note }) => {
    for (const path of ["/privacy/", "/terms/", "/cookies/"]) await go(path);
    await at("second");
    await go("/");
    const marked = page.locator(".pg-policy", { has: page.locator("pg-changed:visible") });
    assert.deepEqual(await marked.locator("a").first().innerText(), "Privacy policy");
    assert.equal(await marked.count(), 1);
    await go("/terms/");
    assert.equal(await note.count(), 0);
    await go("/privacy/");
    await note.getByRole("button").click();
    await go("/");
    assert.equal(await marked.count(), 0);
  }));

test("an editorial change is not told of", () =>
  reader(async ({ go, at, note, mark }) => {
    await go("/cookies/");
    await at("second");
    await go("/cookies/");
    assert.equal(await note.count(), 0);
    assert.equal(Object.values(await mark())[0].label, "2024-01-01");
  }));

test("a policy that moved is known again, and a correction counts", () =>
  returning(async ({ page, go, at, note, mark }) => {
    await note.getByRole("button").click();
    await at("third", "2024-10-01");
    await go("/privacy/");
    await page.waitForURL("**/legal/privacy/index.html");
    assert.equal(await note.locator("strong").innerText(), "This policy has changed once since you read it on 1 September 2024.");
    assert.match(await note.locator("li").innerText(), /^Version 3\.0, Correction 1: Changed: Logs\./);
    await note.getByRole("link", { name: "See what changed" }).click();
    assert.equal(new URL(page.url()).pathname, "/legal/privacy/3.0/corrections/index.html");
    await page.waitForLoadState();
    await go("/legal/privacy/");
    assert.equal(await note.count(), 0);
    assert.equal(Object.values(await mark()).length, 1);
  }));

test("more changes than two are counted, and what is upcoming is none of them", () =>
  reader(async ({ page, go, at, note }) => {
    await go("/privacy/");
    await go("/terms/");
    await at("third");
    await go("/legal/privacy/");
    assert.match(await note.locator("strong").innerText(), /changed 3 times since/);
    await go("/terms/");
    assert.equal(await note.count(), 0);
    const banner = page.locator(".pg-banner-next");
    assert.match(await banner.innerText(), /will change on 1 December 2024\. Ten days to pay\./);
    await banner.getByRole("link", { name: "See what will change" }).click();
    assert.equal(new URL(page.url()).pathname, "/terms/2024-09-20/changes/index.html");
    await go("/cookies/");
    assert.match(await page.locator(".pg-banner").innerText(), /called off/);
  }));

test("a hidden version is passed, and one that was read and then hidden leads to the changelog", () =>
  reader(async ({ page, go, at, note, mark }) => {
    await go("/sales/");
    await at("third");
    await go("/sales/");
    assert.match(await note.locator("strong").innerText(), /changed twice/);
    const [[key, kept]] = Object.entries(await mark());
    await page.evaluate(([key, kept]) => localStorage.setItem(key, JSON.stringify({ ...kept, label: "2024-09-10", text_sha256: "0" })), [key, kept]);
    await go("/sales/");
    assert.match(await note.locator("strong").innerText(), /changed once/);
    assert.equal(await note.getByRole("link", { name: "See what changed" }).evaluate(({ href }) => new URL(href).pathname), "/sales/changes/index.html");
  }));

test("a withdrawn policy says so, and nothing new", () =>
  reader(async ({ page, go, at, note }) => {
    await go("/fax/");
    await at("third");
    await go("/fax/");
    assert.equal(await note.count(), 0);
    assert.match(await page.locator(".pg-banner").innerText(), /withdrawn on 10 September 2024/);
  }));

for (const [what, kept, expected] of [
  ["an unknown label", { label: "nought", text_sha256: "0", day: "2024-05-03" }, "This policy has changed since you read it on 3 May 2024."],
  ["a label of today with another hash", { label: "3.0", text_sha256: "0", day: "2024-05-03" }, "This policy has changed since you read it on 3 May 2024."],
  ["a day that is none", { label: "1.0", text_sha256: "0", day: "soon" }, null],
  ["something else", [7], null],
])
  test(`${what} in the storage is borne`, () =>
    returning(async ({ page, go, note, mark }) => {
      const [key] = Object.keys(await mark());
      await page.evaluate(([key, kept]) => localStorage.setItem(key, JSON.stringify(kept)), [key, kept]);
      await go("/privacy/");
      if (!expected) {
        assert.equal(await note.count(), 0);
        assert.equal(Object.values(await mark())[0].label, "3.0");
        return;
      }
      assert.equal(await note.locator("strong").innerText(), expected);
      assert.equal(await note.getByRole("link", { name: "See what changed" }).evaluate(({ href }) => new URL(href).pathname), "/privacy/changes/index.html");
      await note.getByRole("button").click();
      await go("/privacy/");
      assert.equal(await note.count(), 0);
    }));

test("blocked storage is borne", () =>
  returning(async ({ note, go }) => {
    assert.equal(await note.count(), 0);
    await go("/");
  }, { prepare: 'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked", "SecurityError"); } });' }));

test("full storage is borne, and the note can be dismissed all the same", () =>
  reader(async ({ page, go, at, note }) => {
    await go("/privacy/");
    await page.evaluate(() => {
      const fill = (size) => {
        for (let n = 0; ; n++)
          try {
            localStorage.setItem(`fill-${size}-${n}`, "x".repeat(size));
          } catch {
            return;
          }
      };
      [1 << 20, 1 << 12, 1].forEach(fill);
    });
    await at("second");
    await go("/terms/");
    await go("/privacy/");
    assert.equal(await note.locator("strong").innerText(), COUNTED);
    await note.getByRole("button").click();
    assert.equal(await note.count(), 0);
  }));

test("what is read in one tab leaves the other", () =>
  returning(async ({ context, go, note }) => {
    const [other, front] = [await context.newPage(), await context.newPage()];
    await go("/privacy/", other);
    await go("/", front);
    assert.equal(await front.locator("pg-changed:visible").count(), 1);
    await other.locator(".pg-visit button").click();
    await note.waitFor({ state: "detached" });
    await front.locator("pg-changed:visible").waitFor({ state: "detached" });
  }));

test("without script the page says when it last changed, and leads to what changed", () =>
  reader(
    async ({ page, go, at, note }) => {
      await at("second");
      await go("/privacy/");
      assert.equal(await note.count(), 0);
      const changed = page.locator(".pg-facts li", { hasText: "Last changed" });
      assert.equal(await changed.innerText(), "Last changed 1 August 2024 (what changed)");
      await changed.getByRole("link").click();
      assert.equal(new URL(page.url()).pathname, "/privacy/3.0/changes/index.html");
      await go("/");
      assert.equal(await page.locator("pg-changed:visible").count(), 0);
    },
    { options: { javaScriptEnabled: false } },
  ));
