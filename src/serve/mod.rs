//! `policygen serve`: the site from memory, as it will be, while somebody writes it.
//!
//! 1. One thread waits for changes and rebuilds ([`crate::follow`], [`crate::rebuild`]); what comes of it is put into [`live`],
//!    where the last site that was right stays until another one is.
//! 2. [`refuse`] turns away every request that a browser with the site open would not send.
//! 3. [`answer`] renders the route that is asked for: nothing but routes of the plan is ever looked up.
//! 4. [`reload`] puts a script into each page, which hears of changes and shows what is wrong.
//!
//! The one place that knows axum and tokio.

mod answer;
mod kinds;
mod live;
mod open;
mod refuse;
mod reload;

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};

use crate::follow::{Said, Say, Taken, begin, follow};
use crate::progress::Progress;
use crate::rebuild::Rebuilder;
use crate::watch::{Changed, Watch};
use live::Live;
use refuse::Hosts;

/// How to serve.
pub struct Options {
    pub host: IpAddr,
    /// 0: any that is free.
    pub port: u16,
    /// Other names under which it answers.
    pub allowed: Vec<String>,
    /// Whether the site is shown in a browser.
    pub open: bool,
    /// Whether folders are looked at, instead of having the system tell of changes.
    pub poll: bool,
}

/// Serves until the process is ended.
///
/// # Errors
///
/// The address cannot be used. A mistake in content, templates or configuration is none: it is told and shown.
pub fn serve(
    options: &Options,
    mut rebuilder: Rebuilder,
    say: Say,
    first: &Progress,
) -> Result<()> {
    let listener = listen(options)?;
    let address = listener.local_addr().context("the address of the server")?;
    let live = Arc::new(Live::new());
    let say = Arc::new(say);
    let hosts = Hosts::new(address, &options.allowed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the server cannot be started")?;
    let told = runtime.block_on(async { tokio::net::TcpListener::from_std(listener) });
    let listener = told.context("the server cannot be started")?;
    let begun = begin(&mut rebuilder, options.poll, |rebuilder, all| {
        take_in(rebuilder, all, &live, &say, first)
    })?;
    let url = format!("http://{}/", at(address));
    say(Said::Line(format!("serving {url}")));
    let (shown, tell) = (live.clone(), say.clone());
    std::thread::Builder::new()
        .name("rebuild".to_string())
        .spawn(move || work(begun, rebuilder, &shown, &tell))
        .context("the server cannot be started")?;
    if options.open {
        open::open(&url);
    }
    runtime.block_on(answer::answer_all(listener, live, hosts, say))
}

/// Where a browser of this machine finds the server: every address of the machine is no host that is answered.
fn at(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("localhost:{}", address.port()),
        false => address.to_string(),
    }
}

fn listen(options: &Options) -> Result<TcpListener> {
    let address = SocketAddr::new(options.host, options.port);
    let listener = TcpListener::bind(address).map_err(|e| match e.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "`{address}`: is in use by another program; end that, name another port with --port, or let --port 0 choose one"
        ),
        _ => anyhow!("`{address}`: cannot be served at: {e}"),
    })?;
    listener
        .set_nonblocking(true)
        .context("the server cannot be started")?;
    Ok(listener)
}

/// Takes changes in, for ever.
fn work(begun: (Watch, Taken), rebuilder: Rebuilder, live: &Live, say: &Say) {
    let quiet = Progress::new(false);
    let followed = follow(begun, rebuilder, say, |rebuilder, changed| {
        take_in(rebuilder, changed, live, say, &quiet)
    });
    if let Err(error) = followed {
        say(Said::Error(format!(
            "{error:#}; changes are not shown any more"
        )));
    }
}

/// Takes in what changed, and says what came of it.
fn take_in(
    rebuilder: &mut Rebuilder,
    changed: Changed,
    live: &Live,
    say: &Say,
    progress: &Progress,
) -> Taken {
    let began = Instant::now();
    let what = rebuilder.told(&changed);
    match rebuilder.rebuild(changed, progress) {
        Ok(rebuilt) => {
            let is_new = rebuilt.site.is_some();
            live.show(rebuilt.site, &rebuilt.problems);
            say(Said::Problems(&rebuilt.problems));
            if let Some(what) = what.filter(|_| is_new) {
                let time = began.elapsed().as_millis();
                say(Said::Line(format!("{what}: shown after {time} ms")));
            }
        }
        Err(error) => {
            let error = format!("{error:#}");
            if live.fail(&error) {
                say(Said::Error(error));
            }
        }
    }
    Taken::In
}
