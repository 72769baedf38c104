//! Functions written in jq itself.

use crate::ast::Def;
use crate::modules::Modules;
use crate::parse::Parser;
use crate::scope::Scope;

static TEXT: &str = include_str!("prelude.jq");

/// Name and number of parameters of every function, in order.
pub fn names() -> impl Iterator<Item = (&'static str, usize)> {
    TEXT.lines().filter_map(|line| {
        let head = line.strip_prefix("def ")?;
        let end = head.find([':', '('])?;
        let parameters = match head[end..].strip_prefix('(') {
            Some(list) => list[..list.find(')')?].matches(';').count() + 1,
            None => 0,
        };
        Some((&head[..end], parameters))
    })
}

/// The number of a function.
pub fn find(name: &str, count: usize) -> Option<usize> {
    names().position(|own| own == (name, count))
}

/// Reads the functions that a program needs; the others stay empty, for a program should start at once.
pub fn load(needed: &[usize]) -> Vec<Def> {
    let lines: Vec<&str> = TEXT.lines().filter(|line| line.starts_with("def ")).collect();
    let mut defs: Vec<Def> = lines.iter().map(|_| Def { params: Vec::new(), body: crate::ast::Ast::Identity }).collect();
    let mut waiting = needed.to_vec();
    let mut done = vec![false; lines.len()];
    while let Some(number) = waiting.pop() {
        if std::mem::replace(&mut done[number], true) {
            continue;
        }
        let used = std::cell::RefCell::new(Vec::new());
        let known = |name: &str, count: usize| {
            let found = find(name, count);
            used.borrow_mut().extend(found);
            found
        };
        defs[number] = read(lines[number], &known);
        waiting.append(&mut used.borrow_mut());
    }
    defs
}

fn read(line: &str, known: crate::parse::Known) -> Def {
    let modules = Modules { paths: Vec::new() };
    let parsed = Parser::new(line, Scope::default(), known, &modules).and_then(|mut parser| {
        let def = parser.definition()?;
        parser.unknown.pop().map_or(Ok(def), Err)
    });
    parsed.unwrap_or_else(|error| panic!("prelude: {error}"))
}
