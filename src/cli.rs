//! The command line: its words, and what they call. The doc comments are the help.

mod notices;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::announced::Announced;
use crate::build::{self, Summary};
use crate::cache;
use crate::config::{self, Config, Overrides};
use crate::diff::{self, Request};
use crate::follow::{Said, Say};
use crate::gathered::Gathered;
use crate::log;
use crate::problems::{self, Problem, Problems};
use crate::progress::Progress;
use crate::rebuild::Rebuilder;
use crate::redline::terminal;
use crate::republish;
use crate::serve;
use crate::site::{Site, ledger};
use crate::status;

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

    /// Serve the site from memory, with drafts, and show every change as soon as a file is saved
    ///
    /// What the working tree says stands behind each policy's versions, with what it changes: nothing of it is published, and nothing is
    /// written but the cache. What is wrong is shown in the page and here. Ctrl-C ends it.
    Serve(ServeArgs),

    /// Build the site, and again at every change
    ///
    /// Without --drafts, only commits, versions.toml, policygen.toml, templates and themes change it. Ctrl-C ends it.
    Watch(WatchArgs),

    /// Show what changed between two versions, or in the working tree
    ///
    /// Without FROM, the latest version of each policy is compared with its draft: the text in the working tree, committed
    /// or not. With FROM alone, that version is compared with the draft, as `git diff` does; in a bare repository, with the latest
    /// version.
    ///
    /// FROM and TO are, in this order: `draft`, the label of a version (`policygen log` lists them), a day (2024-02-01: what
    /// was in force at its end, else what was published last by then), or a commit as git names it. A label is that of
    /// each policy that has it; policies without it are left out.
    Diff(DiffArgs),

    /// List the versions of a policy, newest first, or the policies with their newest version
    ///
    /// CHANGE is the class of the change, in brackets where it is only suggested; WORDS counts those added and removed.
    Log(LogArgs),

    /// Say what is in force, what is upcoming, and on which day a rebuild changes the site
    ///
    /// Statuses depend on the day for which the site is built. A scheduled job can ask for the next day on which one changes
    /// (`next` in JSON), and build the site then.
    Status(StatusArgs),

    /// Tell people of new versions: by mail and webhooks, once, with a record of it
    #[command(subcommand)]
    Notices(notices::NoticesCommand),

    /// Check that the published history still says what it said when versions were announced
    ///
    /// Each version that the ledger `notices.jsonl` knows must be there with its text and its date; ends with 1 where one is not.
    Verify(notices::ListArgs),
}

/// Where the policies are, and what counts as one.
#[derive(Debug, Args)]
struct SourceArgs {
    /// The folder of policygen.toml, in or above the policies
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,

    /// The folder of the policies, from the root [default: `content` if there is one, else the root]
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,

    /// The day for which statuses are told [default: SOURCE_DATE_EPOCH, else today in UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,

    /// Take only the files that match, from the content folder; may be given again
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,

    /// Leave out the files that match, from the content folder; may be given again
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,

    /// Find everything out anew, and keep nothing for the next run [the cache: POLICYGEN_CACHE, else in the user's cache folder]
    #[arg(long)]
    no_cache: bool,
}

#[derive(Debug, Args)]
struct BuildArgs {
    #[command(flatten)]
    source: SourceArgs,

    /// The folder of the site [default: `public` in the root]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// The address at which the site will stand, for what needs absolute URLs
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Fail where an address of the last build is gone, and on broken links in newest texts
    #[arg(long)]
    strict: bool,

    /// Publish drafts too: what the working tree says behind each policy's versions, under a banner, for a preview
    #[arg(long)]
    drafts: bool,
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    source: SourceArgs,

    /// The port; 0: any that is free
    #[arg(long, value_name = "N", default_value_t = 4747)]
    port: u16,

    /// The address to listen at; with another one than this machine's own, others can read the drafts
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = address)]
    host: IpAddr,

    /// Answer under this name or address too, beside localhost, 127.0.0.1 and ::1; may be given again
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,

    /// Show the site in a browser
    #[arg(long)]
    open: bool,

    /// The address at which the site will stand, for what needs absolute URLs
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Look at the files twice a second, where the system does not tell of changes, as on network drives
    #[arg(long)]
    poll: bool,
}

#[derive(Debug, Args)]
struct WatchArgs {
    #[command(flatten)]
    build: BuildArgs,

    /// Look at the files twice a second, where the system does not tell of changes, as on network drives
    #[arg(long)]
    poll: bool,
}

#[derive(Debug, Args)]
struct DiffArgs {
    /// The version before: a label, a day, a commit or `draft` [default: the latest version]
    from: Option<String>,

    /// The version after [default: `draft`]
    to: Option<String>,

    /// Compare this policy alone: its id, path or uid [default: all]
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,

    /// The form of what is written: for reading, for a comment on a pull request, a page to attach to a mail, or all of it as data
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    format: DiffFormat,

    /// End with 1 where something differs, 0 where nothing does, and 2 on errors
    #[arg(long)]
    exit_code: bool,

