//! A backtracking matcher for patterns with back-references, which no automaton can match. It looks for the longest match from
//! one start; a budget of steps bounds the time, after which the best match so far stands.

use crate::ast::{Look, Node, Set};
use crate::hir::{cases, folded, Flags};
use crate::parse::decode;

const BUDGET: usize = 4_000_000;
/// Programs beyond this many instructions are refused.
const MAX_PROGRAM: usize = 200_000;

enum Op {
    Char(char),
    Byte(u8),
    Any,
    Set(Set),
    Look(Look),
    Save(usize),
    /// Try the first target, then the second.
    Split(usize, usize),
    Jump(usize),
    BackRef(usize),
    /// Remember where a loop's round began, and refuse an empty round.
    LoopStart(usize),
    LoopEnd(usize),
    Match,
}

pub struct Program {
    ops: Vec<Op>,
    loops: usize,
    groups: usize,
    flags: Flags,
}

enum Undo {
    Try { pc: usize, at: usize },
    Slot { index: usize, old: Option<usize> },
    Loop { index: usize, old: usize },
}

impl Program {
    pub fn new(node: &Node, groups: usize, flags: Flags) -> Option<Program> {
        let mut program = Program { ops: vec![], loops: 0, groups, flags };
        program.emit(node)?;
        program.ops.push(Op::Match);
        Some(program)
    }

    fn emit(&mut self, node: &Node) -> Option<()> {
        if self.ops.len() > MAX_PROGRAM {
            return None;
        }
        match node {
            Node::Empty => {}
            Node::Char(c) => self.ops.push(Op::Char(*c)),
            Node::Byte(b) => self.ops.push(Op::Byte(*b)),
            Node::Any => self.ops.push(Op::Any),
            Node::Set(set) => {
                let mut set = set.clone();
                if self.flags.ignore_case {
                    set.ranges = folded(&set);
                }
                self.ops.push(Op::Set(set));
            }
            Node::Look(look) => self.ops.push(Op::Look(*look)),
            Node::BackRef(n) => self.ops.push(Op::BackRef(*n)),
            Node::Group(n, inner) => {
                self.ops.push(Op::Save(2 * n));
                self.emit(inner)?;
                self.ops.push(Op::Save(2 * n + 1));
            }
            Node::Concat(list) => list.iter().try_for_each(|n| self.emit(n))?,
            Node::Alternate(list) => self.alternate(list)?,
            Node::Repeat(inner, low, high) => self.repeat(inner, *low, *high)?,
        }
        Some(())
    }

    fn alternate(&mut self, list: &[Node]) -> Option<()> {
        let mut ends = vec![];
        for (i, branch) in list.iter().enumerate() {
            let split = self.ops.len();
            if i + 1 < list.len() {
                self.ops.push(Op::Match);
            }
            self.emit(branch)?;
            if i + 1 < list.len() {
                ends.push(self.ops.len());
                self.ops.push(Op::Match);
                self.ops[split] = Op::Split(split + 1, self.ops.len());
            }
        }
        for end in ends {
            self.ops[end] = Op::Jump(self.ops.len());
        }
        Some(())
    }

    fn repeat(&mut self, inner: &Node, low: u32, high: Option<u32>) -> Option<()> {
        for _ in 0..low {
            self.emit(inner)?;
        }
        let Some(high) = high else {
            let index = self.loops;
            self.loops += 1;
            let split = self.ops.len();
            self.ops.push(Op::Match);
            self.ops.push(Op::LoopStart(index));
            self.emit(inner)?;
            self.ops.push(Op::LoopEnd(index));
            self.ops.push(Op::Jump(split));
            self.ops[split] = Op::Split(split + 1, self.ops.len());
            return Some(());
        };
        let mut splits = vec![];
        for _ in low..high {
            splits.push(self.ops.len());
            self.ops.push(Op::Match);
            self.emit(inner)?;
        }
        for split in splits {
            self.ops[split] = Op::Split(split + 1, self.ops.len());
        }
        Some(())
    }

