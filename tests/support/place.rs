//! A temporary folder with a repository in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Build, Site};

/// A temporary folder with a git repository `repo`, a place for a `site`, and a `home` without configuration.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A repository without a commit, on the branch `main`.
    pub fn new() -> Place {
        let place = Place::without_git();
        place.git(&["init", "--quiet", "--template=", "--initial-branch=main"]);
        place
    }

    /// A folder `repo` that is no repository.
    pub fn without_git() -> Place {
        let folder = tempfile::tempdir().unwrap();
        for name in ["repo", "home"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Place { folder }
    }

    /// One policy `privacy.md` of one commit: for tests that need any site.
    pub fn with_one_policy() -> Place {
        let place = Place::new();
        place
            .write("privacy.md", "# Privacy\n\nWe store names.\n")
            .commit("2024-01-01");
        place
    }

    /// The temporary folder, its links resolved.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// The working tree.
    pub fn repo(&self) -> PathBuf {
        self.folder().join("repo")
    }

    /// Where the site is published.
    pub fn output(&self) -> PathBuf {
        self.folder().join("site")
    }

    /// The site as it is there, whoever made it.
    pub fn site(&self) -> Site {
        Site::of(self.output(), String::new())
    }

    /// Writes a file of the working tree, and its folders.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        write(&self.repo().join(path), text);
        self
    }

    /// Removes a file of the working tree.
    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.repo().join(path)).unwrap();
        self
    }

    /// Moves a file of the working tree.
    pub fn rename(&self, from: &str, to: &str) -> &Self {
        let text = fs::read(self.repo().join(from)).unwrap();
        self.remove(from).write(to, text)
    }

    /// Commits the whole working tree: a date is at noon in UTC, a date with time and offset as it stands.
    pub fn commit(&self, date: &str) -> &Self {
        self.commit_saying(date, "Change the policies")
    }

    /// Commits the whole working tree with this message.
    pub fn commit_saying(&self, date: &str, message: &str) -> &Self {
        self.commit_of(date, date, message)
    }

    /// Commits with the dates of an author and of a committer.
    pub fn commit_of(&self, author: &str, committer: &str, message: &str) -> &Self {
        self.git(&["add", "--all"]);
        let mut git = self.git_command(&["commit", "--quiet", "--allow-empty", "-m", message]);
        git.env("GIT_AUTHOR_DATE", moment(author));
        git.env("GIT_COMMITTER_DATE", moment(committer));
        output_of(git);
        self
    }

    /// Merges a branch with a merge commit.
    pub fn merge(&self, branch: &str, date: &str) -> &Self {
        let mut git = self.git_command(&[
            "merge",
            "--quiet",
            "--no-ff",
            "-m",
            "Merge a branch",
            branch,
        ]);
        git.env("GIT_AUTHOR_DATE", moment(date));
        git.env("GIT_COMMITTER_DATE", moment(date));
        output_of(git);
        self
    }

    /// The commit that a name of git means.
    pub fn id(&self, name: &str) -> String {
        self.git(&["rev-parse", "--verify", name])
    }

    /// Runs git in the working tree and gives what it printed, without the white space at its ends.
    pub fn git(&self, arguments: &[&str]) -> String {
        output_of(self.git_command(arguments))
    }

    /// Runs git with an input.
    pub fn git_reading(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut git = self.git_command(arguments);
        let file = self.folder().join("input");
        fs::write(&file, input).unwrap();
        git.stdin(fs::File::open(file).unwrap());
        output_of(git)
    }

    /// Commits a tree that git itself would not write: entries of mode, name and blob or tree.
    pub fn commit_entries(&self, entries: &[(&str, &str, &str)], date: &str) -> &Self {
        let tree = self.tree(entries);
        let mut git = self.git_command(&["commit-tree", "-m", "Crafted", &tree]);
        git.env("GIT_AUTHOR_DATE", moment(date));
        git.env("GIT_COMMITTER_DATE", moment(date));
        let commit = output_of(git);
        self.git(&["update-ref", "refs/heads/main", &commit]);
        self
    }

    /// The name of a tree object with these entries.
    pub fn tree(&self, entries: &[(&str, &str, &str)]) -> String {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend(format!("{mode} {name}\0").into_bytes());
            bytes.extend(
                (0..id.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()),
            );
        }
        self.git_reading(
            &["hash-object", "-t", "tree", "--literally", "-w", "--stdin"],
            &bytes,
        )
    }

    /// The name of a blob object with this text.
    pub fn blob(&self, text: &str) -> String {
        self.git_reading(&["hash-object", "-w", "--stdin"], text.as_bytes())
    }

    /// Removes the object that a name of git means, so that it cannot be read.
    pub fn lose(&self, name: &str) -> &Self {
        let id = self.id(name);
        let file = self
            .repo()
            .join(".git/objects")
            .join(&id[..2])
            .join(&id[2..]);
        fs::remove_file(file).unwrap();
        self
    }

    /// A run of policygen on the repository.
    pub fn build(&self) -> Build {
        Build::of(self, &self.repo())
    }

    /// A run of policygen on another root.
    pub fn build_of(&self, root: &Path) -> Build {
        Build::of(self, root)
    }

    fn git_command(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        git.current_dir(self.repo()).args(arguments).env_clear();
        git.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        git.env("HOME", self.folder().join("home"));
        git.env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.env("GIT_CONFIG_NOSYSTEM", "1");
        // No clean-up in the background.
        git.env("GIT_CONFIG_COUNT", "1");
        git.env("GIT_CONFIG_KEY_0", "maintenance.auto");
        git.env("GIT_CONFIG_VALUE_0", "false");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Ada Example");
            git.env(format!("GIT_{who}_EMAIL"), "ada@example.org");
            git.env(format!("GIT_{who}_DATE"), moment("2024-01-01"));
        }
        git.stdin(Stdio::null());
        git
    }
}

/// Writes a file and its folders.
pub fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn moment(date: &str) -> String {
    if date.contains('T') {
        date.to_string()
    } else {
        format!("{date}T12:00:00+00:00")
    }
}

fn output_of(mut command: Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}
