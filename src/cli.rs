//! The command line: its words, and what they call. The doc comments are the help.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

use crate::build::{self, Summary};
use crate::config::{self, Config, Overrides};
use crate::problems::{self, Problems};
use crate::progress::Progress;
use crate::site::Site;

/// Publishes a git repository of Markdown policies as a site in which every version stays readable.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Show every warning, also a hundred of one kind
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the site: every version of every policy in the published history
    ///
    /// Reads the history from git, decides the versions, and replaces the site in one step. Where something is wrong with
    /// a newest text, nothing is published and the site that is there stays as it is.
    Build(BuildArgs),
}

#[derive(Debug, Args)]
struct BuildArgs {
    /// The folder of policygen.toml, in or above the policies
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,

    /// The folder of the policies, from the root [default: `content` if there is one, else the root]
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,

    /// The folder of the site [default: `public` in the root]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// The address at which the site will stand, for what needs absolute URLs
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// The day for which the site is built [default: SOURCE_DATE_EPOCH, else today in UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,

    /// Publish only the files that match, from the content folder; may be given again
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,

    /// Leave out the files that match, from the content folder; may be given again
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,

    /// Fail where an address of the last build is gone, and on broken links in newest texts
    #[arg(long)]
    strict: bool,
}

/// Runs the program: exit code 0 done, 1 failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let Command::Build(args) = cli.command;
    let problems = Problems::default();
    let began = Instant::now();
    let built = run_build(args, &problems, cli.quiet);
    tell(&problems, cli.quiet, cli.verbose);
    match built {
        Ok(Some(summary)) => {
            if !cli.quiet {
                tell_summary(&summary, began.elapsed().as_secs_f64());
            }
            ExitCode::SUCCESS
        }
        Ok(None) => {
            let count = problems
                .sorted()
                .iter()
                .filter(|p| p.severity == problems::Severity::Error)
                .count();
            let word = if count == 1 { "error" } else { "errors" };
            print_error(&format!("nothing was published: {count} {word}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            print_error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run_build(args: BuildArgs, problems: &Problems, quiet: bool) -> Result<Option<Summary>> {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok();
    let today = config::build_date(args.date, epoch.as_deref(), jiff::Timestamp::now())?;
    let overrides = Overrides {
        content: args.content,
        output: args.output,
        base_url: args.base_url,
        include: args.include,
        exclude: args.exclude,
    };
    let mut config = Config::load(&args.root, overrides).context("the configuration")?;
    config.content.broken_links_fail |= args.strict;
    let progress = Progress::new(!quiet);
    let site = Site::load(config, today, problems, &progress)?;
    let built = build::build(&site, args.strict, problems, &progress);
    // The process is about to end: to free the texts one by one would only make it later.
    std::mem::forget(site);
    built
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

fn tell(problems: &Problems, quiet: bool, verbose: bool) {
    for line in problems::report(&problems.sorted(), verbose) {
        match line.split_once(": ") {
            Some(("error", rest)) => print_error(rest),
            Some((_, rest)) if !quiet => print_styled(WARNING, "warning", rest),
            _ => {}
        }
    }
}

fn print_error(message: &str) {
    print_styled(ERROR, "error", message);
}

/// What is printed comes from content too: control characters could steer a terminal.
fn print_styled(style: Style, word: &str, message: &str) {
    let message: String = message
        .chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    // Nobody is left to be told where standard error is closed.
    let _ = writeln!(anstream::stderr(), "{style}{word}{style:#}: {message}");
}

fn tell_summary(summary: &Summary, seconds: f64) {
    let Summary {
        policies,
        versions,
        pages,
        output,
    } = summary;
    let output = output.display();
    let line = format!(
        "published {policies} policies, {versions} versions, {pages} pages in {seconds:.2} s: {output}"
    );
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