    /// The groups' bounds of the longest match that begins at `start`.
    pub fn match_at(&self, text: &[u8], start: usize) -> Option<Vec<Option<usize>>> {
        let mut slots = vec![None; 2 * (self.groups + 1)];
        let mut rounds = vec![usize::MAX; self.loops];
        let mut best: Option<Vec<Option<usize>>> = None;
        let mut stack = vec![Undo::Try { pc: 0, at: start }];
        let mut budget = BUDGET;
        while let Some(undo) = stack.pop() {
            match undo {
                Undo::Slot { index, old } => slots[index] = old,
                Undo::Loop { index, old } => rounds[index] = old,
                Undo::Try { pc, at } => {
                    let Some(end) = self.run(text, pc, at, &mut slots, &mut rounds, &mut stack, &mut budget) else { continue };
                    if best.as_ref().is_none_or(|b| b[1] < Some(end)) {
                        let mut found = slots.clone();
                        (found[0], found[1]) = (Some(start), Some(end));
                        best = Some(found);
                    }
                    if end == text.len() {
                        break;
                    }
                }
            }
            if budget == 0 {
                break;
            }
        }
        best
    }

    /// Follows one path until it matches or fails; other paths go onto the stack.
    #[allow(clippy::too_many_arguments)]
    fn run(&self, text: &[u8], mut pc: usize, mut at: usize, slots: &mut [Option<usize>], rounds: &mut [usize],
        stack: &mut Vec<Undo>, budget: &mut usize) -> Option<usize> {
        loop {
            *budget = budget.checked_sub(1)?;
            match &self.ops[pc] {
                Op::Match => return Some(at),
                Op::Jump(target) => {
                    pc = *target;
                    continue;
                }
                Op::Split(first, second) => {
                    stack.push(Undo::Try { pc: *second, at });
                    pc = *first;
                    continue;
                }
                Op::Save(index) => {
                    stack.push(Undo::Slot { index: *index, old: slots[*index] });
                    slots[*index] = Some(at);
                }
                Op::LoopStart(index) => {
                    stack.push(Undo::Loop { index: *index, old: rounds[*index] });
                    rounds[*index] = at;
                }
                Op::LoopEnd(index) if rounds[*index] == at => return None,
                Op::LoopEnd(_) => {}
                op => at += self.step(op, text, at, slots)?,
            }
            pc += 1;
        }
    }

    /// How many bytes an instruction that looks at the text takes.
    fn step(&self, op: &Op, text: &[u8], at: usize, slots: &[Option<usize>]) -> Option<usize> {
        let (next, len) = decode(&text[at..]);
        match (op, next) {
            (Op::Look(look), _) => holds(*look, text, at, self.flags).then_some(0),
            (Op::BackRef(n), _) => {
                let group = &text[slots[2 * n]?..slots[2 * n + 1]?];
                let here = text.get(at..at + group.len())?;
                let same = if self.flags.ignore_case { equal_fold(group, here) } else { group == here };
                same.then_some(group.len())
            }
            (Op::Any, Node::Char(_)) => Some(len),
            (Op::Char(c), Node::Char(d)) => (*c == d || self.flags.ignore_case && cases(*c).contains(&d)).then_some(len),
            (Op::Byte(b), Node::Byte(d)) => (*b == d).then_some(1),
            (Op::Set(set), Node::Char(d)) => (set.ranges.iter().any(|(a, b)| (*a..=*b).contains(&d)) != set.negated).then_some(len),
            (Op::Set(set), Node::Byte(d)) => (!set.negated && set.bytes.contains(&d)).then_some(1),
            _ => None,
        }
    }
}

fn equal_fold(a: &[u8], b: &[u8]) -> bool {
    match (std::str::from_utf8(a), std::str::from_utf8(b)) {
        (Ok(a), Ok(b)) => a.to_lowercase() == b.to_lowercase(),
        _ => a.eq_ignore_ascii_case(b),
    }
}

fn holds(look: Look, text: &[u8], at: usize, flags: Flags) -> bool {
    let before = word_before(text, at);
    let after = matches!(decode(&text[at..]).0, Node::Char(c) if is_word(c));
    match look {
        Look::LineStart => at == 0 || flags.multi_line && text[at - 1] == b'\n',
        Look::LineEnd => at == text.len() || flags.multi_line && text[at] == b'\n',
        Look::TextStart => at == 0,
        Look::TextEnd => at == text.len(),
        Look::WordEdge => before != after,
        Look::NotWordEdge => before == after,
        Look::WordStart => !before && after,
        Look::WordEnd => before && !after,
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn word_before(text: &[u8], at: usize) -> bool {
    let start = (1..=4.min(at)).map(|n| at - n).find(|i| text[*i] & 0xc0 != 0x80);
    start.is_some_and(|s| matches!(decode(&text[s..at]), (Node::Char(c), len) if s + len == at && is_word(c)))
}
