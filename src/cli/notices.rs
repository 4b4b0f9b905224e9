//! `policygen notices` and `policygen verify`: their words, and what they call.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{LineArgs, LogFormat, SourceArgs, print};
use crate::diff::request;
use crate::gathered::Gathered;
use crate::json;
use crate::ledger::Ledger;
use crate::ledger::entry::Why;
use crate::notices::deliveries::{Deliveries, place};
use crate::notices::send::{self, Options, Sent, World};
use crate::notices::{by_hand, list, preview, verify};
use crate::problems::Problems;
use crate::theme::Theme;

#[derive(Debug, Subcommand)]
pub(super) enum NoticesCommand {
    /// List what is to be announced
    List(ListArgs),
    /// Show what would go out, without sending it
    ///
    /// Without POLICY, everything that is to be announced.
    Preview(PreviewArgs),
    /// Announce what is to be announced, once
    ///
    /// Whoever was told is never told again; a run that was stopped goes on where it stopped. The ledger `notices.jsonl` is
    /// written as it goes: commit it afterwards.
    Send(SendArgs),
    /// Mark all present versions as known, so that nobody is told of them
    Baseline(ListArgs),
    /// Record that a version was announced without policygen
    ByHand(ByHandArgs),
    /// Show what the ledger says
    Log(ListArgs),
    /// Check that the ledger and the record of deliveries are as they were written
    Verify(StateArgs),
    /// Forget an address in the record of deliveries
    Forget(ForgetArgs),
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The form of what is written
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    format: LogFormat,

    #[command(flatten)]
    lines: LineArgs,

    #[command(flatten)]
    source: SourceArgs,
}

#[derive(Debug, Args)]
pub(super) struct PreviewArgs {
    /// The policy: its id, path or uid
    #[arg(requires = "label")]
    policy: Option<String>,

    /// The label of the version
    label: Option<String>,

    /// Show this channel alone
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,

    /// Write the messages into this folder: .eml, text, HTML and JSON
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Args)]
pub(super) struct SendArgs {
    /// Send on this channel alone
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,

    /// Only say what would be sent, and to how many
    #[arg(long)]
    dry_run: bool,

    /// Send at most so many mails a minute
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit_per_minute: Option<u32>,

    /// Send again where nobody knows whether the server took a message
    #[arg(long)]
    resend_uncertain: bool,

    /// Do not ask the live site whether it shows what is announced
    #[arg(long)]
    no_live_check: bool,

    #[command(flatten)]
    state: StateArgs,
}

#[derive(Debug, Args)]
pub(super) struct StateArgs {
    /// The folder in which deliveries are recorded; it must last [default: the user's state folder]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Args)]
pub(super) struct ByHandArgs {
    /// The policy: its id, path or uid
    policy: String,

    /// The label of the version
    label: String,

    /// The channel on which it was announced [default: all]
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Args)]
pub(super) struct ForgetArgs {
    /// The mail address
    address: String,

    #[command(flatten)]
    state: StateArgs,
}

/// `policygen verify`.
pub(super) fn run_verify(args: ListArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let site = args.source.gather(quiet, verbose)?;
    let ledger = Ledger::read(&site.config.root)?;
    let verified = verify::history(&site.policies, &ledger);
    tell_verified(&verified, args.format)
}

/// `policygen notices …`.
pub(super) fn run(
    command: NoticesCommand,
    problems: &Problems,
    quiet: bool,
    verbose: bool,
) -> Result<ExitCode> {
    match command {
        NoticesCommand::List(args) => run_list(args, quiet, verbose),
        NoticesCommand::Preview(args) => run_preview(args, quiet, verbose),
        NoticesCommand::Send(args) => run_send(args, problems, quiet, verbose),
        NoticesCommand::Baseline(args) => run_baseline(args, quiet, verbose),
        NoticesCommand::ByHand(args) => run_by_hand(args, quiet, verbose),
        NoticesCommand::Log(args) => run_log(args),
        NoticesCommand::Verify(args) => run_notices_verify(args),
        NoticesCommand::Forget(args) => run_forget(args),
    }
}

