//! What is shown of a redline where there is room for the changes alone.
//!
//! 1. Of what stayed, a count is left, and the headings of the sections in which something changed.
//! 2. Of a changed list or table, the items and rows that changed, and those in which they stand.
//! 3. What moved away is one line; it is shown where it is now.
//!
//! ```text
//! ## How long          ## How long
//! One.                 … 2 paragraphs unchanged …
//! Two.           ─►    - Logs: 60 → 30 days
//! - Rotas              … 2 lines unchanged …
//! - Logs: 60 → 30
//! ```

use std::fmt::Write as _;

use super::Redline;
use super::shown::{self, Fate, Line, LineKind, Piece};
use super::summary::Counts;
use crate::words::Words;

/// One part of an excerpt.
pub(super) enum Part {
    /// So many blocks were left out.
    Unchanged(usize),
    /// Of a list, a table and the like so many lines were left out; whether they are its first.
    LinesUnchanged {
        count: usize,
        begins: bool,
    },
    /// The heading of a section in which something changed.
    Heading(Line),
    /// What follows moved here from elsewhere.
    MovedHere(usize),
    /// Something moved away from here.
    MovedAway {
        number: usize,
        words: String,
    },
    Line(Shown),
}

/// A line of a change.
pub(super) struct Shown {
    pub line: Line,
    /// Whether it is the first of its block.
    pub begins: bool,
    /// The number of the footnote that it begins.
    pub footnote: Option<usize>,
    /// Whether its block moved here.
    pub moved: bool,
    /// Whether its block stayed as it was, and is shown because it stands beside a change.
    pub stayed: bool,
}

/// Lines that are left out are told only where there are more than so many.
const FEW_LINES: usize = 1;

/// A block beside a change is shown only where it has at most so many lines and bytes.
const BESIDE: (usize, usize) = (6, 2000);

/// The changes of a redline in order; nothing where nothing changed.
pub(super) fn excerpt(redline: &Redline, words: &Words) -> Vec<Part> {
    gathered(shown::pieces(redline, &words.redline), Excerpt::default())
}

/// The same, with the blocks right before and behind each change. Counts of what stayed are no better than guesses here.
pub(super) fn excerpt_beside(redline: &Redline, words: &Words) -> Vec<Part> {
    let excerpt = Excerpt {
        beside: true,
        ..Excerpt::default()
    };
    gathered(shown::pieces_beside(redline, &words.redline), excerpt)
}

fn gathered(pieces: Vec<Piece>, mut excerpt: Excerpt) -> Vec<Part> {
    if pieces.iter().all(|piece| piece.fate == Fate::Same) {
        return Vec::new();
    }
    pieces.into_iter().for_each(|piece| excerpt.piece(piece));
    excerpt.skip(0);
    excerpt.parts
}

#[derive(Default)]
struct Excerpt {
    /// Whether what stands beside a change is shown.
    beside: bool,
    parts: Vec<Part>,
    /// What stayed since the last change; for the headings among it their levels.
    stayed: Vec<(Option<u8>, Piece)>,
    last: Option<Fate>,
}

impl Excerpt {
    fn piece(&mut self, piece: Piece) {
        let level = piece.lines.first().and_then(level);
        match (piece.fate, level) {
            (Fate::Same, _) if piece.lines.is_empty() => {}
            (Fate::Same, level) => self.stayed.push((level, piece)),
            // A heading that is gone opens no section.
            (Fate::Removed | Fate::MovedAway(_), _) | (_, None) => self.change(piece, 7),
            (_, Some(level)) => self.change(piece, level),
        }
    }

    /// A change that stands below headings of less than this level.
    fn change(&mut self, piece: Piece, level: u8) {
        let begins = !self.stayed.is_empty() || self.last != Some(piece.fate);
        self.skip(level);
        self.last = Some(piece.fate);
        match piece.fate {
            Fate::MovedAway(number) if begins => {
                let words = piece.lines.first().map(Line::words).unwrap_or_default();
                self.parts.push(Part::MovedAway { number, words });
            }
            Fate::MovedAway(_) => {}
            Fate::MovedHere(number) => {
                if begins {
                    self.parts.push(Part::MovedHere(number));
                }
                self.lines(piece);
            }
            _ => self.lines(piece),
        }
    }

    /// Leaves out what stayed, but for the headings above what comes next, which stands below this level (0: nothing comes), and
    /// what stands beside a change.
    fn skip(&mut self, level: u8) {
        let stayed = std::mem::take(&mut self.stayed);
        let levels: Vec<Option<u8>> = stayed.iter().map(|(level, _)| *level).collect();
        let headings = headings(&levels, level);
        let mut count = 0;
        for (at, (of_heading, mut piece)) in stayed.into_iter().enumerate() {
            let follows = at == 0 && self.last.is_some();
            let precedes = at + 1 == levels.len() && level > 0;
            if headings.contains(&at) {
                self.unchanged(std::mem::take(&mut count));
                self.parts.push(Part::Heading(piece.lines.swap_remove(0)));
            } else if (follows || precedes) && of_heading.is_none() && self.shows_beside(&piece) {
                self.unchanged(std::mem::take(&mut count));
                self.beside(piece);
            } else {
                count += 1;
            }
        }
        self.unchanged(count);
    }

