//! Trees to the engine's representation.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, Look as HirLook, Repetition};

use crate::ast::{Look, Node, Set};

#[derive(Clone, Copy)]
pub struct Flags {
    pub ignore_case: bool,
    /// `^` and `$` match at lines inside the text too.
    pub multi_line: bool,
    /// The text is many lines, each to be searched as if it were a text of its own: nothing matches a newline.
    pub lines: bool,
}

pub fn translate(node: &Node, flags: Flags) -> Hir {
    match node {
        Node::Empty => Hir::empty(),
        Node::Char(c) => literal(*c, flags),
        Node::Byte(b) => Hir::literal([*b]),
        Node::Any => class(&[('\0', '\u{10ffff}')], flags),
        Node::Set(set) => bracket(set, flags),
        Node::Look(look) => Hir::look(assertion(*look, flags)),
        Node::Group(index, inner) => Hir::capture(regex_syntax::hir::Capture {
            index: *index as u32,
            name: None,
            sub: Box::new(translate(inner, flags)),
        }),
        Node::Concat(list) => Hir::concat(list.iter().map(|n| translate(n, flags)).collect()),
        Node::Alternate(list) => Hir::alternation(list.iter().map(|n| translate(n, flags)).collect()),
        Node::Repeat(inner, min, max) => {
            Hir::repetition(Repetition { min: *min, max: *max, greedy: true, sub: Box::new(translate(inner, flags)) })
        }
        // Stands in for any text: what this finds is only where a match may begin.
        Node::BackRef(_) => {
            let any = translate(&Node::Any, flags);
            Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(any) })
        }
    }
}

fn literal(c: char, flags: Flags) -> Hir {
    let forms = if flags.ignore_case { cases(c) } else { vec![c] };
    if forms.len() == 1 {
        let mut buffer = [0; 4];
        return Hir::literal(c.encode_utf8(&mut buffer).as_bytes().to_vec());
    }
    class(&forms.into_iter().map(|c| (c, c)).collect::<Vec<_>>(), flags)
}

/// The character with its other case, where that is one character too.
pub fn cases(c: char) -> Vec<char> {
    let mut forms = vec![c];
    let (mut lower, mut upper) = (c.to_lowercase(), c.to_uppercase());
    for other in [(lower.next(), lower.next()), (upper.next(), upper.next())] {
        if let (Some(other), None) = other {
            if other != c {
                forms.push(other);
            }
        }
    }
    forms
}

fn class(ranges: &[(char, char)], flags: Flags) -> Hir {
    within_lines(ClassUnicode::new(ranges.iter().map(|(a, b)| ClassUnicodeRange::new(*a, *b))), flags)
}

fn within_lines(mut class: ClassUnicode, flags: Flags) -> Hir {
    if flags.lines {
        class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
    }
    Hir::class(Class::Unicode(class))
}

/// A set's ranges with the other cases of their letters.
pub fn folded(set: &Set) -> Vec<(char, char)> {
    let mut ranges = set.ranges.clone();
    for (low, high) in &set.ranges {
        // Folding the letters of great ranges costs more than anybody gains.
        for c in (*low..=*high).take(0x400) {
            ranges.extend(cases(c).into_iter().map(|c| (c, c)));
        }
    }
    ranges
}

fn bracket(set: &Set, flags: Flags) -> Hir {
    let ranges = if flags.ignore_case { folded(set) } else { set.ranges.clone() };
    let mut class = ClassUnicode::new(ranges.iter().map(|(a, b)| ClassUnicodeRange::new(*a, *b)));
    if set.negated {
        class.negate();
    }
    let chars = within_lines(class, flags);
    if set.negated || set.bytes.is_empty() {
        return chars;
    }
    let bytes = set.bytes.iter().map(|b| Hir::literal([*b]));
    Hir::alternation(bytes.chain([chars]).collect())
}

fn assertion(look: Look, flags: Flags) -> HirLook {
    match look {
        Look::LineStart if flags.multi_line => HirLook::StartLF,
        Look::LineEnd if flags.multi_line => HirLook::EndLF,
        Look::TextStart if flags.lines => HirLook::StartLF,
        Look::TextEnd if flags.lines => HirLook::EndLF,
        Look::LineStart | Look::TextStart => HirLook::Start,
        Look::LineEnd | Look::TextEnd => HirLook::End,
        Look::WordEdge => HirLook::WordUnicode,
        Look::NotWordEdge => HirLook::WordUnicodeNegate,
        Look::WordStart => HirLook::WordStartUnicode,
        Look::WordEnd => HirLook::WordEndUnicode,
    }
}
