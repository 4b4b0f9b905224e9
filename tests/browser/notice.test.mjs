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
    const box = notice.locator("div");
    assert.equal(await box.evaluate((box) => getComputedStyle(box).position), "fixed");
    await page.evaluate(() => document.documentElement.style.setProperty("--policy-notice-background", "rgb(1, 2, 3)"));
    assert.equal(await box.evaluate((box) => getComputedStyle(box).backgroundColor), "rgb(1, 2, 3)");
  }));

const LATE = { moment: "third", day: "2024-10-01" };

test("every change of the days that are asked for is told, the newest first, and none that is editorial", () =>
  shop('data-policy="privacy" data-days="150"', async ({ notice, site, page, open }) => {
    const told = await notice.locator("strong").allInnerTexts();
    assert.deepEqual(told, ["“Privacy policy” changed on 1 August 2024.", "“Privacy policy” changed on 1 June 2024."]);
    const links = await notice.locator("a").evaluateAll((links) => links.map((link) => link.href));
    assert.deepEqual(links, ["3.0", "2.0"].map((label) => `${site.origin}/legal/privacy/${label}/changes/`));
    assert.match(await notice.locator("div").innerText(), /Logs go sooner\./);
    assert.equal(await page.title(), "Shop");
    await notice.getByRole("button").click();
    await open();
    assert.equal(await notice.count(), 0);
  }, LATE));

test("a correction is told of when its version is too old to be", () =>
  shop('data-policy="privacy"', async ({ notice, site }) => {
    assert.deepEqual(await notice.locator("strong").allInnerTexts(), ["“Privacy policy” was corrected on 10 September 2024."]);
    assert.equal(await notice.locator("a").evaluate((link) => link.href), `${site.origin}/legal/privacy/3.0/corrections/`);
    assert.match(await notice.locator("div").innerText(), /Changed: Logs\./);
  }, LATE));

test("closing covers what was told and no more: a correction shows again", () =>
  shop('data-policy="privacy" data-days="90"', async ({ page, open, site, notice }) => {
    assert.equal(await notice.locator("strong").innerText(), "“Privacy policy” changed on 1 August 2024.");
    await notice.getByRole("button").click();
    await open();
    assert.equal(await notice.count(), 0);
    site.folder = world.sites.third;
    await open();
    assert.equal(await notice.locator("strong").innerText(), "“Privacy policy” was corrected on 10 September 2024.");
    await notice.getByRole("button").click();
    await open();
    assert.equal(await notice.count(), 0);
    const { told } = await page.evaluate(() => JSON.parse(Object.values(localStorage)[0]));
    assert.equal(told.length, 2);
  }, { day: "2024-10-01" }));

test("closing a version covers the corrections that it has", () =>
  shop('data-policy="privacy" data-days="90"', async ({ open, notice }) => {
    await notice.getByRole("button").click();
    await open();
    assert.equal(await notice.count(), 0);
  }, LATE));

test("what is hidden or was called off is not told of", async () => {
  await shop('data-policy="sales"', async ({ notice }) => {
    assert.deepEqual(await notice.locator("strong").allInnerTexts(), ["“Sales” changed on 20 September 2024."]);
  }, LATE);
  await shop('data-policy="cookies"', async ({ notice }) => assert.equal(await notice.count(), 0), LATE);
  await shop('data-policy="fax"', async ({ notice }) => assert.equal(await notice.count(), 0), LATE);
});

test("two policies share one box, and each is closed by itself", () =>
  shop('data-policy="privacy"', async ({ page, site, notice }) => {
    await page.evaluate((origin) => {
      const script = document.createElement("script");
      script.src = `${origin}/assets/policy-notice.js`;
      script.dataset.policy = "terms";
      document.head.append(script);
    }, site.origin);
    await notice.locator("section").nth(1).waitFor();
    assert.equal(await notice.count(), 1);
    await notice.getByRole("button").first().click();
    assert.deepEqual(await notice.locator("strong").allInnerTexts(), ["“Terms” will change on 1 December 2024."]);
    await notice.getByRole("button").click();
    assert.equal(await notice.count(), 0);
    assert.equal((await keys(page)).length, 2);
  }, LATE));

for (const attributes of ['data-language="en_US"', 'data-days="many"', 'data-days="-1"', 'data-days="99999999999"'])
  test(`${attributes} is borne`, () =>
    shop(`data-policy="terms" ${attributes}`, async ({ notice }) => {
      assert.equal(await notice.locator("strong").innerText(), "“Terms” will change on 1 December 2024.");
    }, LATE));

for (const kept of ["7", '"words"', "{", '{"told":{}}', '{"told":[7,null]}'])
  test(`${kept} in the storage is borne`, () =>
    shop('data-policy="terms"', async ({ page, open, notice }) => {
      await notice.getByRole("button").click();
      await page.evaluate((kept) => Object.keys(localStorage).forEach((key) => localStorage.setItem(key, kept)), kept);
      await open();
      assert.equal(await notice.count(), 1);
      await notice.getByRole("button").click();
      await open();
      assert.equal(await notice.count(), 0);
    }, LATE));

// Puts the notice on a page of the site itself.
const onSite = async (page, policy) => {
  world.server.policy += "; connect-src 'self'";
  await page.reload();
  await page.evaluate((policy) => {
    const script = document.createElement("script");
    script.src = "/assets/policy-notice.js";
    script.dataset.policy = policy;
    document.head.append(script);
  }, policy);
  await page.waitForLoadState("networkidle");
};

test("what was read on the same origin is not told of, and what came after is", () =>
  reader(async ({ page, go, at }) => {
    await at("second", "2024-08-20");
    await go("/privacy/");
    await at("third", "2024-10-01");
    await go("/terms/");
    await onSite(page, "privacy");
    const told = page.locator("policy-notice strong");
    assert.deepEqual(await told.allInnerTexts(), ["“Privacy policy” was corrected on 10 September 2024."]);
  }));

test("where the policy was read on the same origin, nothing is told of it", () =>
  reader(async ({ page, go, at }) => {
    await at("second", "2024-08-20");
    await go("/privacy/");
    await onSite(page, "privacy");
    assert.equal(await page.locator("policy-notice").count(), 0);
  }));
