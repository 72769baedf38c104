//! `s`: finding matches and building replacements.

use posix_regex::{group, Regex, Slots};

use crate::command::{Case, Piece, Substitute};
use crate::parse_regex::char_len;

/// Appends text under `\U`, `\L`, `\u` and `\l`.
#[derive(Default)]
struct Caser {
    lasting: Option<Case>,
    once: Option<Case>,
}

impl Caser {
    fn set(&mut self, case: Case) {
        match case {
            Case::Upper | Case::Lower => (self.lasting, self.once) = (Some(case), None),
            Case::UpperNext | Case::LowerNext => self.once = Some(case),
            Case::End => (self.lasting, self.once) = (None, None),
        }
    }

    fn append(&mut self, out: &mut Vec<u8>, text: &[u8]) {
        if self.lasting.is_none() && self.once.is_none() {
            out.extend_from_slice(text);
            return;
        }
        let mut at = 0;
        while at < text.len() {
            let len = char_len(&text[at..]);
            let case = self.once.take().or(self.lasting);
            change_case(out, &text[at..at + len], case);
            at += len;
        }
    }
}

fn change_case(out: &mut Vec<u8>, text: &[u8], case: Option<Case>) {
    let Ok(text) = std::str::from_utf8(text) else {
        out.extend_from_slice(text);
        return;
    };
    let changed = match case {
        Some(Case::Upper | Case::UpperNext) => text.to_uppercase(),
        Some(Case::Lower | Case::LowerNext) => text.to_lowercase(),
        _ => text.to_string(),
    };
    // One character stays one character.
    let one = changed.chars().count() == 1;
    out.extend_from_slice(if one { changed.as_bytes() } else { text.as_bytes() });
}

impl Substitute {
    /// Writes the text with its replacements to `out`; false, with `out` undefined, where nothing was replaced.
    pub fn run(&self, regex: &Regex, text: &[u8], out: &mut Vec<u8>, slots: &mut Slots) -> bool {
        out.clear();
        let with_groups = self.replacement.iter().any(|p| matches!(p, Piece::Group(n) if *n > 0));
        let (mut at, mut copied, mut count, mut replaced) = (0, 0, 0, false);
        let mut previous_end = None;
        while at <= text.len() {
            let found = if with_groups {
                regex.captures_at(text, at, slots).then(|| group(slots, 0)).flatten()
            } else {
                regex.find_at(text, at)
            };
            let Some((start, end)) = found else { break };
            if start == end && previous_end == Some(end) {
                // An empty match right after a match is none.
                at = next_char(text, at);
                continue;
            }
            previous_end = Some(end);
            count += 1;
            at = if end == start { next_char(text, end) } else { end };
            if count < self.number {
                continue;
            }
            out.extend_from_slice(&text[copied..start]);
            self.replace(text, (start, end), slots, out);
            copied = end;
            replaced = true;
            if !self.global {
                break;
            }
        }
        if replaced {
            out.extend_from_slice(&text[copied..]);
        }
        replaced
    }

    fn replace(&self, text: &[u8], whole: (usize, usize), slots: &Slots, out: &mut Vec<u8>) {
        let mut caser = Caser::default();
        for piece in &self.replacement {
            match piece {
                Piece::Text(plain) => caser.append(out, plain),
                Piece::Group(0) => caser.append(out, &text[whole.0..whole.1]),
                Piece::Group(n) => {
                    if let Some((start, end)) = group(slots, *n) {
                        caser.append(out, &text[start..end]);
                    }
                }
                Piece::Case(case) => caser.set(*case),
            }
        }
    }
}

fn next_char(text: &[u8], at: usize) -> usize {
    if at < text.len() { at + char_len(&text[at..]) } else { at + 1 }
}
