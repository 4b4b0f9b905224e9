//! `policygen notices`, end to end: tiny repositories, the real binary, a mail server and a web server that are there for the test.

#![cfg(unix)]

// The harness serves other tests too.
#[allow(dead_code, unused_imports)]
#[path = "../support/mod.rs"]
mod support;

mod again;
mod announced;
mod between;
mod broken;
mod desk;
mod disk;
mod hooks;
mod killed;
mod ledger;
mod mail;
mod post_office;
mod shown;
mod web;
