//! One run of policygen.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Place, Site};

/// The day for which the tests build, unless they say another.
const TODAY: &str = "2025-01-01";

/// `policygen build`, not yet run.
pub struct Build {
    command: Command,
    output: PathBuf,
    today: Option<String>,
}

/// What a run said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Build {
    pub(super) fn of(place: &Place, root: &Path) -> Build {
        let mut command = Command::new(env!("CARGO_BIN_EXE_policygen"));
        command.arg("build").arg("--root").arg(root).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", place.folder().join("home"));
        command.current_dir(place.folder()).stdin(Stdio::null());
        Build {
            command,
            output: place.output(),
            today: Some(TODAY.to_string()),
        }
    }

    /// Adds arguments.
    pub fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, arguments: I) -> Build {
        self.command.args(arguments);
        self
    }

    /// Builds for this day.
    pub fn on(mut self, day: &str) -> Build {
        self.today = Some(day.to_string());
        self
    }

    /// Leaves out `--date`.
    pub fn undated(mut self) -> Build {
        self.today = None;
        self
    }

    /// Publishes into another folder.
    pub fn into(mut self, output: impl Into<PathBuf>) -> Build {
        self.output = output.into();
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Build {
        self.command.env(name, value);
        self
    }

    /// Runs in another folder.
    pub fn at(mut self, folder: &Path) -> Build {
        self.command.current_dir(folder);
        self
    }

    /// Runs, however it ends.
    pub fn run(self) -> Said {
        let output = self.prepared().output().unwrap();
        let said = Said {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
        said
    }

    /// Runs and must end well.
    pub fn site(self) -> Site {
        let folder = self.output.clone();
        let said = self.run();
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        Site::of(folder, said.stderr)
    }

    /// Runs and must fail with exit code 1; what it said on standard error.
    pub fn fails(self) -> String {
        let said = self.run();
        assert_eq!(said.code, Some(1), "{}", said.stderr);
        assert!(said.stderr.contains("error: "), "{}", said.stderr);
        said.stderr
    }

    /// The command with all its arguments, for a test that starts it by itself.
    pub fn prepared(mut self) -> Command {
        self.command.arg("--output").arg(&self.output);
        if let Some(day) = &self.today {
            self.command.args(["--date", day]);
        }
        self.command
    }
}
