// What the browser tests stand on: one browser, one site in three moments, and readers of it.
//
// Every reader is watched: a request to another origin, an error of a script, or a word of the Content-Security-Policy fails the test.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { after, before } from "node:test";
import { sites } from "./history.mjs";
import { STRICT, serve } from "./server.mjs";

const modules = createRequire(resolve(process.env.BROWSER_MODULES, "node_modules", "here.js"));
const { chromium } = modules("playwright-core");
export const axe = modules("axe-core").source;

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// The browser, the sites, and a server that shows the first of them; they are there when a test runs.
export const world = {};

before(async () => {
  world.sites = sites(resolve(process.env.POLICYGEN));
  world.server = await serve(world.sites.first);
  world.browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });
});

after(async () => {
  await world.browser?.close();
  await world.server?.close();
  world.sites?.remove();
});

// Runs a test with a reader of their own, on a day (null: today, by the browser's own clock): an empty storage, a page, and ways to go on.
export async function reader(test, { day = "2024-05-03", options = {}, prepare = "", origins = [] } = {}) {
  const { server, browser } = world;
  server.folder = world.sites.first;
  server.wait = 0;
  server.policy = STRICT;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(5000);
  const wrong = [];
  const own = [server.origin, ...origins];
  watch(context, own, wrong);
  if (prepare) await context.addInitScript(prepare);
  const setDay = (day) => context.clock.setFixedTime(new Date(`${day}T10:00:00Z`));
  if (day && options.javaScriptEnabled !== false) await setDay(day);
  const page = await context.newPage();
  const go = (path, on = page) => on.goto(server.origin + path, { waitUntil: "load" });
  const at = async (moment, day) => {
    server.folder = world.sites[moment];
    if (day) await setDay(day);
  };
  try {
    await test({ page, context, go, at, note: page.locator(".pg-visit"), mark: (uid) => mark(page, uid) });
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

function watch(context, own, wrong) {
  context.on("request", (request) => {
    if (!own.includes(new URL(request.url()).origin)) wrong.push(`request to ${request.url()}`);
  });
  context.on("weberror", (error) => wrong.push(`error ${error.error().message}`));
  context.on("console", (message) => {
    // The browser asks for an icon by itself.
    const isIcon = message.location().url.endsWith("/favicon.ico");
    if (message.type() === "error" && !isIcon) wrong.push(`console: ${message.text()}`);
  });
}

// Everything that is kept, by key.
async function mark(page) {
  return page.evaluate(() => Object.fromEntries(Object.entries(localStorage).map(([key, value]) => [key, JSON.parse(value)])));
}
