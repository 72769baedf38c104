//! Which lines differ: Myers' algorithm in linear space ("An O(ND) Difference Algorithm and Its Variations", 1986) on
//! the lines that can match at all, and runs of changes then moved to where people expect them.

use crate::text::{classes, Ignore, Text};

/// Lines `old` of the first file are replaced by lines `new` of the second; one of the two may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub old: std::ops::Range<usize>,
    pub new: std::ops::Range<usize>,
}

/// How to compare.
#[derive(Clone, Copy)]
pub struct How {
    pub ignore: Ignore,
    pub tab: usize,
    /// Lines of the common prefix and suffix that changes may move into.
    pub horizon: usize,
    pub minimal: bool,
}

/// The changes from one file to the other, in order.
pub fn compare(old: &Text, new: &Text, how: How) -> Vec<Change> {
    let shorter = old.len().min(new.len());
    let mut prefix = (0..shorter).take_while(|i| old.line(*i) == new.line(*i)).count();
    prefix -= prefix.min(how.horizon);
    let mut suffix = (0..shorter - prefix)
        .take_while(|i| old.line(old.len() - 1 - i) == new.line(new.len() - 1 - i))
        .count();
    suffix -= suffix.min(how.horizon);
    let ends = [old.len() - suffix, new.len() - suffix];
    let (classes, count) = classes([old, new], prefix, ends, how.ignore, how.tab);
    let mut changed = [vec![false; classes[0].len() + 1], vec![false; classes[1].len() + 1]];
    mark(&classes, count, how.minimal, &mut changed);
    shift(&classes, &mut changed);
    script(&changed, prefix)
}

/// Marks the changed lines of both files.
fn mark(classes: &[Vec<u32>; 2], count: usize, minimal: bool, changed: &mut [Vec<bool>; 2]) {
    let mut counts = [vec![0u32; count], vec![0u32; count]];
    for side in 0..2 {
        classes[side].iter().for_each(|class| counts[side][*class as usize] += 1);
    }
    let kept = [0, 1].map(|side: usize| kept_lines(&classes[side], &counts[1 - side], minimal, &mut changed[side]));
    let xs: Vec<u32> = kept[0].iter().map(|i| classes[0][*i]).collect();
    let ys: Vec<u32> = kept[1].iter().map(|i| classes[1][*i]).collect();
    let size = xs.len() + ys.len() + 3;
    let mut limit = 1;
    let mut diagonals = size;
    while diagonals != 0 {
        diagonals >>= 2;
        limit <<= 1;
    }
    let mut search = Search {
        base: ys.len() as isize + 1,
        forward: vec![0; size],
        backward: vec![0; size],
        too_expensive: if minimal { isize::MAX } else { limit.max(4096) },
        kept: &kept,
        changed,
        xs: &xs,
        ys: &ys,
    };
    search.solve([0, xs.len() as isize], [0, ys.len() as isize], minimal);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Drop,
    /// It matches so many lines that it is better dropped among lines that are dropped.
    Perhaps,
}

/// The lines that take part in the comparison; the others are marked as changed. A line that the other file does not
/// have is changed for sure; one that it has very often confuses more than it helps.
fn kept_lines(classes: &[u32], others: &[u32], minimal: bool, changed: &mut [bool]) -> Vec<usize> {
    let mut many = 5;
    let mut size = (classes.len() / 64) >> 2;
    while size > 0 {
        many *= 2;
        size >>= 2;
    }
    let mut fates: Vec<Fate> = classes
        .iter()
        .map(|class| match others[*class as usize] {
            0 => Fate::Drop,
            matches if matches > many => Fate::Perhaps,
            _ => Fate::Keep,
        })
        .collect();
    settle(&mut fates);
    let mut kept = Vec::with_capacity(classes.len());
    for (index, fate) in fates.iter().enumerate() {
        if minimal || *fate == Fate::Keep {
            kept.push(index);
        } else {
            changed[index] = true;
        }
    }
    kept
}

/// Keeps the doubtful lines except well inside runs of lines that are dropped.
fn settle(fates: &mut [Fate]) {
    let mut at = 0;
    while at < fates.len() {
        match fates[at] {
            Fate::Keep => at += 1,
            Fate::Perhaps => {
                fates[at] = Fate::Keep;
                at += 1;
            }
            Fate::Drop => {
                let mut end = at + fates[at..].iter().take_while(|fate| **fate != Fate::Keep).count();
                let next = end;
                while fates[end - 1] == Fate::Perhaps {
                    end -= 1;
                    fates[end] = Fate::Keep;
                }
                settle_run(&mut fates[at..end]);
                at = next;
            }
        }
    }
}

