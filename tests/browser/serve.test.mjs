// `policygen serve` in a browser: pages that come by themselves while somebody writes.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { reader } from "./support.mjs";

const LONG = Array.from({ length: 40 }, (_, n) => `## Part ${n + 1}\n\nWords that stay as they are, in part ${n + 1}.\n`).join("\n");
const privacy = (days, end = "You may ask.") => `# Privacy\n\nWe keep logs for ${days} days.\n\n${LONG}\n## Your rights\n\n${end}\n`;

// A repository with one policy, a server of it, and a reader; `write` saves the policy, `there` waits for a page.
async function served(body) {
  const repo = mkdtempSync(join(tmpdir(), "policygen-serve-"));
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org", ...args], { cwd: repo, stdio: "ignore" });
  const write = (text) => writeFileSync(join(repo, "privacy.md"), text);
  mkdirSync(join(repo, "templates"));
  write(privacy("sixty"));
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "-m", "Publish");
  const server = spawn(resolve(process.env.POLICYGEN), ["serve", "--port", "0", "--root", repo], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const origin = await address(server);
    const there = async (path) => {
      while (!(await fetch(origin + path)).ok) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await reader(async ({ page }) => body({ page, write, repo, there, go: (path) => page.goto(origin + path) }), { day: null, origins: [origin] });
  } finally {
    server.kill();
    rmSync(repo, { recursive: true, force: true });
  }
}

async function address(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const found = line.match(/serving (http:\/\/\S+?)\/$/);
    if (found) return found[1];
  }
  throw new Error("the server ended");
}

// Marks the document, so that a test can tell whether another one took its place.
const isSame = (page) => page.evaluate(() => window.isSame === true);
const text = (page, selector, words) => page.locator(selector, { hasText: words }).first().waitFor();

test("the page and the redline change while somebody writes", () =>
  served(async ({ page, write, there, go }) => {
    write(privacy("fifty"));
    await there("/privacy/draft/changes/");
    await go("/privacy/draft/changes/");
    await text(page, "article.redline ins", "fifty");
    write(privacy("forty"));
    await text(page, "article.redline ins", "forty");
    await go("/privacy/draft/");
    await text(page, "article.policy", "for forty days");
    write(privacy("thirty"));
    await text(page, "article.policy", "for thirty days");
  }));

test("a redline goes to the change that was just made", () =>
  served(async ({ page, write, there, go }) => {
    write(privacy("fifty"));
    await there("/privacy/draft/changes/");
    await go("/privacy/draft/changes/");
    await page.locator("details.pg-whole summary").click();
    write(privacy("fifty", "You may ask and complain."));
    await text(page, "article.redline ins", "complain");
    await page.waitForFunction(() => {
      const mark = [...document.querySelectorAll("article.redline ins")].find((mark) => mark.textContent.includes("complain"));
      const { top, bottom } = mark.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
  }));

test("a page keeps its place", () =>
  served(async ({ page, write, go }) => {
    await go("/privacy/");
    await page.evaluate(() => scrollTo({ top: 700, behavior: "instant" }));
    await page.evaluate(() => (window.isSame = true));
    write(privacy("fifty"));
    await page.waitForFunction(() => !window.isSame);
    await page.waitForFunction(() => Math.abs(scrollY - 700) < 150 && document.readyState === "complete");
    assert.equal(await isSame(page), false);
  }));

test("a mistake is shown over the page as text, and goes when it is mended", () =>
  served(async ({ page, write, go }) => {
    await go("/privacy/");
    write(`---\neffective: "</code><img src=x>"\n---\n${privacy("fifty")}`);
    const box = page.locator("#policygen-troubles");
    await text(page, "#policygen-troubles code", "privacy.md:2");
    assert.match(await box.innerText(), /<img src=x>/);
    assert.equal(await box.locator("img").count(), 0);
    await text(page, "article.policy", "for sixty days");
    write(privacy("fifty"));
    await box.waitFor({ state: "detached" });
  }));

test("a page that could not be shown comes once it can", () =>
  served(async ({ page, repo, go }) => {
    writeFileSync(join(repo, "templates", "changes.html"), "{{ nothing.there }}");
    await new Promise((done) => setTimeout(done, 500));
    await page.route("**/favicon.ico", (route) => route.fulfill({ body: "" }));
    const answer = await page.request.get(new URL("/changes/", (await go("/privacy/")).url()).href);
    assert.equal(answer.status(), 500);
    rmSync(join(repo, "templates", "changes.html"));
    await page.waitForTimeout(500);
    await go("/changes/");
    await text(page, "h1", "All changes");
  }));