fn run_list(args: ListArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let options = args.lines.options();
    let site = args.source.gather(quiet, verbose)?;
    let state = send::state(&site, &Ledger::read(&site.config.root)?);
    // Without a baseline every version would be due.
    let dues = match state.begun {
        true => send::all_dues(&site, &state)?,
        false => Vec::new(),
    };
    let list = list::list(&site, &state, &dues);
    let written = match args.format {
        LogFormat::Text => list.text(options),
        LogFormat::Json => json::written(&list)?,
    };
    print(&written, options.colours)?;
    Ok(ExitCode::SUCCESS)
}

fn run_preview(args: PreviewArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let site = args.list.source.gather(quiet, verbose)?;
    let theme = theme(&site)?;
    let mut gatherer = send::gatherer(&site, &theme);
    if site.config.notices.channels.is_empty() {
        bail!(
            "[notices] has no channel; add [notices.email] or a [[notices.webhook]] to policygen.toml"
        );
    }
    send::check_channel(&site, args.channel.as_deref())?;
    let state = send::state(&site, &Ledger::read(&site.config.root)?);
    let chosen = match (&args.policy, &args.label) {
        (Some(policy), Some(label)) => {
            let policy = request::policy(&site.policies, policy)?;
            let version = preview::version(&site.policies.all[policy], label)?;
            preview::of_version(&gatherer, (policy, version), Why::New)
        }
        _ => {
            if !state.begun {
                bail!("{}", send::NO_BASELINE);
            }
            let mut all = preview::of_open(&gatherer, &state);
            all.extend(preview::of_due(&gatherer, &send::all_dues(&site, &state)?));
            all
        }
    };
    let channel = args.channel.as_deref();
    let shown = preview::preview(
        &mut gatherer,
        &theme,
        (&chosen, &state),
        channel,
        Timestamp::now(),
    )?;
    if let Some(output) = &args.output {
        preview::write(&shown, output)?;
    }
    let written = match args.list.format {
        LogFormat::Text => preview::text(&shown),
        LogFormat::Json => json::written(&shown)?,
    };
    print(&written, false)?;
    Ok(ExitCode::SUCCESS)
}

