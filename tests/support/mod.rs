//! What the end-to-end tests stand on: throw-away repositories made with the real `git`, and the real binary run on them.
//!
//! ```text
//! Place            a temporary folder: `repo/`, `site/`, and an empty home
//!   .write(..)     a file of the working tree
//!   .commit(..)    all of it, at a date that is given
//!   .build()       a run of policygen, to which arguments are added
//!     .site()      … that must end well: the site it made
//!     .fails()     … that must end with exit code 1: what it said
//! ```
//!
//! Nothing of the machine reaches in: git reads no configuration but the repository's, and names and dates are fixed.

pub mod html;
mod place;
mod run;
mod site;

pub use place::{Place, write};
pub use run::Build;
pub use site::{Site, files};
