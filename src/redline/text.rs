//! The difference of two texts, word by word, within their markup.
//!
//! The result is the new text's tree. A deletion is put where it stood; it is made of the old text's markup, but for what
//! stands around it in the new text anyway. Emphasis, code and links belong to their words and are no part of what is
//! compared: where they changed around words that stayed, a note says so.
//!
//! ```text
//! old   See the [Privacy Statement](/p) *now*.
//! new   See the **[Privacy Policy](/q)** now.
//! shown See the **[Privacy {-Statement-}{+Policy+}](/q)(link changed)** now(formatting changed).
//! ```

use std::mem::discriminant;
use std::ops::Range;

use crate::document::{Inline, Link};

use super::around::Around;
use super::budget::Budget;
use super::flat::{Flat, Grain, Interner, Leaf, Numbers};
use super::matching::{Matching, match_words};
use super::seen::Seen;
use super::tree::{Note, Run};
use super::words;

/// The runs of two texts; `None` where so little stayed that they should not be shown as one.
pub(super) fn compare(
    old: &[Inline],
    new: &[Inline],
    numbers: (&Numbers, &Numbers),
    budget: &mut Budget,
) -> Option<Vec<Run>> {
    let grain = match words::say_the_same(
        |text| words::push_inlines(old, text),
        |text| words::push_inlines(new, text),
    ) {
        true => Grain::Characters,
        false => Grain::Words,
    };
    let mut interner = Interner::default();
    let a = Flat::new(old, grain, numbers.0, &mut interner);
    let b = Flat::new(new, grain, numbers.1, &mut interner);
    let matching = match_words(&a, &b, budget)?;
    let mut runs = Merge::new(&a, &b, &matching).run(new);
    // Such as emphasis of white space alone.
    if !tells(&runs) && differ(old, new, numbers) {
        runs.push(Run::Note(Note::Formatting));
    }
    Some(runs)
}

/// The old text struck and the new one inserted.
pub(super) fn replace(old: &[Inline], new: &[Inline], numbers: (&Numbers, &Numbers)) -> Vec<Run> {
    let mut interner = Interner::default();
    let a = Flat::new(old, Grain::Words, numbers.0, &mut interner);
    let b = Flat::new(new, Grain::Words, numbers.1, &mut interner);
    let matching = Matching::none(&a, &b);
    Merge::new(&a, &b, &matching).run(new)
}

/// The runs of two texts without markup.
pub(super) fn compare_code(old: &str, new: &str, budget: &mut Budget) -> Option<Vec<Run>> {
    let mut interner = Interner::default();
    let a = Flat::of_text(old, &mut interner);
    let b = Flat::of_text(new, &mut interner);
    let matching = match_words(&a, &b, budget)?;
    let mut merge = Merge::new(&a, &b, &matching);
    let mut runs = Vec::new();
    merge.tokens(b.tokens.len(), &mut runs);
    merge.struck(a.tokens.len(), &mut runs);
    Some(runs)
}

/// Builds the runs of a text from what stayed of it, token by token.
pub(super) struct Merge<'m, 'a> {
    old: &'m Flat<'a>,
    new: &'m Flat<'a>,
    matching: &'m Matching,
    /// For each old holder the new one that it became, and the other way round.
    old_holders: Vec<Option<usize>>,
    new_holders: Vec<Option<usize>>,
    around: Around,
    /// The next token of each that is to be shown.
    i: usize,
    j: usize,
    /// The next new holder.
    holder: usize,
    open: Vec<usize>,
}

impl<'m, 'a> Merge<'m, 'a> {
    pub fn new(old: &'m Flat<'a>, new: &'m Flat<'a>, matching: &'m Matching) -> Merge<'m, 'a> {
        let mut merge = Merge {
            old,
            new,
            matching,
            old_holders: vec![None; old.holders.len()],
            new_holders: vec![None; new.holders.len()],
            around: Around::default(),
            i: 0,
            j: 0,
            holder: 0,
            open: Vec::new(),
        };
        if !(old.holders.is_empty() || new.holders.is_empty()) {
            (0..new.holders.len()).for_each(|at| merge.find_partner(at));
        }
        merge.around = Around::new(old, new, matching, &merge.old_holders);
        merge
    }