fn settle_run(run: &mut [Fate]) {
    let doubtful = run.iter().filter(|fate| **fate == Fate::Perhaps).count();
    if doubtful * 4 > run.len() {
        run.iter_mut().filter(|fate| **fate == Fate::Perhaps).for_each(|fate| *fate = Fate::Keep);
        return;
    }
    // About the square root of a quarter of the run: so many doubtful lines in a row stay.
    let mut enough = 1;
    let mut size = (run.len() >> 2) >> 2;
    while size > 0 {
        enough <<= 1;
        size >>= 2;
    }
    enough += 1;
    let mut at = 0;
    while at < run.len() {
        let row = run[at..].iter().take_while(|fate| **fate == Fate::Perhaps).count();
        if row >= enough {
            run[at..at + row].fill(Fate::Keep);
        }
        at += row.max(1);
    }
    keep_edge(run.iter_mut());
    keep_edge(run.iter_mut().rev());
}

/// From an end of a run to its first three dropped lines in a row, or the first one eight lines in, doubtful lines stay.
fn keep_edge<'a>(run: impl Iterator<Item = &'a mut Fate>) {
    let mut row = 0;
    for (distance, fate) in run.enumerate() {
        match fate {
            Fate::Drop if distance >= 8 => return,
            Fate::Drop => row += 1,
            Fate::Perhaps => {
                row = 0;
                *fate = Fate::Keep;
            }
            Fate::Keep => row = 0,
        }
        if row == 3 {
            return;
        }
    }
}

struct Search<'a> {
    /// Index of diagonal 0 in the two vectors.
    base: isize,
    forward: Vec<isize>,
    backward: Vec<isize>,
    too_expensive: isize,
    kept: &'a [Vec<usize>; 2],
    changed: &'a mut [Vec<bool>; 2],
    xs: &'a [u32],
    ys: &'a [u32],
}

struct Middle {
    x: isize,
    y: isize,
    minimal: [bool; 2],
}

impl Search<'_> {
    fn same(&self, x: isize, y: isize) -> bool {
        self.xs[x as usize] == self.ys[y as usize]
    }

    fn solve(&mut self, [mut x0, mut x1]: [isize; 2], [mut y0, mut y1]: [isize; 2], minimal: bool) {
        while x0 < x1 && y0 < y1 && self.same(x0, y0) {
            x0 += 1;
            y0 += 1;
        }
        while x0 < x1 && y0 < y1 && self.same(x1 - 1, y1 - 1) {
            x1 -= 1;
            y1 -= 1;
        }
        if x0 == x1 {
            (y0..y1).for_each(|y| self.changed[1][self.kept[1][y as usize]] = true);
        } else if y0 == y1 {
            (x0..x1).for_each(|x| self.changed[0][self.kept[0][x as usize]] = true);
        } else {
            let middle = self.middle([x0, x1], [y0, y1], minimal);
            self.solve([x0, middle.x], [y0, middle.y], middle.minimal[0]);
            self.solve([middle.x, x1], [middle.y, y1], middle.minimal[1]);
        }
    }

    /// The middle of a shortest path, found from both ends at once; of a good one when that costs too much.
    fn middle(&mut self, xs: [isize; 2], ys: [isize; 2], minimal: bool) -> Middle {
        let low = xs[0] - ys[1];
        let high = xs[1] - ys[0];
        let start = xs[0] - ys[0];
        let end = xs[1] - ys[1];
        let odd = (start - end) & 1 != 0;
        let (mut forward_low, mut forward_high) = (start, start);
        let (mut backward_low, mut backward_high) = (end, end);
        let base = self.base;
        let at = |diagonal: isize| (base + diagonal) as usize;
        self.forward[at(start)] = xs[0];
        self.backward[at(end)] = xs[1];
        for cost in 1.. {
            widen(&mut self.forward, base, [low, high], [&mut forward_low, &mut forward_high], -1);
            for d in (forward_low..=forward_high).rev().step_by(2) {
                let (below, above) = (self.forward[at(d - 1)], self.forward[at(d + 1)]);
                let mut x = if below < above { above } else { below + 1 };
                let mut y = x - d;
                while x < xs[1] && y < ys[1] && self.same(x, y) {
                    x += 1;
                    y += 1;
                }
                self.forward[at(d)] = x;
                if odd && (backward_low..=backward_high).contains(&d) && self.backward[at(d)] <= x {
                    return Middle { x, y, minimal: [true, true] };
                }
            }
            widen(&mut self.backward, base, [low, high], [&mut backward_low, &mut backward_high], isize::MAX);
            for d in (backward_low..=backward_high).rev().step_by(2) {
                let (below, above) = (self.backward[at(d - 1)], self.backward[at(d + 1)]);
                let mut x = if below < above { below } else { above - 1 };
                let mut y = x - d;
                while xs[0] < x && ys[0] < y && self.same(x - 1, y - 1) {
                    x -= 1;
                    y -= 1;
                }
                self.backward[at(d)] = x;
                if !odd && (forward_low..=forward_high).contains(&d) && x <= self.forward[at(d)] {
                    return Middle { x, y, minimal: [true, true] };
                }
            }
            if !minimal && cost >= self.too_expensive {
                return self.furthest(xs, ys, [forward_low, forward_high], [backward_low, backward_high]);
            }
        }
        unreachable!("two paths through a finite grid meet")
    }

    /// The point that either search brought furthest.
    fn furthest(&self, xs: [isize; 2], ys: [isize; 2], forward: [isize; 2], backward: [isize; 2]) -> Middle {
        let at = |diagonal: isize| (self.base + diagonal) as usize;
        let mut best_forward = (-1, 0);
        for d in (forward[0]..=forward[1]).rev().step_by(2) {
            let mut x = self.forward[at(d)].min(xs[1]);
            let mut y = x - d;
            if ys[1] < y {
                x = ys[1] + d;
                y = ys[1];
            }
            if best_forward.0 < x + y {
                best_forward = (x + y, x);
            }
        }
        let mut best_backward = (isize::MAX, 0);
        for d in (backward[0]..=backward[1]).rev().step_by(2) {
            let mut x = self.backward[at(d)].max(xs[0]);
            let mut y = x - d;
            if y < ys[0] {
                x = ys[0] + d;
                y = ys[0];
            }
            if x + y < best_backward.0 {
                best_backward = (x + y, x);
            }
        }
        if (xs[1] + ys[1]) - best_backward.0 < best_forward.0 - (xs[0] + ys[0]) {
            let (sum, x) = best_forward;
            Middle { x, y: sum - x, minimal: [true, false] }
        } else {
            let (sum, x) = best_backward;
            Middle { x, y: sum - x, minimal: [false, true] }
        }
    }
}

