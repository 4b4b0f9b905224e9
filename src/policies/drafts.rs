//! Drafts behind the versions that are published: a policy whose text in the working tree says something new gets one version more,
//! and a new file becomes a policy that has nothing else.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::gather::index;
use super::places::{free_of_reserved_id, title_of_path};
use super::{Policies, Policy};
use crate::hash::hex;
use crate::problems::Problems;
use crate::slug::id_of_path;
use crate::versions::{Standing, Version};

/// What the working tree says of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// `None`: it would be a new one.
    pub policy: Option<usize>,
    /// The path of the file in the repository.
    pub path: Arc<str>,
    /// The `id` that its front matter declares.
    pub declared: Option<String>,
    pub version: Version,
}

impl Policies {
    /// These policies with drafts behind their versions. A new policy whose place is taken is told to `problems`, and left out.
    pub fn with_drafts(&self, drafts: Vec<Drafted>, problems: &Problems) -> Policies {
        let mut all = self.all.clone();
        for drafted in drafts {
            match drafted.policy {
                Some(policy) => append(&mut all[policy], drafted),
                None => all.extend(self.new_policy(&all, drafted, problems)),
            }
        }
        all.sort_by(|a, b| a.id.cmp(&b.id));
        index(all, self.today, self.prefix.clone())
    }

    fn new_policy(&self, all: &[Policy], drafted: Drafted, problems: &Problems) -> Option<Policy> {
        let natural = id_of_path(
            drafted
                .path
                .strip_prefix(&*self.prefix)
                .unwrap_or(&drafted.path),
        );
        let is_taken = |id: &str| all.iter().any(|other| other.id == id);
        let declared = drafted.declared.as_deref().map(id_of_path);
        let id = match is_taken(&natural) {
            true => declared.filter(|id| !is_taken(id)),
            false => Some(free_of_reserved_id(natural.clone())),
        };
        let Some(id) = id.filter(|id| !is_taken(id)) else {
            let message = format!(
                "would be published at `/{natural}/`, where another policy is; give it another place with `id:` in its front matter"
            );
            problems.error("policies of one id", &*drafted.path, message);
            return None;
        };
        Some(unpublished(id, drafted))
    }
}

/// Puts a draft behind the versions of its policy, which may have a new path.
fn append(policy: &mut Policy, drafted: Drafted) {
    if !policy.paths.iter().any(|(_, path)| *path == drafted.path) {
        policy.paths.push((usize::MAX, drafted.path));
    }
    policy.versions.push(drafted.version);
}

/// A policy that is not published yet.
fn unpublished(id: String, drafted: Drafted) -> Policy {
    let hash = Sha256::digest(format!("draft\0{}", drafted.path));
    let title = drafted.version.title.clone();
    Policy {
        uid: drafted.declared.unwrap_or_else(|| hex(&hash[..10])),
        id,
        title: title.unwrap_or_else(|| title_of_path(&drafted.path)),
        paths: vec![(usize::MAX, drafted.path.clone())],
        path: drafted.path,
        live: true,
        withdrawals: Vec::new(),
        versions: vec![drafted.version],
        standing: Standing::default(),
        unchanged: Vec::new(),
        former: Vec::new(),
        aliases: Vec::new(),
    }
}
