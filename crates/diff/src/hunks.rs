//! Changes grouped for output: which do not count, and which stand close enough to share their context.

use crate::compare::Change;
use crate::options::Options;
use crate::text::{is_space, Space, Text};

/// Whether all lines of a change are of the kinds to ignore.
pub fn is_trivial(change: &Change, [old, new]: [&Text; 2], options: &Options) -> bool {
    if !options.ignore_blank_lines && options.ignore_lines.is_none() {
        return false;
    }
    let ignorable = |line: &[u8]| is_blank(line, options) || matches_ignored(line, options);
    change.old.clone().all(|i| ignorable(old.line(i))) && change.new.clone().all(|i| ignorable(new.line(i)))
}

fn is_blank(line: &[u8], options: &Options) -> bool {
    if !options.ignore_blank_lines {
        return false;
    }
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    match options.ignore.space {
        space if space >= Space::Amount => text.iter().all(|byte| is_space(*byte)),
        space if space >= Space::Trailing => text.iter().all(|byte| is_space(*byte)),
        _ => text.is_empty(),
    }
}

fn matches_ignored(line: &[u8], options: &Options) -> bool {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    options.ignore_lines.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Groups of changes whose context meets; those of only trivial changes are left out.
pub fn with_context(changes: &[Change], texts: [&Text; 2], options: &Options) -> Vec<Vec<Change>> {
    let mut hunks: Vec<(Vec<Change>, bool)> = Vec::new();
    for change in changes {
        let trivial = is_trivial(change, texts, options);
        let near = if trivial { options.context } else { options.context.saturating_mul(2).saturating_add(1) };
        match hunks.last_mut() {
            Some((hunk, all_trivial)) if hunk.last().is_some_and(|last| change.old.start - last.old.end < near) => {
                hunk.push(change.clone());
                *all_trivial &= trivial;
            }
            _ => hunks.push((vec![change.clone()], trivial)),
        }
    }
    hunks.into_iter().filter(|(_, trivial)| !trivial).map(|(hunk, _)| hunk).collect()
}
