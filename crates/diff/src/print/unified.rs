use super::{Function, Printer};
use crate::compare::Change;
use crate::hunks::with_context;

impl Printer<'_> {
    pub(super) fn unified(&mut self, changes: &[Change]) {
        let mut function = Function::default();
        for (number, hunk) in with_context(changes, self.texts, self.options).iter().enumerate() {
            if number == 0 {
                self.header(["---", "+++"]);
            }
            self.unified_hunk(hunk, &mut function);
        }
    }

    fn unified_hunk(&mut self, hunk: &[Change], function: &mut Function) {
        let (first, last) = (&hunk[0], &hunk[hunk.len() - 1]);
        let before = self.options.context.min(first.old.start).min(first.new.start);
        let rest = (self.texts[0].len() - last.old.end).min(self.texts[1].len() - last.new.end);
        let after = self.options.context.min(rest);
        let old = first.old.start - before..last.old.end + after;
        let new = first.new.start - before..last.new.end + after;
        let name = self.function(old.start, function);
        let text = format!("@@ -{} +{} @@", lines(&old), lines(&new));
        self.colored(|palette| &palette.numbers, text.as_bytes());
        if let Some(name) = name {
            self.put(&name);
        }
        self.put(b"\n");
        let mut at = old.start;
        for change in hunk {
            for index in at..change.old.start {
                self.line(" ", 0, index, None);
            }
            for index in change.old.clone() {
                self.line("-", 0, index, Some(|palette| &palette.deleted));
            }
            for index in change.new.clone() {
                self.line("+", 1, index, Some(|palette| &palette.added));
            }
            at = change.old.end;
        }
        for index in at..old.end {
            self.line(" ", 0, index, None);
        }
    }
}

fn lines(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => range.end.to_string(),
        count => format!("{},{count}", range.start + 1),
    }
}