fn run_send(args: SendArgs, problems: &Problems, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let list = args.state.list;
    let site = list.source.gather(quiet, verbose)?;
    let theme = theme(&site)?;
    let options = Options {
        channel: args.channel,
        dry_run: args.dry_run,
        limit_per_minute: args.limit_per_minute,
        resend_uncertain: args.resend_uncertain,
        live_check: !args.no_live_check,
    };
    let given = args.state.state;
    let world = World {
        now: &Timestamp::now,
        state: &|ledger: &str| place::folder(given.as_deref(), ledger, &variable),
    };
    let sent = send::send(&site, &theme, &options, &world, problems)?;
    let written = match list.format {
        LogFormat::Text if sent.is_empty() && quiet => String::new(),
        LogFormat::Text if sent.is_empty() => "nothing is to be announced\n".to_owned(),
        LogFormat::Text => sent.iter().map(told).collect(),
        LogFormat::Json => json::written(&sent)?,
    };
    print(&written, false)?;
    let is_done = sent.iter().all(|one| one.finished) || options.dry_run;
    let is_well = is_done && problems.errors() == 0;
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn told(sent: &Sent) -> String {
    let name = format!("{} {} by {}", sent.policy, sent.label, sent.channel);
    let counts = sent.counts;
    let mut line = match sent.recipients {
        Some(recipients) => format!("{name}: would be sent to {recipients}"),
        None => format!(
            "{name}: {} accepted, {} failed, {} uncertain, {} left",
            counts.accepted, counts.failed, counts.uncertain, counts.deferred
        ),
    };
    if let Some(error) = &sent.error {
        line.push_str(&format!(" – {error}"));
    }
    crate::redline::terminal::harmless(&line).replace('\n', " ") + "\n"
}

fn run_baseline(args: ListArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let site = args.source.gather(quiet, verbose)?;
    let count = by_hand::baseline(&site, Timestamp::now())?;
    let written = match args.format {
        LogFormat::Text => {
            let versions = if count == 1 {
                "version is"
            } else {
                "versions are"
            };
            format!("{count} {versions} known from now on; commit `notices.jsonl`\n")
        }
        LogFormat::Json => json::written(&serde_json::json!({ "versions": count }))?,
    };
    print(&written, false)?;
    Ok(ExitCode::SUCCESS)
}

fn run_by_hand(args: ByHandArgs, quiet: bool, verbose: bool) -> Result<ExitCode> {
    let site = args.list.source.gather(quiet, verbose)?;
    let state = send::state(&site, &Ledger::read(&site.config.root)?);
    if !state.begun {
        bail!("{}", send::NO_BASELINE);
    }
    let channel = args.channel.as_deref();
    let names = (args.policy.as_str(), args.label.as_str());
    let mut channels = by_hand::announced_lost(&site, names, channel, Timestamp::now())?;
    if channels.is_empty() {
        let policy = request::policy(&site.policies, &args.policy)?;
        let version = preview::version(&site.policies.all[policy], &args.label)?;
        let dues = send::all_dues(&site, &state)?;
        let which = (policy, version);
        channels = by_hand::announced(&site, &dues, which, channel, Timestamp::now())?;
    }
    let written = match args.list.format {
        LogFormat::Text => format!("announced by hand: {}\n", channels.join(", ")),
        LogFormat::Json => json::written(&channels)?,
    };
    print(&written, false)?;
    Ok(ExitCode::SUCCESS)
}

fn run_log(args: ListArgs) -> Result<ExitCode> {
    let options = args.lines.options();
    let (config, _) = args.source.read(None, None)?;
    let ledger = Ledger::read(&config.root)?;
    let written = match args.format {
        LogFormat::Text => list::log(&ledger, options),
        LogFormat::Json => json::written(&ledger.lines)?,
    };
    print(&written, options.colours)?;
    Ok(ExitCode::SUCCESS)
}

fn run_notices_verify(args: StateArgs) -> Result<ExitCode> {
    let (config, _) = args.list.source.read(None, None)?;
    let ledger = Ledger::read(&config.root)?;
    let given = args.state.as_deref();
    let folder = ledger
        .name()
        .map(|name| place::folder(given, name, &variable));
    // Without a home there are no records to compare, unless a folder was named.
    let folder = folder.and_then(Result::ok);
    let verified = verify::deliveries(&ledger, folder.as_deref())?;
    if ledger.cut > 0 {
        super::print_error(&format!(
            "`{}`: its last line was cut off in the middle; the next `policygen notices send` takes it away",
            ledger.path.display()
        ));
    }
    tell_verified(&verified, args.list.format)
}

fn tell_verified(verified: &verify::Verified, format: LogFormat) -> Result<ExitCode> {
    let written = match format {
        LogFormat::Text => verified.text(),
        LogFormat::Json => json::written(verified)?,
    };
    print(&written, false)?;
    Ok(match verified.findings.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn run_forget(args: ForgetArgs) -> Result<ExitCode> {
    let identity = preview::identity(&args.address)?;
    let (config, _) = args.state.list.source.read(None, None)?;
    let ledger = Ledger::read(&config.root)?;
    let Some(name) = ledger.name() else {
        bail!("{}", send::NO_BASELINE);
    };
    let folder = place::folder(args.state.state.as_deref(), name, &variable)?;
    if !Deliveries::are_in(&folder) {
        bail!(
            "`{}`: there is no record of deliveries; name its folder with --state",
            folder.display()
        );
    }
    let count = Deliveries::open(&folder)?.forget(&identity)?;
    let written = match args.state.list.format {
        LogFormat::Text => {
            let records = if count == 1 { "record" } else { "records" };
            format!("forgotten in {count} {records}; take the address out of the recipients too\n")
        }
        LogFormat::Json => json::written(&serde_json::json!({ "records": count }))?,
    };
    print(&written, false)?;
    Ok(ExitCode::SUCCESS)
}

fn theme(site: &Gathered) -> Result<Theme> {
    Theme::load(
        &site.config.root,
        &site.config.site.theme,
        &Problems::default(),
    )
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