    /// The old holder of the same kind around the first words that stayed.
    fn find_partner(&mut self, holder: usize) {
        let inline = self.new.holders[holder].inline;
        let tokens = self.new.holders[holder].tokens.clone();
        let is_free = |at: &usize| {
            self.old_holders[*at].is_none() && is_same_kind(self.old.holders[*at].inline, inline)
        };
        let mut stayed = tokens.filter_map(|j| self.matching.new[j]).take(16);
        // The outermost, since holders are gone through from the outside.
        let partner = stayed.find_map(|i| self.old.around(i).filter(is_free).last());
        if let Some(partner) = partner {
            self.old_holders[partner] = Some(holder);
            self.new_holders[holder] = Some(partner);
        }
    }

    /// The runs of the next of several texts. What is struck before it stands in it, unless it stood in the text before.
    pub fn text(&mut self, inlines: &[Inline]) -> Vec<Run> {
        let mut runs = Vec::new();
        self.inlines(inlines, &mut runs);
        self.end_text(&mut runs);
        runs
    }

    /// The same for code.
    pub fn code(&mut self) -> Vec<Run> {
        let mut runs = Vec::new();
        let next = self.new.ends.partition_point(|end| *end <= self.j);
        let end = self.new.ends.get(next).map_or(self.j, |end| end - 1);
        self.tokens(end, &mut runs);
        self.end_text(&mut runs);
        runs
    }

    /// Goes past the gap after a text.
    fn end_text(&mut self, runs: &mut Vec<Run>) {
        let gap = self.matching.new.get(self.j).copied().flatten();
        if self.j + 1 >= self.new.tokens.len() {
            self.struck(self.old.tokens.len(), runs);
        } else if let Some(partner) = gap {
            self.struck(partner, runs);
        } else if let Some(last) = self.i.checked_sub(1) {
            let text = self.old.ends.partition_point(|end| *end <= last);
            self.struck(self.old.ends.get(text).copied().unwrap_or(0), runs);
        }
        self.i += usize::from(gap.is_some());
        self.j += 1;
        if self.j >= self.new.tokens.len() && self.i < self.old.tokens.len() {
            // The gap was that of the text before.
            push(runs, Run::Deleted(vec![Inline::Text("\n".to_owned())]));
            self.struck(self.old.tokens.len(), runs);
        }
    }

    fn run(mut self, inlines: &[Inline]) -> Vec<Run> {
        let mut runs = Vec::new();
        self.inlines(inlines, &mut runs);
        self.struck(self.old.tokens.len(), &mut runs);
        runs
    }

