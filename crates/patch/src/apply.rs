//! Finds the place of hunks in a file and makes the new one.

use crate::parse::{Hunk, Line};

/// Where a hunk went.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// The line in the new file, the fuzz, and how far from where it was said to be.
    Done { line: usize, fuzz: usize, offset: i64 },
    Failed { line: i64 },
}

pub struct Applied {
    pub text: Vec<u8>,
    pub outcomes: Vec<Outcome>,
}

/// How lines compare.
fn same(file: &[u8], patch: &[u8], loose: bool) -> bool {
    if !loose {
        return file == patch;
    }
    let words = |text: &[u8]| -> Vec<Vec<u8>> { text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect() };
    let starts = |text: &[u8]| text.first().is_some_and(u8::is_ascii_whitespace);
    words(file) == words(patch) && (starts(file) == starts(patch) || words(file).is_empty())
}

struct Pattern<'a> {
    old: Vec<&'a [u8]>,
    prefix: usize,
    suffix: usize,
}

impl Pattern<'_> {
    fn of(hunk: &Hunk) -> Pattern<'_> {
        let context = |lines: &mut dyn Iterator<Item = &Line>| lines.take_while(|line| line.kind == b' ').count();
        let prefix = context(&mut hunk.lines.iter());
        let suffix = context(&mut hunk.lines.iter().rev());
        Pattern { old: hunk.lines.iter().filter(|line| line.kind != b'+').map(|line| &line.text[..]).collect(), prefix, suffix }
    }

    fn fits(&self, file: &[&[u8]], at: usize, skip: [usize; 2], loose: bool) -> bool {
        if at + self.old.len() > file.len() + skip[1] {
            return false;
        }
        let end = self.old.len() - skip[1].min(self.old.len());
        (skip[0]..end).all(|index| file.get(at + index).is_some_and(|line| same(line, self.old[index], loose)))
    }

    /// The first line of the place, from 0, at or behind `least`.
    fn find(&self, file: &[&[u8]], guess: usize, least: usize, fuzz: usize, start: usize, loose: bool) -> Option<usize> {
        let context = self.prefix.max(self.suffix);
        if fuzz > context {
            return None;
        }
        let cut = |own: usize| (fuzz + own) as i64 - context as i64;
        let (before, after) = (cut(self.prefix), cut(self.suffix));
        let skip = [before.max(0) as usize, after.max(0) as usize];
        if before < 0 && start <= 1 {
            // Less context before: the file's start is meant.
            return (least == 0 && self.fits(file, 0, skip, loose)).then_some(0);
        }
        if after < 0 {
            // Less context behind: the end is meant.
            let at = file.len().checked_sub(self.old.len())?;
            return (at >= least && self.fits(file, at, skip, loose)).then_some(at);
        }
        let most = file.len();
        for offset in 0..=most.max(guess) {
            let up = guess + offset;
            if up <= most && up >= least && self.fits(file, up, skip, loose) {
                return Some(up);
            }
            if offset > 0 && guess >= offset && guess - offset >= least && self.fits(file, guess - offset, skip, loose) {
                return Some(guess - offset);
            }
        }
        None
    }
}

/// The hunk the other way round.
pub fn reversed(hunk: &Hunk) -> Hunk {
    let kind = |kind| match kind {
        b'+' => b'-',
        b'-' => b'+',
        other => other,
    };
    let mut lines: Vec<Line> = hunk.lines.iter().map(|line| Line { kind: kind(line.kind), text: line.text.clone() }).collect();
    // What goes stands before what comes.
    let mut at = 0;
    while at < lines.len() {
        let end = lines[at..].iter().position(|line| line.kind == b' ').map_or(lines.len(), |length| at + length);
        lines[at..end].sort_by_key(|line| line.kind == b'+');
        at = end + 1;
    }
    Hunk { old_start: hunk.new_start, new_start: hunk.old_start, lines }
}

/// Applies the hunks one after another; those that fit nowhere leave the file as it is.
pub fn apply(text: &[u8], hunks: &[Hunk], fuzz: usize, loose: bool) -> Applied {
    let file: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut outcomes = Vec::new();
    let (mut copied, mut offset, mut grown) = (0usize, 0i64, 0i64);
    for hunk in hunks {
        let pattern = Pattern::of(hunk);
        // An insertion's start is the line before it.
        let start = if pattern.old.is_empty() { hunk.old_start as i64 } else { hunk.old_start as i64 - 1 };
        let guess = (start + offset).max(0) as usize;
        let found = if pattern.old.is_empty() && hunk.old_start == 0 && !file.is_empty() {
            None
        } else {
            (0..=fuzz).find_map(|fuzz| pattern.find(&file, guess, copied, fuzz, hunk.old_start, loose).map(|at| (at, fuzz)))
        };
        let Some((at, fuzz)) = found else {
            outcomes.push(Outcome::Failed { line: hunk.new_start as i64 + offset });
            continue;
        };
        offset = at as i64 - start;
        file[copied..at].iter().for_each(|line| out.extend_from_slice(line));
        let mut place = at;
        for line in &hunk.lines {
            match line.kind {
                b'+' => out.extend_from_slice(&line.text),
                b'-' => place += 1,
                _ => {
                    // The file's own line stays, also where fuzz passed over it.
                    if let Some(own) = file.get(place) {
                        out.extend_from_slice(own);
                    }
                    place += 1;
                }
            }
        }
        copied = place.min(file.len());
        let line = (at as i64 + 1 + grown).max(0) as usize;
        grown += hunk.count(b'+') as i64 - hunk.count(b'-') as i64;
        outcomes.push(Outcome::Done { line, fuzz, offset });
    }
    file[copied..].iter().for_each(|line| out.extend_from_slice(line));
    Applied { text: out, outcomes }
}
