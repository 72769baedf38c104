use super::{range, Printer};
use crate::compare::Change;

impl Printer<'_> {
    pub(super) fn normal(&mut self, changes: &[Change]) {
        for change in changes {
            let letter = letter(change);
            let text = format!("{}{letter}{}", range(&change.old), range(&change.new));
            self.colored(|palette| &palette.numbers, text.as_bytes());
            self.put(b"\n");
            for index in change.old.clone() {
                self.line("< ", 0, index, Some(|palette| &palette.deleted));
            }
            if letter == 'c' {
                self.put(b"---\n");
            }
            for index in change.new.clone() {
                self.line("> ", 1, index, Some(|palette| &palette.added));
            }
        }
    }
}

pub(super) fn letter(change: &Change) -> char {
    match (change.old.is_empty(), change.new.is_empty()) {
        (true, _) => 'a',
        (_, true) => 'd',
        _ => 'c',
    }
}