    fn inlines(&mut self, inlines: &[Inline], runs: &mut Vec<Run>) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => {
                    let end = self.end_of_text(text);
                    self.tokens(end, runs);
                }
                Inline::Image(_) | Inline::LineBreak | Inline::FootnoteReference(_) => {
                    self.tokens(self.j + 1, runs);
                }
                _ => self.hold(inline, runs),
            }
        }
    }

    /// The place after the tokens of a text that begins here.
    fn end_of_text(&self, text: &str) -> usize {
        let (mut at, mut left) = (self.j, text.len());
        while left > 0 && at < self.new.tokens.len() {
            left -= self.new.tokens[at].text().map_or(left, str::len);
            at += 1;
        }
        at
    }

    fn hold(&mut self, inline: &Inline, runs: &mut Vec<Run>) {
        let at = self.holder;
        let tokens = self.new.holders[at].tokens.clone();
        let partner = self.new_holders[at];
        let before = self.old_end_before(partner);
        self.struck(before, runs);
        if tokens.is_empty() || tokens.clone().all(|j| self.matching.new[j].is_none()) {
            if !tokens.is_empty() {
                self.struck(self.old.tokens.len(), runs);
            }
            self.skip(at, tokens.end);
            let is_seen = !tokens.is_empty();
            return push(
                runs,
                if is_seen {
                    Run::Inserted(vec![inline.clone()])
                } else {
                    Run::Same(inline.clone())
                },
            );
        }
        self.holder += 1;
        self.open.push(at);
        let mut inner = Vec::new();
        match inline {
            Inline::Code(_) => self.tokens(tokens.end, &mut inner),
            _ => self.inlines(content(inline), &mut inner),
        }
        if let Some(partner) = partner {
            self.struck(self.old.holders[partner].tokens.end, &mut inner);
        }
        self.open.pop();
        let note = self.around.note_on(at);
        runs.push(Run::Within(shell(inline), inner));
        runs.extend(note.map(Run::Note));
    }

    /// Old tokens before this place are not part of a holder's partner.
    fn old_end_before(&self, partner: Option<usize>) -> usize {
        match partner {
            Some(partner) => self.old.holders[partner].tokens.start,
            None => self.old.tokens.len(),
        }
    }

    /// Goes past a holder and all that it holds.
    fn skip(&mut self, at: usize, end: usize) {
        self.j = end;
        self.holder = at + 1;
        let holders = &self.new.holders;
        let is_inside = |parent: Option<usize>| {
            std::iter::successors(parent, |p| holders[*p].parent).any(|p| p == at)
        };
        while self.holder < holders.len() && is_inside(holders[self.holder].parent) {
            self.holder += 1;
        }
    }

    /// Shows new tokens up to a place, each with the deletions before it.
    fn tokens(&mut self, end: usize, runs: &mut Vec<Run>) {
        while self.j < end {
            self.struck(self.old.tokens.len(), runs);
            let start = self.j;
            let is_same = self.matching.new[start].is_some();
            // As many as stand in one text and share their fate.
            while self.j < end
                && self.matching.new[self.j].is_some() == is_same
                && (!is_same || self.is_next())
            {
                self.j += 1;
                self.i += usize::from(is_same);
                if is_same && self.is_lost_after(self.i - 1) {
                    break;
                }
            }
            show(self.new, start..self.j, is_same, runs);
            if is_same {
                self.note_lost(runs);
            }
        }
    }

    fn is_next(&self) -> bool {
        self.matching.new[self.j] == Some(self.i)
    }

    /// Shows the deletions that come now, up to an old place.
    fn struck(&mut self, end: usize, runs: &mut Vec<Run>) {
        let start = self.i;
        while self.i < end && self.matching.old.get(self.i) == Some(&None) {
            self.i += 1;
        }
        if start < self.i {
            let fragment = self.fragment(start..self.i);
            push(runs, Run::Deleted(fragment));
        }
    }

    /// Old tokens within their markup, but for what stands around this place anyway. No link may stand in another.
    fn fragment(&self, tokens: Range<usize>) -> Vec<Inline> {
        let in_link = self
            .open
            .iter()
            .any(|at| matches!(self.new.holders[*at].inline, Inline::Link(_)));
        let in_code = self
            .open
            .iter()
            .any(|at| matches!(self.new.holders[*at].inline, Inline::Code(_)));
        let is_kept = |at: &usize| {
            let is_around = self.old_holders[*at].is_some_and(|new| self.open.contains(&new));
            let inline = self.old.holders[*at].inline;
            !(is_around || in_link && matches!(inline, Inline::Link(_)) || in_code)
        };
        let mut fragment = Fragment::default();
        for i in tokens {
            let mut around: Vec<usize> = self.old.around(i).filter(is_kept).collect();
            around.reverse();
            fragment.enter(&around, self.old);
            fragment.push(&self.old.tokens[i].leaf);
        }
        fragment.finish(self.old)
    }

    /// Whether it is to be told after an old token that a holder is no more.
    fn is_lost_after(&self, i: usize) -> bool {
        self.old.around(i).any(|at| self.around.is_lost(at, i))
    }

    /// Tells of the holders that the last token lost.
    fn note_lost(&self, runs: &mut Vec<Run>) {
        let last = self.i - 1;
        let lost = self.old.around(last);
        let notes = lost.filter(|at| self.around.is_lost(*at, last)).map(|at| {
            match self.old.holders[at].inline {
                Inline::Link(link) => Note::Unlinked(link.target.clone()),
                _ => Note::Formatting,
            }
        });
        let mut notes: Vec<Note> = notes.collect();
        notes.dedup();
        runs.extend(notes.into_iter().map(Run::Note));
    }
}

/// Whether runs show that something changed.
pub(super) fn tells(runs: &[Run]) -> bool {
    runs.iter().any(|run| match run {
        Run::Same(_) => false,
        Run::Within(_, runs) => tells(runs),
        Run::Inserted(_) | Run::Deleted(_) | Run::Note(_) => true,
    })
}

/// Whether a reader can notice that two texts differ.
fn differ(old: &[Inline], new: &[Inline], numbers: (&Numbers, &Numbers)) -> bool {
    let seen = |inlines: &[Inline], numbers| {
        let mut seen = Seen::new(numbers);
        seen.term(inlines);
        seen.take()
    };
    seen(old, numbers.0) != seen(new, numbers.1)
}

