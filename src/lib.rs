//! policygen publishes a git repository of Markdown policies as a site in which every version stays readable.
//!
//! ```text
//! config ─► history ─► policies ─► plan ─► render ─► output
//!             git2     versions   routes   theme
//!                      facts      links    comparisons
//!                     library               redline
//!                     document
//! ```
//!
//! While files change, `watch` tells what, `rebuild` does the least that is needed, and `serve` answers browsers from what came of it.
//!
//! A site is a plan of routes, and a pure function that renders one route. Imports run one way, downward.
//!
//! | word | meaning |
//! | --- | --- |
//! | policy | one document through time ([`policies::Policy`]); has a `uid` for ever, an id (its place), a source path |
//! | published history | the first-parent chain of a ref ([`history::Published`]): what the main branch showed |
//! | revision | a commit of it that added or changed the policy's source ([`history::Revision`]) |
//! | version | a published state that readers can cite ([`versions::Version`]) |
//! | draft | what the working tree says behind a policy's versions ([`working::WorkingTree`]) |
//! | correction | a later visible change under the same declared version ([`versions::Text`]) |
//! | visible text | what a reader could notice ([`document::Digest`]) |
//! | route | a path of the site and what is shown there ([`plan::Page`]) |
//! | fault | what is wrong with a text: an error in the newest, a warning in an older one ([`problems::Problem`]) |

pub mod address;
pub mod announced;
pub mod build;
pub mod cache;
pub mod check;
pub mod cli;
pub mod comparisons;
pub mod config;
pub mod dates;
pub mod diff;
pub mod document;
pub mod draft;
pub mod facts;
pub mod follow;
pub mod front_matter;
pub mod gathered;
pub mod hash;
pub mod history;
pub mod json;
pub mod ledger;
pub mod library;
pub mod links;
pub mod log;
pub mod notices;
pub mod output;
pub mod plan;
pub mod policies;
pub mod problems;
pub mod progress;
pub mod rebuild;
pub mod recall;
pub mod redline;
pub mod render;
pub mod republish;
pub mod reserved;
pub mod serve;
pub mod site;
pub mod slug;
pub mod status;
pub mod strict_toml;
pub mod theme;
pub mod trial;
pub mod versions;
pub mod watch;
pub mod words;
pub mod working;
