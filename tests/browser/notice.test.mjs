// policy-notice.js: the notice on other pages of the publisher, on another origin and on the same.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { serve } from "./server.mjs";
import { reader, world } from "./support.mjs";

const CORS = { "versions.json": ["Access-Control-Allow-Origin", "*"] };

// A page of the publisher's shop, with a strict policy of its own, beside a site of policies that another server has.
async function shop(attributes, body, { headers = CORS, moment = "second", day = "2024-08-20" } = {}) {
  const site = await serve(world.sites[moment], { headers });
  const folder = mkdtempSync(join(tmpdir(), "policygen-shop-"));
  mkdirSync(join(folder, "cart"));
  const script = `<script src="${site.origin}/assets/policy-notice.js" ${attributes} async></script>`;
  writeFileSync(join(folder, "index.html"), `<!doctype html><html lang="en"><head>${script}<title>Shop</title></head><body><h1>Shop</h1></body></html>`);
  const policy = `default-src 'none'; script-src ${site.origin}; connect-src ${site.origin}`;
  const other = await serve(folder, { policy });
  try {
    await reader(
      async ({ page }) => {
        const open = async () => {
          await page.goto(`${other.origin}/`);
          await page.waitForLoadState("networkidle");
        };
        await open();
        await body({ page, open, site, notice: page.locator("policy-notice") });
      },
      { day, origins: [site.origin, other.origin] },
    );
  } finally {
    await Promise.all([site.close(), other.close()]);
    rmSync(folder, { recursive: true });
  }
}

const keys = (page) => page.evaluate(() => Object.keys(localStorage));

test("a notice on another origin leads to what changed, and is closed for good", () =>
  shop('data-policy="privacy"', async ({ page, open, site, notice }) => {
    assert.equal(await notice.locator("strong").innerText(), "“Privacy policy” changed on 1 August 2024.");
    assert.equal(await notice.locator("a").evaluate((link) => link.href), `${site.origin}/privacy/3.0/changes/`);
    assert.deepEqual(await keys(page), []);
    await notice.getByRole("button", { name: "Close" }).click();
    assert.equal(await notice.count(), 0);
    const [key, ...others] = await keys(page);
    assert.match(key, /^policygen-notice:/);
    assert.deepEqual(others, []);
    await open();
    assert.equal(await notice.count(), 0);
  }));

test("a version older than the days that are asked for is not told of", async () => {
  await shop('data-policy="privacy" data-days="10"', async ({ notice }) => assert.equal(await notice.count(), 0));
  await shop('data-policy="privacy"', async ({ notice }) => assert.equal(await notice.count(), 0), { day: "2024-09-05" });
});

test("an editorial version, a policy that is not there, and one without news are silent", async () => {
  await shop('data-policy="cookies"', async ({ notice }) => assert.equal(await notice.count(), 0));
  await shop('data-policy="terms"', async ({ notice }) => assert.equal(await notice.count(), 0));
});

test("an upcoming version is told of with its date, in words of the page", () =>
  shop(
    'data-policy="terms" data-upcoming="{title}: neu ab {date}" data-language="de"',
    async ({ notice }) => {
      assert.equal(await notice.locator("strong").innerText(), "Terms: neu ab 1. Dezember 2024");
      assert.match(await notice.locator("section").innerText(), /Ten days to pay\./);
    },
    { moment: "third", day: "2024-10-01" },
  ));

test("a policy that moved is followed", () =>
  shop('data-policy="privacy" data-days="90"', async ({ notice, site }) => {
    assert.equal(await notice.locator("a").evaluate((link) => link.href), `${site.origin}/legal/privacy/3.0/changes/`);
  }, { moment: "third", day: "2024-10-01" }));

test("the notice is fixed, so that nothing moves, and looks as variables say", () =>
  shop('data-policy="privacy"', async ({ page, notice }) => {
    const section = notice.locator("section");
    assert.equal(await section.evaluate((note) => getComputedStyle(note).position), "fixed");
    await page.evaluate(() => document.documentElement.style.setProperty("--policy-notice-background", "rgb(1, 2, 3)"));
    assert.equal(await section.evaluate((note) => getComputedStyle(note).backgroundColor), "rgb(1, 2, 3)");
  }));

test("where the policy was read on the same origin, nothing is told of it", () =>
  reader(async ({ page, go, at }) => {
    world.server.policy += "; connect-src 'self'";
    await at("second", "2024-08-20");
    await go("/privacy/");
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.src = "/assets/policy-notice.js";
      script.dataset.policy = "privacy";
      document.head.append(script);
    });
    await page.waitForLoadState("networkidle");
    assert.equal(await page.locator("policy-notice").count(), 0);
  }));