    fn shows_beside(&self, piece: &Piece) -> bool {
        let spans = || {
            piece
                .lines
                .iter()
                .flat_map(|line| line.cells.iter().flatten())
        };
        let bytes: usize = spans().map(|span| span.text.len()).sum();
        self.beside && piece.lines.len() <= BESIDE.0 && (1..=BESIDE.1).contains(&bytes)
    }

    fn beside(&mut self, piece: Piece) {
        let footnote = piece.footnote;
        for (at, line) in piece.lines.into_iter().enumerate() {
            self.parts.push(Part::Line(Shown {
                line,
                begins: at == 0,
                footnote: footnote.filter(|_| at == 0),
                moved: false,
                stayed: true,
            }));
        }
    }

    fn unchanged(&mut self, count: usize) {
        if count > 0 {
            self.parts.push(Part::Unchanged(count));
        }
    }

    fn lines(&mut self, piece: Piece) {
        let shown = shown_lines(&piece.lines);
        let mut block = Block {
            parts: &mut self.parts,
            begins: true,
            footnote: piece.footnote,
            moved: matches!(piece.fate, Fate::MovedHere(_)),
        };
        let mut skipped = Vec::new();
        for (line, is_shown) in piece.lines.into_iter().zip(shown) {
            if is_shown || piece.fate != Fate::Changed {
                block.skip(&mut skipped);
                block.line(line);
            } else {
                skipped.push(line);
            }
        }
        block.skip(&mut skipped);
    }
}

/// Puts the lines of one block.
struct Block<'e> {
    parts: &'e mut Vec<Part>,
    begins: bool,
    footnote: Option<usize>,
    moved: bool,
}

impl Block<'_> {
    fn line(&mut self, line: Line) {
        self.parts.push(Part::Line(Shown {
            line,
            begins: std::mem::take(&mut self.begins),
            footnote: self.footnote.take(),
            moved: self.moved,
            stayed: false,
        }));
    }

    /// Puts a count in place of lines, unless they are too few for that.
    fn skip(&mut self, lines: &mut Vec<Line>) {
        let lines = std::mem::take(lines);
        if lines.len() <= FEW_LINES {
            return lines.into_iter().for_each(|line| self.line(line));
        }
        let begins = std::mem::take(&mut self.begins);
        let count = lines.len();
        self.parts.push(Part::LinesUnchanged { count, begins });
    }
}

fn level(line: &Line) -> Option<u8> {
    match line.kind {
        LineKind::Heading { level, .. } if line.leads.is_empty() => Some(level),
        _ => None,
    }
}

/// The places of the headings above the end of a run of blocks. The document's title is one only where no other is.
fn headings(stayed: &[Option<u8>], level: u8) -> Vec<usize> {
    let mut found = Vec::new();
    let mut limit = level;
    for (at, level) in stayed.iter().enumerate().rev() {
        if let Some(level) = level
            && *level < limit
            && (*level > 1 || limit == 7)
        {
            found.push(at);
            limit = *level;
        }
    }
    found
}

/// Which lines are shown: those that changed or stand otherwise, and those in which they stand.
fn shown_lines(lines: &[Line]) -> Vec<bool> {
    let is_changed = |line: &Line| line.is_recast || line.fate() != Fate::Same;
    let mut shown: Vec<bool> = lines.iter().map(is_changed).collect();
    // The lines that the current one stands in, outermost first.
    let mut open: Vec<usize> = Vec::new();
    for at in 0..lines.len() {
        while open
            .last()
            .is_some_and(|last| lines[*last].depth() >= lines[at].depth())
        {
            open.pop();
        }
        if shown[at] {
            open.iter().for_each(|outer| shown[*outer] = true);
        }
        open.push(at);
    }
    shown
}

impl Redline {
    /// What changed, and how much of it: a sentence each, as far as there is something to say.
    pub fn told(&self) -> Vec<String> {
        let summary = self.summary(Words::english());
        let counts = told(&summary.counts);
        summary.description.into_iter().chain(counts).collect()
    }
}

/// As "120 words added, 30 removed; 2 sections changed."; `None` where nothing is to be counted.
fn told(counts: &Counts) -> Option<String> {
    let words = several(
        &[
            (counts.words_added, "added"),
            (counts.words_removed, "removed"),
        ],
        "word",
    );
    let sections = several(
        &[
            (counts.sections_changed, "changed"),
            (counts.sections_added, "added"),
            (counts.sections_removed, "removed"),
            (counts.sections_moved, "moved"),
        ],
        "section",
    );
    let told: Vec<String> = words.into_iter().chain(sections).collect();
    (!told.is_empty()).then(|| format!("{}.", told.join("; ")))
}

fn several(counts: &[(usize, &str)], what: &str) -> Option<String> {
    let mut told = String::new();
    for (count, verb) in counts.iter().filter(|(count, _)| *count > 0) {
        // Writing to a string cannot fail.
        let _ = match told.is_empty() {
            true => write!(told, "{} {verb}", counted(*count, what)),
            false => write!(told, ", {count} {verb}"),
        };
    }
    (!told.is_empty()).then_some(told)
}

/// As "1 word" or "2 words".
pub(super) fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
