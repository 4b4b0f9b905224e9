//! Notices: each new version is announced as its class demands, once, and the proof is kept.
//!
//! ```text
//! policies ─┐
//!           ├─► due ─► planned ─► content ─► email, webhook ─► deliveries ─► finished
//! ledger  ──┘   what is new      what is said   how it is said     who got it     ledger
//! ```
//!
//! 1. The [`mod@crate::ledger`] stands beside `policygen.toml`: what is known, and which notices went out. It names no recipient.
//! 2. [`mod@due`] tells what the ledger does not know and who is to be told of it; pure.
//! 3. [`content`] gathers what is said of a version, [`email`] and [`webhook`] write it for each channel; pure.
//! 4. [`deliveries`], in a state folder outside of git, records each message before and after it is handed over.
//! 5. [`mod@send`] puts them together; [`list`], [`preview`] and [`mod@verify`] only look.
//!
//! A notice that began goes on where it stopped. A message that may have been handed over is never handed over again unless
//! somebody asks for it.

pub mod by_hand;
pub mod content;
pub mod deliveries;
pub mod due;
pub mod email;
pub mod http;
pub mod list;
pub mod live;
pub mod mailing;
pub mod posting;
pub mod preview;
pub mod recipients;
pub mod record;
mod secret;
pub mod send;
pub mod verify;
pub mod webhook;
