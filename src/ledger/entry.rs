//! What a line of the ledger says.

use serde::{Deserialize, Serialize};

use crate::front_matter::Change;

/// A line: what happened, when, and what binds it to the line before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Counted from 1.
    pub line: usize,
    /// When it was written, in UTC.
    pub at: String,
    #[serde(flatten)]
    pub entry: Entry,
    /// The hash of the line before; zeros in the first.
    pub before: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Entry {
    /// The ledger was begun; its name is random.
    Begun { ledger: String },
    /// A version that was there before notices were sent; nobody is told of it.
    Baseline(Known),
    /// A version that is known from now on, whether or not its class demands that anybody is told.
    Known(Known),
    /// Somebody will be told on a channel.
    Planned(Planned),
    /// The first message may have been handed over; these words are in it.
    Started {
        notice: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Said>,
    },
    /// Everything that could be handed over was.
    Finished(Finished),
    /// The publisher told of it without policygen.
    ByHand(Planned),
    /// What was planned is not to be sent any more.
    CalledOff { notice: String },
    /// The line before was cut off in the middle, and taken away.
    Mended { bytes: usize },
}

/// A version as it was when it became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub uid: String,
    pub policy: String,
    pub label: String,
    /// When it was published, as its commit says; null without git.
    pub published: Option<String>,
    pub effective: Option<String>,
    pub change: Option<Class>,
    /// Oldest first.
    pub texts: Vec<TextHashes>,
}

/// The hashes of one text of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextHashes {
    /// Of what a reader could notice.
    pub text_sha256: String,
    /// Of the Markdown file.
    pub source_sha256: String,
    /// How often the policy came to this very text, this time included: more than once where a change was taken back.
    pub time: usize,
}

/// A notice of one version on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its name: the same for the same text, reason and channel.
    pub notice: String,
    pub channel: String,
    pub why: Why,
    pub uid: String,
    pub policy: String,
    pub label: String,
    pub text_sha256: String,
    pub time: usize,
    pub effective: Option<String>,
    pub change: Option<Class>,
}

impl Planned {
    /// Which text it is of, as [`super::known::TextKey`].
    pub fn key(&self) -> (String, usize) {
        (self.text_sha256.clone(), self.time)
    }
}

/// What readers were told, in the words of that day: summaries and dates may be mended afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Said {
    pub subject: String,
    /// What happened.
    pub said: String,
    /// What changed, in the publisher's words, else told from the redline.
    pub changed: Option<String>,
}

/// What became of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    pub notice: String,
    /// How many messages were accepted, were refused for good, or may have been handed over.
    pub accepted: u64,
    pub failed: u64,
    pub uncertain: u64,
    /// The hash of the deliveries in the state folder.
    pub deliveries: String,
}

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The version is new.
    New,
    /// Its text was corrected by more than an editorial change.
    Correction,
    /// It will not come into force.
    CalledOff,
    /// It comes into force on another day than was said.
    Postponed,
}

impl Why {
    /// As the ledger writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::New => "new",
            Why::Correction => "correction",
            Why::CalledOff => "called-off",
            Why::Postponed => "postponed",
        }
    }
}

/// The class of a change, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    Editorial,
    Minor,
    Material,
}

impl From<Change> for Class {
    fn from(change: Change) -> Class {
        match change {
            Change::Material => Class::Material,
            Change::Minor => Class::Minor,
            Change::Editorial => Class::Editorial,
        }
    }
}

impl Class {
    /// As the ledger writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Material => "material",
            Class::Minor => "minor",
            Class::Editorial => "editorial",
        }
    }
}