fn is_same_kind(old: &Inline, new: &Inline) -> bool {
    match (old, new) {
        (Inline::Element { name: a, .. }, Inline::Element { name: b, .. }) => a == b,
        _ => discriminant(old) == discriminant(new),
    }
}

fn content(inline: &Inline) -> &[Inline] {
    match inline {
        Inline::Emphasis(content)
        | Inline::Strong(content)
        | Inline::Strike(content)
        | Inline::Element { content, .. } => content,
        Inline::Link(link) => &link.content,
        _ => &[],
    }
}

/// A holder without what it holds.
fn shell(inline: &Inline) -> Inline {
    filled(inline, Vec::new(), true)
}

/// A holder with other content; without its ids where it is struck.
fn filled(inline: &Inline, content: Vec<Inline>, with_ids: bool) -> Inline {
    match inline {
        Inline::Emphasis(_) => Inline::Emphasis(content),
        Inline::Strong(_) => Inline::Strong(content),
        Inline::Strike(_) => Inline::Strike(content),
        Inline::Link(link) => Inline::Link(Link {
            target: link.target.clone(),
            title: link.title.clone(),
            content,
        }),
        Inline::Element {
            name, attributes, ..
        } => Inline::Element {
            name: name.clone(),
            attributes: attributes
                .iter()
                .filter(|(name, _)| with_ids || name != "id")
                .cloned()
                .collect(),
            content,
        },
        _ => Inline::Code(content.into_iter().filter_map(into_text).collect()),
    }
}

fn into_text(inline: Inline) -> Option<String> {
    match inline {
        Inline::Text(text) => Some(text),
        _ => None,
    }
}

/// Adds new tokens to the runs.
fn show(flat: &Flat, tokens: Range<usize>, is_same: bool, runs: &mut Vec<Run>) {
    let mut fragment = Fragment::default();
    for token in &flat.tokens[tokens] {
        fragment.push(&token.leaf);
    }
    let inlines = fragment.finish(flat);
    match is_same {
        true => inlines
            .into_iter()
            .for_each(|inline| push(runs, Run::Same(inline))),
        false => push(runs, Run::Inserted(inlines)),
    }
}

/// Adds a run, and joins it with the last where both share their fate.
fn push(runs: &mut Vec<Run>, run: Run) {
    match (runs.last_mut(), run) {
        (Some(Run::Same(Inline::Text(last))), Run::Same(Inline::Text(text))) => {
            last.push_str(&text)
        }
        (Some(Run::Inserted(last)), Run::Inserted(more))
        | (Some(Run::Deleted(last)), Run::Deleted(more)) => join(last, more),
        (_, run) => runs.push(run),
    }
}

fn join(inlines: &mut Vec<Inline>, more: Vec<Inline>) {
    for inline in more {
        match (inlines.last_mut(), inline) {
            (Some(Inline::Text(last)), Inline::Text(text)) => last.push_str(&text),
            (_, inline) => inlines.push(inline),
        }
    }
}

/// Builds inlines from tokens one after another.
#[derive(Default)]
struct Fragment {
    done: Vec<Inline>,
    /// The old holders that are open, each with what stood before it.
    open: Vec<(usize, Vec<Inline>)>,
}

impl Fragment {
    /// Closes and opens holders until these are open, the outermost first.
    fn enter(&mut self, around: &[usize], flat: &Flat) {
        let same = self
            .open
            .iter()
            .zip(around)
            .take_while(|((open, _), at)| open == *at)
            .count();
        while self.open.len() > same {
            self.close(flat);
        }
        for at in &around[same..] {
            let before = std::mem::take(&mut self.done);
            self.open.push((*at, before));
        }
    }

    fn close(&mut self, flat: &Flat) {
        if let Some((at, before)) = self.open.pop() {
            let content = std::mem::replace(&mut self.done, before);
            let inline = filled(flat.holders[at].inline, content, false);
            self.done.push(inline);
        }
    }

    fn push(&mut self, leaf: &Leaf) {
        match leaf {
            Leaf::Word(text) | Leaf::Mark(text) | Leaf::Space(text) => match self.done.last_mut() {
                Some(Inline::Text(last)) => last.push_str(text),
                _ => self.done.push(Inline::Text((*text).to_owned())),
            },
            Leaf::Object(inline) => self.done.push((*inline).clone()),
        }
    }

    fn finish(mut self, flat: &Flat) -> Vec<Inline> {
        while !self.open.is_empty() {
            self.close(flat);
        }
        self.done
    }
}
