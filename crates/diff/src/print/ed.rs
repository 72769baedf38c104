//! Scripts for ed, backwards and forwards, and for RCS.

use super::normal::letter;
use super::{range, Printer};
use crate::compare::Change;

impl Printer<'_> {
    pub(super) fn ed(&mut self, changes: &[Change]) {
        for change in changes.iter().rev() {
            let letter = letter(change);
            self.put(format!("{}{letter}\n", range(&change.old)).as_bytes());
            if letter == 'd' {
                continue;
            }
            // A line of a single dot ends ed's input: it goes in as two, which a substitution then makes one.
            let mut inserting = true;
            for index in change.new.clone() {
                if !inserting {
                    self.put(b"a\n");
                    inserting = true;
                }
                let texts = self.texts;
                let line = texts[1].line(index);
                if line.strip_suffix(b"\n").unwrap_or(line) == b"." {
                    self.put(b"..\n.\ns/.//\n");
                    inserting = false;
                } else {
                    self.raw(line);
                }
            }
            if inserting {
                self.put(b".\n");
            }
        }
    }

    pub(super) fn forward_ed(&mut self, changes: &[Change]) {
        for change in changes {
            let letter = letter(change);
            self.put(format!("{letter}{}\n", range(&change.old).replace(',', " ")).as_bytes());
            if letter == 'd' {
                continue;
            }
            for index in change.new.clone() {
                self.raw(self.texts[1].line(index));
            }
            self.put(b".\n");
        }
    }

    pub(super) fn rcs(&mut self, changes: &[Change]) {
        for change in changes {
            if !change.old.is_empty() {
                self.put(format!("d{} {}\n", change.old.start + 1, change.old.len()).as_bytes());
            }
            if !change.new.is_empty() {
                self.put(format!("a{} {}\n", change.old.end, change.new.len()).as_bytes());
                for index in change.new.clone() {
                    self.put(self.texts[1].line(index));
                }
            }
        }
    }

    fn raw(&mut self, line: &[u8]) {
        self.put(line);
        if !line.ends_with(b"\n") {
            self.put(b"\n");
        }
    }
}
