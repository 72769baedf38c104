use super::{Function, Printer};
use crate::compare::Change;
use crate::hunks::with_context;

impl Printer<'_> {
    pub(super) fn context(&mut self, changes: &[Change]) {
        let mut function = Function::default();
        for (number, hunk) in with_context(changes, self.texts, self.options).iter().enumerate() {
            if number == 0 {
                self.header(["***", "---"]);
            }
            self.context_hunk(hunk, &mut function);
        }
    }

    fn context_hunk(&mut self, hunk: &[Change], function: &mut Function) {
        let (first, last) = (&hunk[0], &hunk[hunk.len() - 1]);
        let context = self.options.context;
        let around = |from: usize, to: usize, length: usize| from.saturating_sub(context)..to.saturating_add(context).min(length);
        let old = around(first.old.start, last.old.end, self.texts[0].len());
        let new = around(first.new.start, last.new.end, self.texts[1].len());
        self.put(b"***************");
        if let Some(name) = self.function(old.start, function) {
            self.put(&name);
        }
        self.put(b"\n");
        self.colored(|palette| &palette.numbers, format!("*** {} ****", lines(&old)).as_bytes());
        self.put(b"\n");
        if hunk.iter().any(|change| !change.old.is_empty()) {
            self.side(hunk, 0, old, |change| (change.old.clone(), if change.new.is_empty() { "- " } else { "! " }));
        }
        self.colored(|palette| &palette.numbers, format!("--- {} ----", lines(&new)).as_bytes());
        self.put(b"\n");
        if hunk.iter().any(|change| !change.new.is_empty()) {
            self.side(hunk, 1, new, |change| (change.new.clone(), if change.old.is_empty() { "+ " } else { "! " }));
        }
    }

    fn side(
        &mut self,
        hunk: &[Change],
        side: usize,
        lines: std::ops::Range<usize>,
        part: fn(&Change) -> (std::ops::Range<usize>, &'static str),
    ) {
        let shade: super::Shade = if side == 0 { |palette| &palette.deleted } else { |palette| &palette.added };
        let mut at = lines.start;
        for change in hunk {
            let (changed, flag) = part(change);
            for index in at..changed.start {
                self.line("  ", side, index, Some(shade));
            }
            for index in changed.clone() {
                self.line(flag, side, index, Some(shade));
            }
            at = changed.end;
        }
        for index in at..lines.end {
            self.line("  ", side, index, Some(shade));
        }
    }
}

fn lines(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 | 1 => range.end.to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    }
}
