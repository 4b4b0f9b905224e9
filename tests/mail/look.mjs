// Looks at the HTML of mails in a browser: at each width nothing runs over the edge, and nothing is asked of a server.
//
// Usage: look.mjs FILE.html…; a picture of each width is left beside the file.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const modules = createRequire(resolve(process.env.BROWSER_MODULES, "node_modules", "here.js"));
const { chromium } = modules("playwright-core");
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });
const wrong = [];
for (const file of process.argv.slice(2)) {
  for (const width of [320, 1280]) {
    const page = await browser.newPage({ viewport: { width, height: 800 }, javaScriptEnabled: true });
    page.on("request", (request) => request.url().startsWith("file:") || wrong.push(`${file}: request to ${request.url()}`));
    await page.goto(pathToFileURL(resolve(file)).href);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) wrong.push(`${file}: ${wide} pixels wide on a screen of ${width}`);
    const ids = await page.evaluate(() => document.querySelectorAll("script, [onclick], [style]").length);
    if (ids > 0) wrong.push(`${file}: scripts or inline styles`);
    await page.screenshot({ path: file.replace(/\.html$/, `-${width}.png`), fullPage: true });
    await page.close();
  }
  console.log(`${file}: looked at`);
}
await browser.close();
for (const what of wrong) console.error(`error: ${what}`);
process.exit(wrong.length > 0 ? 1 : 0);
