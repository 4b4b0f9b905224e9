//! `policygen build`, end to end: tiny repositories with a history, the real binary, and what it published.
//!
//! The tests state what the site's readers and other tools may rely on; each module is one part of that.

#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

mod cache;
mod command_line;
mod configuration;
mod content;
mod dates;
mod determinism;
mod feeds;
mod front_matter;
mod hostile;
mod hostile_words;
mod identity;
mod kinds;
mod machines;
mod markup;
mod output;
mod redirects;
mod redlines;
mod reviewed;
mod routes;
mod standing;
mod unreadable;
mod versions;
mod visits;
mod weight;
mod words;