    #[command(flatten)]
    lines: LineArgs,

    #[command(flatten)]
    source: SourceArgs,
}

#[derive(Debug, Args)]
struct LogArgs {
    /// The policy whose versions are listed: its id, path or uid [default: one line for each policy]
    policy: Option<String>,

    /// The form of what is written; JSON is what the site's versions.json or index.json says
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    format: LogFormat,

    #[command(flatten)]
    lines: LineArgs,

    #[command(flatten)]
    source: SourceArgs,
}

#[derive(Debug, Args)]
struct StatusArgs {
    /// The form of what is written
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    format: LogFormat,

    #[command(flatten)]
    lines: LineArgs,

    #[command(flatten)]
    source: SourceArgs,
}

/// How lines are written.
#[derive(Debug, Args)]
struct LineArgs {
    /// Wrap lines at so many columns [default: those of the terminal; a pipe gets whole lines]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..))]
    width: Option<u16>,

    /// Whether there are colours; `auto`: on a terminal
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    Text,
    Markdown,
    Html,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Runs the program: exit code 0 done, 1 failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let (quiet, verbose) = (cli.quiet, cli.verbose);
    let problems = Problems::default();
    let (done, failure) = match cli.command {
        Command::Build(args) => return build(args, quiet, verbose),
        Command::Serve(args) => (run_serve(args, quiet, verbose), 1),
        Command::Watch(args) => (run_watch(args, quiet, verbose), 1),
        Command::Diff(args) => {
            let failure = if args.exit_code { 2 } else { 1 };
            (run_diff(args, &problems, quiet, verbose), failure)
        }
        Command::Log(args) => (run_log(args, quiet, verbose), 1),
        Command::Status(args) => (run_status(args, quiet, verbose), 1),
        Command::Notices(command) => (notices::run(command, &problems, quiet, verbose), 1),
        Command::Verify(args) => (notices::run_verify(args, quiet, verbose), 1),
    };
    tell(&problems, quiet, verbose);
    done.unwrap_or_else(|error| {
        print_error(&format!("{error:#}"));
        ExitCode::from(failure)
    })
}

