//! Two comparisons with a common file, joined into blocks in which any of the three files differs.

use std::ops::Range;

use crate::compare::{compare, Change, How};
use crate::text::{Ignore, Text};

/// Lines of each file that correspond, not all alike.
pub struct Block {
    pub lines: [Range<usize>; 3],
    /// The file that differs from two that agree; None: all differ.
    pub odd: Option<usize>,
}

/// As many lines of context as GNU diff3 has diff keep, so that its choices are ours.
const HORIZON: usize = 100;

/// The blocks, found by comparing each of the two other files with the one at `common`.
pub fn blocks(texts: [&Text; 3], common: usize) -> Vec<Block> {
    let others = [0, 3 - common];
    let how = How { ignore: Ignore::default(), tab: 8, horizon: HORIZON, minimal: false };
    // `new` is the common file in both.
    let threads = others.map(|file: usize| compare(texts[file], texts[common], how));
    let mut at = [0, 0];
    let mut ends = [0, 0, 0];
    let mut blocks = Vec::new();
    while at[0] < threads[0].len() || at[1] < threads[1].len() {
        let using = take(&threads, &mut at);
        blocks.push(block(&using, &mut ends, texts, others, common));
    }
    blocks
}

/// The next changes that overlap or touch in the common file, of each comparison.
fn take<'a>(threads: &'a [Vec<Change>; 2], at: &mut [usize; 2]) -> [&'a [Change]; 2] {
    let next = |thread: usize, at: &[usize; 2]| threads[thread].get(at[thread]);
    let base = match (next(0, at), next(1, at)) {
        (Some(first), Some(second)) => usize::from(first.new.start > second.new.start),
        (first, _) => usize::from(first.is_none()),
    };
    let from = *at;
    let mut high_thread = base;
    let mut high = threads[base][at[base]].new.end;
    at[base] += 1;
    loop {
        let other = 1 - high_thread;
        let Some(change) = next(other, at).filter(|change| change.new.start <= high) else { break };
        at[other] += 1;
        if change.new.end > high {
            high = change.new.end;
            high_thread = other;
        }
    }
    [0, 1].map(|thread: usize| &threads[thread][from[thread]..at[thread]])
}

/// `ends` is where the last block ended in the two files and the common one; beyond it lines correspond one to one.
fn block(using: &[&[Change]; 2], ends: &mut [usize; 3], texts: [&Text; 3], others: [usize; 2], common: usize) -> Block {
    let starts = using.iter().filter_map(|changes| changes.first()).map(|change| change.new.start);
    let start = starts.min().unwrap_or_default();
    let end = using.iter().filter_map(|changes| changes.last()).map(|change| change.new.end).max().unwrap_or_default();
    let mut lines = [0..0, 0..0, 0..0];
    lines[common] = start..end;
    for side in 0..2 {
        lines[others[side]] = match (using[side].first(), using[side].last()) {
            (Some(first), Some(last)) => first.old.start - (first.new.start - start)..last.old.end + (end - last.new.end),
            _ => start - ends[2] + ends[side]..end - ends[2] + ends[side],
        };
    }
    *ends = [lines[others[0]].end, lines[others[1]].end, end];
    let odd = match using {
        [[], _] => Some(others[1]),
        [_, []] => Some(others[0]),
        _ if same(texts, [others[0], others[1]], &lines) => Some(common),
        _ => None,
    };
    Block { lines, odd }
}

fn same(texts: [&Text; 3], [a, b]: [usize; 2], lines: &[Range<usize>; 3]) -> bool {
    lines[a].len() == lines[b].len() && lines[a].clone().zip(lines[b].clone()).all(|(i, j)| texts[a].line(i) == texts[b].line(j))
}
