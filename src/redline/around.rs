//! What changed around words that stayed: emphasis, code and links that came, went, or moved over other words.
//!
//! 1. Each holder has a kind; each word the set of the kinds around it, in both texts.
//! 2. A new holder is noted where a word that stayed had none of its kind around it, or was in a link to elsewhere.
//! 3. An old one is noted after the last word that stayed and has none of its kind any more: on the holder that it became if
//!    there is one, else at that word.
//!
//! ```text
//! old   You **must not** do [this](/x).
//! new   You must **not** do [this](/y).
//! shown You must **not**(formatting changed) do [this](/y)(link changed).
//! ```
//!
//! White space counts for nothing: a mark may shift it.

use crate::document::Inline;

use super::flat::Flat;
use super::matching::Matching;
use super::tree::Note;

#[derive(Default)]
pub(super) struct Around {
    /// For each new holder what is to be said after it.
    notes: Vec<Option<Note>>,
    /// For each old holder the last of its tokens that stayed without it, where that is to be said.
    lost: Vec<Option<usize>>,
}

impl Around {
    /// `partners` are for each old holder the new one that it became.
    pub fn new(old: &Flat, new: &Flat, matching: &Matching, partners: &[Option<usize>]) -> Around {
        let mut around = Around {
            notes: vec![None; new.holders.len()],
            lost: vec![None; old.holders.len()],
        };
        if old.holders.is_empty() && new.holders.is_empty() {
            return around;
        }
        let mut names = Vec::new();
        let (a, b) = (Kinds::new(old, &mut names), Kinds::new(new, &mut names));
        for (i, j) in matching.old.iter().enumerate() {
            if let Some(j) = *j
                && !old.tokens[i].is_space()
            {
                around.word((old, &a, i), (new, &b, j));
            }
        }
        around.tell_on_partners(old, partners);
        around
    }

    /// What is to be said after a new holder.
    pub fn note_on(&self, holder: usize) -> Option<Note> {
        self.notes[holder].clone()
    }

    /// Whether it is to be said after an old token that this holder is no more.
    pub fn is_lost(&self, holder: usize, token: usize) -> bool {
        self.lost[holder] == Some(token)
    }

    /// Compares what stands around a word that stayed.
    fn word(&mut self, (old, a, i): Place, (new, b, j): Place) {
        let (before, now) = (a.around(old, i), b.around(new, j));
        for at in old.around(i).filter(|at| a.own[*at] & !now != 0) {
            self.lost[at] = Some(i);
        }
        for at in new.around(j).filter(|at| b.own[*at] & !before != 0) {
            let note = match new.holders[at].inline {
                Inline::Link(_) => Note::Linked,
                _ => Note::Formatting,
            };
            self.notes[at].get_or_insert(note);
        }
        if before & now & LINK != 0 {
            self.link(old, i, new, j);
        }
    }

    /// A link that leads elsewhere says more than one that came.
    fn link(&mut self, old: &Flat, i: usize, new: &Flat, j: usize) {
        if let (Some((_, old)), Some((at, new))) = (link_around(old, i), link_around(new, j))
            && old != new
            && !matches!(self.notes[at], Some(Note::Target(_)))
        {
            self.notes[at] = Some(Note::Target(old.to_owned()));
        }
    }

    /// One note is enough where emphasis became emphasis. That a word is no link any more is told at the word.
    fn tell_on_partners(&mut self, old: &Flat, partners: &[Option<usize>]) {
        for (at, lost) in self.lost.iter_mut().enumerate() {
            let is_link = matches!(old.holders[at].inline, Inline::Link(_));
            if let Some(partner) = partners[at].filter(|_| lost.is_some() && !is_link) {
                *lost = None;
                self.notes[partner].get_or_insert(Note::Formatting);
            }
        }
    }
}

/// A token of a text.
type Place<'p, 'a> = (&'p Flat<'a>, &'p Kinds, usize);

fn link_around<'a>(flat: &Flat<'a>, token: usize) -> Option<(usize, &'a str)> {
    flat.around(token)
        .find_map(|at| match flat.holders[at].inline {
            Inline::Link(link) => Some((at, link.target.as_str())),
            _ => None,
        })
}

const LINK: u64 = 1;
/// So many bits are not for elements.
const OTHERS: usize = 5;

/// The kinds of a text's holders, a bit each.
struct Kinds {
    own: Vec<u64>,
    /// With those of the holders around it.
    all: Vec<u64>,
}

impl Kinds {
    /// `names` are those of the elements seen so far.
    fn new<'a>(flat: &Flat<'a>, names: &mut Vec<&'a str>) -> Kinds {
        let own: Vec<u64> = flat
            .holders
            .iter()
            .map(|holder| bit(holder.inline, names))
            .collect();
        let mut all = own.clone();
        // A holder comes after the one around it.
        for (at, holder) in flat.holders.iter().enumerate() {
            all[at] |= holder.parent.map_or(0, |parent| all[parent]);
        }
        Kinds { own, all }
    }

    fn around(&self, flat: &Flat, token: usize) -> u64 {
        flat.tokens[token].holder.map_or(0, |at| self.all[at])
    }
}

/// No bit for what shows nothing. Elements of more names than there are bits share the last.
fn bit<'a>(inline: &'a Inline, names: &mut Vec<&'a str>) -> u64 {
    match inline {
        Inline::Link(_) => LINK,
        Inline::Emphasis(_) => 1 << 1,
        Inline::Strong(_) => 1 << 2,
        Inline::Strike(_) => 1 << 3,
        Inline::Code(_) => 1 << 4,
        Inline::Element { name, .. } if !matches!(name.as_str(), "span" | "a") => {
            let most = u64::BITS as usize - OTHERS - 1;
            let known = names.iter().take(most).position(|known| known == name);
            let at = known.unwrap_or_else(|| {
                names.push(name);
                (names.len() - 1).min(most)
            });
            1 << (OTHERS + at)
        }
        _ => 0,
    }
}