fn build(args: BuildArgs, quiet: bool, verbose: bool) -> ExitCode {
    let problems = Problems::default();
    let began = Instant::now();
    let built = run_build(args, &problems, quiet);
    tell(&problems, quiet, verbose);
    match built {
        Ok(Some(summary)) => {
            if !quiet {
                tell_summary(&summary, began.elapsed().as_secs_f64());
            }
            ExitCode::SUCCESS
        }
        Ok(None) => {
            let count = problems.errors();
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

impl SourceArgs {
    /// The configuration, and the day.
    fn read(&self, output: Option<PathBuf>, base_url: Option<String>) -> Result<(Config, Date)> {
        let epoch = std::env::var("SOURCE_DATE_EPOCH").ok();
        let today = config::build_date(self.date, epoch.as_deref(), jiff::Timestamp::now())?;
        let overrides = Overrides {
            content: self.content.clone(),
            output,
            base_url,
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            cache: if self.no_cache { None } else { cache_folder() },
        };
        let config = Config::load(&self.root, overrides).context("the configuration")?;
        Ok((config, today))
    }

    /// What the history says. Its faults are those of a build: they are told where somebody wants to see every warning.
    fn gather(self, quiet: bool, verbose: bool) -> Result<Gathered> {
        let (config, today) = self.read(None, None)?;
        let problems = Problems::default();
        let gathered = Gathered::load(config, today, &problems, &Progress::new(!quiet))?;
        if verbose {
            tell(&problems, quiet, verbose);
        }
        Ok(gathered)
    }
}

impl BuildArgs {
    /// The configuration, and the day.
    fn read(&self) -> Result<(Config, Date)> {
        let (output, base_url) = (self.output.clone(), self.base_url.clone());
        let (mut config, today) = self.source.read(output, base_url)?;
        config.content.broken_links_fail |= self.strict;
        Ok((config, today))
    }
}

/// The folder of the cache: the one that the environment names, else the usual one.
fn cache_folder() -> Option<PathBuf> {
    match std::env::var_os("POLICYGEN_CACHE").filter(|folder| !folder.is_empty()) {
        Some(folder) => Some(PathBuf::from(folder)),
        None => cache::usual(),
    }
}

impl LineArgs {
    fn options(&self) -> terminal::Options {
        let columns = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
        let width = self.width.or_else(columns);
        let colours = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
        };
        terminal::Options {
            // A very narrow terminal is wrapped by itself.
            width: width.filter(|width| *width >= 20).map(usize::from),
            colours,
        }
    }
}

fn run_build(args: BuildArgs, problems: &Problems, quiet: bool) -> Result<Option<Summary>> {
    let (config, today) = args.read()?;
    let progress = Progress::new(!quiet);
    let site = Site::load(config, today, args.drafts, problems, &progress)?;
    let built = build::build(&site, args.strict, problems, &progress);
    // The process is about to end: to free the texts one by one would only make it later.
    std::mem::forget(site);
    built
}

/// An address to listen at.
fn address(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => text
            .trim_matches(['[', ']'])
            .parse()
            .map_err(|_| "expected an address such as 127.0.0.1, or 0.0.0.0 for all".to_string()),
    }
}

fn run_serve(args: ServeArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let options = serve::Options {
        host: args.host,
        port: args.port,
        allowed: args.allow_host,
        open: args.open,
        poll: args.poll,
    };
    let (source, base_url) = (args.source, args.base_url);
    let root = source.root.clone();
    let read = Box::new(move || source.read(None, base_url.clone()));
    let rebuilder = Rebuilder::new(root, true, read);
    serve::serve(
        &options,
        rebuilder,
        say(quiet, verbose),
        &Progress::new(!quiet),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn run_watch(args: WatchArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let options = republish::Options {
        strict: args.build.strict,
        poll: args.poll,
    };
    let build = args.build;
    let (root, drafts) = (build.source.root.clone(), build.drafts);
    let read = Box::new(move || build.read());
    let rebuilder = Rebuilder::new(root, drafts, read);
    republish::watch(
        &options,
        rebuilder,
        &say(quiet, verbose),
        &Progress::new(!quiet),
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Says what a command has to say that goes on; of problems those that were not told the last time.
fn say(quiet: bool, verbose: bool) -> Say {
    let told: Mutex<BTreeSet<Problem>> = Mutex::default();
    Box::new(move |said| match said {
        Said::Line(line) if !quiet => {
            let _ = writeln!(io::stdout(), "{}", harmless(&line));
        }
        Said::Line(_) => {}
        Said::Problems(problems) => {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            let new: Vec<Problem> = problems
                .iter()
                .filter(|problem| !told.contains(problem))
                .cloned()
                .collect();
            tell_all(&new, quiet, verbose);
            *told = problems.iter().cloned().collect();
        }
        Said::Error(message) => print_error(&message),
    })
}

fn run_diff(args: DiffArgs, problems: &Problems, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let options = args.lines.options();
    let site = args.source.gather(quiet, verbose)?;
    let request = Request {
        from: args.from,
        to: args.to,
        policy: args.policy,
    };
    let differences = diff::differences(&site, &request, problems)?;
    let written = match args.format {
        DiffFormat::Text if differences.is_empty() && quiet => String::new(),
        DiffFormat::Text if differences.is_empty() => "nothing differs\n".to_owned(),
        DiffFormat::Text => diff::write::text(&differences, options),
        DiffFormat::Markdown if differences.is_empty() => "Nothing differs.\n".to_owned(),
        DiffFormat::Markdown => diff::write::markdown(&differences),
        DiffFormat::Html => diff::write::page(&differences),
        DiffFormat::Json => diff::write::json(&differences)?,
    };
    print(&written, options.colours)?;
    let differs = args.exit_code && !differences.is_empty();
    Ok(ExitCode::from(u8::from(differs)))
}

fn run_log(args: LogArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let options = args.lines.options();
    let site = args.source.gather(quiet, verbose)?;
    let policy = args.policy.as_deref();
    let policy = policy.map(|name| diff::request::policy(&site.policies, name));
    let written = match (policy.transpose()?, args.format) {
        (Some(policy), LogFormat::Text) => log::versions(&site, policy, options)?,
        (Some(policy), LogFormat::Json) => {
            let problems = Problems::default();
            let announced = Announced::of(&site.policies, &ledger(&site.config, &problems));
            tell(&problems, quiet, verbose);
            log::versions_json(&site, policy, &announced)?
        }
        (None, LogFormat::Text) => log::policies(&site, options),
        (None, LogFormat::Json) => log::policies_json(&site)?,
    };
    print(&written, options.colours)?;
    Ok(ExitCode::SUCCESS)
}

fn run_status(args: StatusArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let options = args.lines.options();
    let site = args.source.gather(quiet, verbose)?;
    let written = match args.format {
        LogFormat::Text => status::text(&site.policies, options),
        LogFormat::Json => status::json(&site.policies)?,
    };
    print(&written, options.colours)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes to standard output. Who reads no further has read enough.
fn print(text: &str, colours: bool) -> Result<()> {
    let choice = match colours {
        true => anstream::ColorChoice::Always,
        false => anstream::ColorChoice::Never,
    };
    let mut out = AutoStream::new(io::stdout(), choice);
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output"),
    }
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

fn tell(problems: &Problems, quiet: bool, verbose: bool) {
    tell_all(&problems.sorted(), quiet, verbose);
}

fn tell_all(problems: &[Problem], quiet: bool, verbose: bool) {
    for line in problems::report(problems, verbose) {
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
    let message = harmless(message);
    // Nobody is left to be told where standard error is closed.
    let _ = writeln!(anstream::stderr(), "{style}{word}{style:#}: {message}");
}

fn harmless(text: &str) -> String {
    let harmless = |c: char| match c.is_control() && c != '\n' {
        true => '\u{fffd}',
        false => c,
    };
    text.chars().map(harmless).collect()
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