/// Widens the searched diagonals by one on both sides, within the grid; `beyond` is what never wins.
fn widen(vector: &mut [isize], base: isize, limits: [isize; 2], [low, high]: [&mut isize; 2], beyond: isize) {
    if *low > limits[0] {
        *low -= 1;
        vector[(base + *low - 1) as usize] = beyond;
    } else {
        *low += 1;
    }
    if *high < limits[1] {
        *high += 1;
        vector[(base + *high + 1) as usize] = beyond;
    } else {
        *high -= 1;
    }
}

/// Moves runs of changes: together with others they meet, then as far down as they go, except where the other file has a
/// change they can stand beside.
fn shift(classes: &[Vec<u32>; 2], changed: &mut [Vec<bool>; 2]) {
    for side in 0..2 {
        let (first, second) = changed.split_at_mut(1);
        let (own, other) = if side == 0 { (&mut first[0], &second[0]) } else { (&mut second[0], &first[0]) };
        shift_side(&classes[side], own, other);
    }
}

fn before(marks: &[bool], at: usize) -> bool {
    at > 0 && marks[at - 1]
}

fn shift_side(classes: &[u32], own: &mut [bool], other: &[bool]) {
    let end = classes.len();
    let is_changed = |marks: &[bool], at: usize| marks.get(at).copied().unwrap_or(false);
    // `i` walks this file, `j` the other, always beside the same unchanged line.
    let (mut i, mut j) = (0, 0);
    loop {
        while i < end && !own[i] {
            while is_changed(other, j) {
                j += 1;
            }
            j += 1;
            i += 1;
        }
        if i == end {
            return;
        }
        let mut start = i;
        while is_changed(own, i) {
            i += 1;
        }
        while is_changed(other, j) {
            j += 1;
        }
        let mut beside;
        loop {
            let length = i - start;
            while start > 0 && classes[start - 1] == classes[i - 1] {
                start -= 1;
                i -= 1;
                own[start] = true;
                own[i] = false;
                while before(own, start) {
                    start -= 1;
                }
                j -= 1;
                while is_changed(other, j) {
                    j -= 1;
                }
            }
            beside = if before(other, j) { i } else { end };
            while i != end && classes[start] == classes[i] {
                own[start] = false;
                own[i] = true;
                start += 1;
                i += 1;
                while is_changed(own, i) {
                    i += 1;
                }
                j += 1;
                while is_changed(other, j) {
                    beside = i;
                    j += 1;
                }
            }
            if length == i - start {
                break;
            }
        }
        while beside < i {
            start -= 1;
            i -= 1;
            own[start] = true;
            own[i] = false;
            j -= 1;
            while is_changed(other, j) {
                j -= 1;
            }
        }
    }
}

fn script(changed: &[Vec<bool>; 2], prefix: usize) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < changed[0].len() || j < changed[1].len() {
        let run = |side: usize, from: usize| changed[side].get(from..).map_or(0, |rest| rest.iter().take_while(|c| **c).count());
        let (old, new) = (run(0, i), run(1, j));
        if old + new > 0 {
            changes.push(Change { old: prefix + i..prefix + i + old, new: prefix + j..prefix + j + new });
        }
        i += old + 1;
        j += new + 1;
    }
    changes
}
