// A repository with a history, and the site that policygen makes of it at three moments.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const WORDS = "Words that stay as they are, so that there is something to read between one change and the next.";

// Sections that a long policy has besides those that change.
const sections = (count) =>
  Array.from({ length: count }, (_, n) => `## Section ${n + 1}\n\n${WORDS}\n\n${WORDS}\n`).join("\n");

const privacy = (front, days, middle, end = "") =>
  `---\n${front}\n---\n# Privacy policy\n\n## Logs\n\nWe keep logs for ${days} days.\n\n${sections(12)}\n## Your rights\n\n${middle}\n${end}`;

const TABLE = "| Data | Kept for |\n| --- | --- |\n| Names | a year |\n| Logs | a month |\n";

// Commits and builds; gives the folders of the sites `first`, `second` and `third`, and `remove`.
export function sites(policygen) {
  const folder = mkdtempSync(join(tmpdir(), "policygen-browser-"));
  const repo = join(folder, "repo");
  mkdirSync(repo);
  const git = (args, date = "2024-01-01") =>
    execFileSync("git", args, {
      cwd: repo,
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_NOSYSTEM: "1",
        ...Object.fromEntries(
          ["AUTHOR", "COMMITTER"].flatMap((who) => [
            [`GIT_${who}_NAME`, "Ada Example"],
            [`GIT_${who}_EMAIL`, "ada@example.org"],
            [`GIT_${who}_DATE`, `${date}T12:00:00+00:00`],
          ]),
        ),
      },
    });
  const write = (path, text) => {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), text);
  };
  const commit = (date) => {
    git(["add", "--all"], date);
    git(["commit", "--quiet", "-m", "Change the policies"], date);
  };
  const build = (name, date) => {
    const output = join(folder, name);
    execFileSync(policygen, ["build", "--quiet", "--root", repo, "--output", output, "--date", date], { stdio: "inherit" });
    return output;
  };

  git(["init", "--quiet", "--template=", "--initial-branch=main"]);
  write("policygen.toml", '[site]\ntitle = "Larkfield policies"\n');
  write("privacy.md", privacy('version: "1.0"\ndescription: What we know of you.', 60, "You may ask."));
  write("terms.md", `# Terms\n\nPay at once.\n\n${TABLE}`);
  write("cookies.md", "# Cookies\n\nOne cookie.\n");
  write("fax.md", "# Fax rules\n\nSend no fax.\n");
  write("sales.md", "# Sales\n\nAll sales are final.\n");
  commit("2024-01-01");
  const first = build("first", "2024-05-03");

  write("privacy.md", privacy('version: "2.0"\nsummary: Logs go sooner.', 30, "You may ask."));
  commit("2024-06-01");
  write("privacy.md", privacy('version: "2.1"\nchange: editorial\nsummary: A slip of the pen.', 30, "You may ask!"));
  commit("2024-07-01");
  const hostile = `summary: '</script><script>document.title="broken"</script>&"'`;
  write("privacy.md", privacy(`version: "3.0"\n${hostile}`, 30, "You may ask, and complain.", `\n## Tables\n\n${TABLE}`));
  write("cookies.md", "---\nchange: editorial\nsummary: A word.\n---\n# Cookies\n\nOne single cookie.\n");
  commit("2024-08-01");
  const second = build("second", "2024-09-01");

  // A correction, a move, a withdrawal, one version that is upcoming and one that was called off, and one that is hidden.
  mkdirSync(join(repo, "legal"));
  renameSync(join(repo, "privacy.md"), join(repo, "legal/privacy.md"));
  commit("2024-09-02");
  write("legal/privacy.md", privacy(`version: "3.0"\n${hostile}`, 14, "You may ask, and complain.", `\n## Tables\n\n${TABLE}`));
  rmSync(join(repo, "fax.md"));
  write("sales.md", "# Sales\n\nNo sale is final.\n");
  commit("2024-09-10");
  write("sales.md", "# Sales\n\nSome sales are final.\n");
  write("terms.md", `---\neffective: 2024-12-01\nsummary: Ten days to pay.\n---\n# Terms\n\nPay within ten days.\n\n${TABLE}`);
  write("cookies.md", "---\neffective: 2024-11-15\n---\n# Cookies\n\nNo cookie at all.\n");
  write("versions.toml", '[[version]]\npolicy = "cookies"\nlabel = "2024-09-20"\ncalled_off = true\n[[version]]\npolicy = "sales"\nlabel = "2024-09-10"\nhidden = true\n');
  commit("2024-09-20");
  const third = build("third", "2024-10-01");
  return { first, second, third, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
