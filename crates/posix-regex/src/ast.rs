//! The tree of a parsed pattern.

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Empty,
    Char(char),
    /// A byte that is no part of a UTF-8 sequence.
    Byte(u8),
    Any,
    Set(Set),
    Look(Look),
    /// A numbered group, counted from 1.
    Group(usize, Box<Node>),
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    Repeat(Box<Node>, u32, Option<u32>),
    BackRef(usize),
}

/// A bracket expression: the characters between pairs of bounds, or all others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Set {
    pub ranges: Vec<(char, char)>,
    pub bytes: Vec<u8>,
    pub negated: bool,
}

/// An assertion that consumes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look {
    /// `^`: the start of the text, or of a line in multi-line mode.
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordEdge,
    NotWordEdge,
    WordStart,
    WordEnd,
}

impl Node {
    pub fn has_back_ref(&self) -> bool {
        match self {
            Node::BackRef(_) => true,
            Node::Group(_, inner) | Node::Repeat(inner, ..) => inner.has_back_ref(),
            Node::Concat(list) | Node::Alternate(list) => list.iter().any(Node::has_back_ref),
            _ => false,
        }
    }

    /// How many repetitions of varying length the pattern holds; `None` when an alternation makes lengths a choice.
    fn variable_repeats(&self) -> Option<usize> {
        match self {
            Node::Group(_, inner) => inner.variable_repeats(),
            Node::Repeat(inner, low, high) => match inner.variable_repeats()? {
                0 => Some(usize::from(*high != Some(*low))),
                _ => None,
            },
            Node::Concat(list) => list.iter().map(Node::variable_repeats).sum(),
            Node::Alternate(list) => {
                // Branches of one byte each are no choice of length.
                let single = |n: &Node| matches!(n, Node::Char(c) if c.is_ascii());
                list.iter().all(single).then_some(0)
            }
            _ => Some(0),
        }
    }

    /// Whether the first match in order of preference is also the longest, with the same groups.
    pub fn first_is_longest(&self) -> bool {
        matches!(self.variable_repeats(), Some(0 | 1))
    }
}

/// The ranges of a POSIX character class, as the C.UTF-8 locale has them (letters up to U+33FF one by one, CJK as blocks).
pub fn class(name: &str) -> Option<Vec<(char, char)>> {
    let ascii: &[(char, char)] = match name {
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "digit" => &[('0', '9')],
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "upper" => &[('A', 'Z')],
        "lower" => &[('a', 'z')],
        "space" => &[('\t', '\r'), (' ', ' '), ('\u{1680}', '\u{1680}'), ('\u{2000}', '\u{2006}'), ('\u{2008}', '\u{200a}'),
            ('\u{2028}', '\u{2029}'), ('\u{205f}', '\u{205f}'), ('\u{3000}', '\u{3000}')],
        "blank" => &[('\t', '\t'), (' ', ' '), ('\u{1680}', '\u{1680}'), ('\u{2000}', '\u{2006}'), ('\u{2008}', '\u{200a}'),
            ('\u{205f}', '\u{205f}'), ('\u{3000}', '\u{3000}')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~'), ('\u{a0}', '\u{a9}'), ('\u{ab}', '\u{b4}'), ('\u{b6}', '\u{b9}'),
            ('\u{bb}', '\u{bf}'), ('\u{d7}', '\u{d7}'), ('\u{f7}', '\u{f7}'), ('\u{2010}', '\u{2027}'), ('\u{2030}', '\u{205e}'),
            ('\u{20a0}', '\u{20bf}'), ('\u{2190}', '\u{23ff}'), ('\u{2500}', '\u{2bff}'), ('\u{3001}', '\u{3004}'),
            ('\u{3008}', '\u{3020}'), ('\u{1f300}', '\u{1faff}')],
        "print" => &[(' ', '~'), ('\u{a0}', '\u{2027}'), ('\u{202a}', '\u{d7ff}'), ('\u{e000}', '\u{fffd}'), ('\u{10000}', '\u{10ffff}')],
        "graph" => &[('!', '~'), ('\u{a0}', '\u{167f}'), ('\u{1681}', '\u{1fff}'), ('\u{200b}', '\u{2027}'), ('\u{202a}', '\u{202f}'),
            ('\u{2030}', '\u{205e}'), ('\u{2060}', '\u{2fff}'), ('\u{3001}', '\u{d7ff}'), ('\u{e000}', '\u{fffd}'),
            ('\u{10000}', '\u{10ffff}')],
        "cntrl" => &[('\0', '\x1f'), ('\x7f', '\u{9f}'), ('\u{2028}', '\u{2029}')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    let mut ranges = ascii.to_vec();
    match name {
        "alpha" | "alnum" => extend(&mut ranges, char::is_alphanumeric, true),
        "upper" => extend(&mut ranges, char::is_uppercase, false),
        "lower" => extend(&mut ranges, char::is_lowercase, false),
        _ => {}
    }
    Some(ranges)
}

/// The letters, digits and underscore of `\w`.
pub fn word() -> Vec<(char, char)> {
    let mut ranges = class("alnum").unwrap_or_default();
    ranges.push(('_', '_'));
    ranges
}

fn extend(ranges: &mut Vec<(char, char)>, is: fn(char) -> bool, ideographs: bool) {
    let mut open: Option<(char, char)> = None;
    for c in '\u{80}'..'\u{3400}' {
        match (is(c), open) {
            (true, Some((low, _))) => open = Some((low, c)),
            (true, None) => open = Some((c, c)),
            (false, Some(range)) => {
                ranges.push(range);
                open = None;
            }
            (false, None) => {}
        }
    }
    ranges.extend(open);
    if ideographs {
        ranges.extend([('\u{3400}', '\u{4dbf}'), ('\u{4e00}', '\u{a48c}'), ('\u{a4d0}', '\u{a4fd}'), ('\u{ac00}', '\u{d7a3}'),
            ('\u{f900}', '\u{faff}'), ('\u{ff10}', '\u{ff19}'), ('\u{ff21}', '\u{ff3a}'), ('\u{ff41}', '\u{ff5a}'),
            ('\u{ff66}', '\u{ffdc}'), ('\u{10000}', '\u{100fa}'), ('\u{1d400}', '\u{1d7ff}'), ('\u{20000}', '\u{323af}')]);
    }
}
