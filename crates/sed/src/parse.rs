//! Scripts to commands.

use std::cell::Cell;
use std::collections::HashMap;

use crate::command::{Action, Address, Command, RangeEnd, RangeState, Script};
use crate::options::Options;
use crate::source::{ScriptError, Source};

type Result<T> = std::result::Result<T, ScriptError>;

pub struct Parser<'a> {
    pub options: &'a Options,
    pub script: Script,
    /// Open braces: the command, and where it stands.
    open: Vec<usize>,
    labels: HashMap<Vec<u8>, usize>,
    jumps: Vec<(usize, Vec<u8>)>,
}

/// Parses all pieces of a script.
pub fn parse(sources: Vec<Source>, options: &Options) -> Result<Script> {
    let mut parser = Parser { options, script: Script::default(), open: vec![], labels: HashMap::new(), jumps: vec![] };
    let mut last = None;
    for (index, mut source) in join(sources).into_iter().enumerate() {
        if index == 0 && source.text.starts_with(b"#n") {
            parser.script.quiet = true;
        }
        parser.source(&mut source)?;
        last = Some(source);
    }
    if let (Some(source), false) = (&last, parser.open.is_empty()) {
        return source.error_at(0, "unmatched `{'");
    }
    parser.resolve()
}

impl Parser<'_> {
    fn source(&mut self, source: &mut Source) -> Result<()> {
        loop {
            while source.peek().is_some_and(|b| b == b';' || b.is_ascii_whitespace()) {
                source.at += 1;
            }
            if source.peek().is_none() {
                return Ok(());
            }
            self.command(source)?;
        }
    }

    fn push(&mut self, first: Option<Address>, end: Option<RangeEnd>, negated: bool, action: Action) {
        let command = Command { first, end, negated, range: Cell::new(RangeState::Waiting), action };
        command.range.set(command.initial_range());
        self.script.commands.push(command);
    }

    fn command(&mut self, source: &mut Source) -> Result<()> {
        let first = self.address(source)?;
        let mut end = None;
        source.skip_blanks();
        if first.is_some() && source.peek() == Some(b',') {
            source.at += 1;
            source.skip_blanks();
            end = self.range_end(source)?;
            if end.is_none() {
                source.next();
                return source.error("unexpected `,'");
            }
        }
        if matches!(first, Some(Address::Zero)) && (self.options.posix || !matches!(end, Some(RangeEnd::Regex(_)))) {
            source.next_nonblank();
            return source.error("invalid usage of line address 0");
        }
        let mut negated = false;
        source.skip_blanks();
        while source.peek() == Some(b'!') {
            source.at += 1;
            if negated {
                return source.error("multiple `!'s");
            }
            negated = true;
            source.skip_blanks();
        }
        self.named(source, first, end, negated)
    }

    fn named(&mut self, source: &mut Source, first: Option<Address>, end: Option<RangeEnd>, negated: bool) -> Result<()> {
        let Some(name) = source.next() else { return source.error("missing command") };
        let addressed = first.is_some();
        match name {
            b'#' if addressed => return source.error("comments don't accept any addresses"),
            b'#' => {
                while source.next().is_some_and(|b| b != b'\n') {}
                return Ok(());
            }
            b':' if addressed => return source.error(": doesn't want any addresses"),
            b'}' if addressed && !self.open.is_empty() => return source.error("`}' doesn't want any addresses"),
            b'=' | b'a' | b'i' | b'q' | b'Q' | b'r' | b'R' if end.is_some() && (self.options.posix || matches!(name, b'q' | b'Q')) => {
                return source.error("command only uses one address")
            }
            _ => {}
        }
        match name {
            b'{' => {
                self.open.push(self.script.commands.len());
                self.push(first, end, negated, Action::Open(0));
            }
            b'}' => self.close(source)?,
            b'a' | b'i' | b'c' => return self.text_command(source, name, first, end, negated),
            _ => {
                let index = self.script.commands.len();
                let action = self.action(source, name, index)?;
                self.push(first, end, negated, action);
            }
        }
        Ok(())
    }

    fn close(&mut self, source: &mut Source) -> Result<()> {
        let Some(open) = self.open.pop() else { return source.error("unexpected `}'") };
        self.push(None, None, false, Action::Close);
        self.script.commands[open].action = Action::Open(self.script.commands.len());
        self.end_of_command(source)
    }

    fn action(&mut self, source: &mut Source, name: u8, index: usize) -> Result<Action> {
        let simple = match name {
            b'=' => Action::Equals,
            b'd' => Action::Delete,
            b'D' => Action::DeleteFirst,
            b'F' => Action::FileName,
            b'g' => Action::GetHold,
            b'G' => Action::AppendHold,
            b'h' => Action::Hold,
            b'H' => Action::HoldAppend,
            b'n' => Action::Next,
            b'N' => Action::NextAppend,
            b'p' => Action::Print,
            b'P' => Action::PrintFirst,
            b'x' => Action::Exchange,
            b'z' => Action::Zap,
            _ => return self.argument_action(source, name, index),
        };
        self.end_of_command(source)?;
        Ok(simple)
    }

    fn argument_action(&mut self, source: &mut Source, name: u8, index: usize) -> Result<Action> {
        match name {
            b':' => {
                let label = self.label(source);
                if label.is_empty() {
                    return source.error("\":\" lacks a label");
                }
                self.labels.insert(label, index);
                Ok(Action::Label)
            }
            b'b' | b't' | b'T' => {
                let label = self.label(source);
                self.jumps.push((index, label));
                self.end_of_command(source)?;
                Ok(match name {
                    b'b' => Action::Branch(0),
                    b't' => Action::BranchIf(0),
                    _ => Action::BranchUnless(0),
                })
            }
            b'l' | b'q' | b'Q' => {
                source.skip_blanks();
                let number = source.number();
                self.end_of_command(source)?;
                let status = number.unwrap_or(0) as i32;
                Ok(match name {
                    b'l' => Action::List(number.map(|n| n as usize)),
                    b'q' => Action::Quit(status),
                    _ => Action::QuitSilent(status),
                })
            }
            b'r' | b'R' | b'w' | b'W' => {
                let file = self.file_name(source)?;
                Ok(match name {
                    b'r' => Action::ReadFile(file),
                    b'R' => Action::ReadLine(intern(&mut self.script.line_inputs, file)),
                    b'w' => Action::WriteFile(intern(&mut self.script.outputs, file)),
                    _ => Action::WriteFirst(intern(&mut self.script.outputs, file)),
                })
            }
            b's' => self.substitute(source),
            b'y' => self.translate(source),
            b'v' => self.version(source),
            _ => source.error(format!("unknown command: `{}'", String::from_utf8_lossy(&[name]))),
        }
    }

    fn version(&mut self, source: &mut Source) -> Result<Action> {
        let wanted = String::from_utf8_lossy(&self.label(source)).into_owned();
        // A part without a digit is no version that this one could satisfy.
        let number = |part: &str| part.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("").parse().unwrap_or(u32::MAX);
        let parts: Vec<u32> = wanted.split('.').filter(|p| !p.is_empty()).map(number).collect();
        if (parts.first(), parts.get(1)) > (Some(&4), Some(&9)) {
            return source.error("expected newer version of sed");
        }
        self.end_of_command(source)?;
        Ok(Action::Label)
    }

    /// A label: up to a blank, semicolon or brace.
    fn label(&mut self, source: &mut Source) -> Vec<u8> {
        source.skip_blanks();
        let start = source.at;
        while source.peek().is_some_and(|b| b != b';' && b != b'}' && !b.is_ascii_whitespace()) {
            source.at += 1;
        }
        source.text[start..source.at].to_vec()
    }

    /// The rest of the line, as a file name.
    pub fn file_name(&mut self, source: &mut Source) -> Result<Vec<u8>> {
        if self.options.sandbox {
            return source.error("e/r/w commands disabled in sandbox mode");
        }
        source.skip_blanks();
        let start = source.at;
        while source.peek().is_some_and(|b| b != b'\n') {
            source.at += 1;
        }
        match source.at > start {
            true => Ok(source.text[start..source.at].to_vec()),
            false => source.error("missing filename in r/R/w/W commands"),
        }
    }

    /// After a command may come a separator, a closing brace or a comment.
    pub fn end_of_command(&mut self, source: &mut Source) -> Result<()> {
        match source.next_nonblank() {
            None | Some(b'\n' | b';') => Ok(()),
            Some(b'}' | b'#') => {
                source.back();
                Ok(())
            }
            Some(_) => source.error("extra characters after command"),
        }
    }

    fn text_command(&mut self, source: &mut Source, name: u8, first: Option<Address>, end: Option<RangeEnd>, negated: bool) -> Result<()> {
        source.skip_blanks();
        match source.peek() {
            None => return source.error("expected \\ after `a', `c' or `i'"),
            Some(b'\\') => {
                source.at += 1;
                let mark = source.at;
                source.skip_blanks();
                match source.peek() {
                    Some(b'\n') => source.at += 1,
                    None => {
                        self.push(first, end, negated, text_action(name, vec![]));
                        return Ok(());
                    }
                    _ if self.options.posix => return source.error("expected \\ after `a', `c' or `i'"),
                    _ => source.at = mark,
                }
            }
            Some(_) if self.options.posix => return source.error("expected \\ after `a', `c' or `i'"),
            Some(_) => {}
        }
        let text = self.text_lines(source);
        self.push(first, end, negated, text_action(name, text));
        Ok(())
    }

    /// The lines of text, up to a newline that no backslash precedes; always ends with a newline.
    fn text_lines(&mut self, source: &mut Source) -> Vec<u8> {
        let start = source.at;
        while let Some(byte) = source.next() {
            match byte {
                b'\\' => {
                    source.next();
                }
                b'\n' => break,
                _ => {}
            }
        }
        let raw = source.text[start..source.at].strip_suffix(b"\n").unwrap_or(&source.text[start..source.at]);
        let raw = if source.text[start..source.at].ends_with(b"\\\n") { &source.text[start..source.at] } else { raw };
        let rewritten = crate::escape::rewrite(raw, crate::escape::Context::Text).unwrap_or_else(|_| raw.to_vec());
        let mut text = Vec::with_capacity(rewritten.len() + 1);
        let mut bytes = rewritten.into_iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => text.extend(bytes.next().map(|b| if b == b'n' { b'\n' } else { b })),
                _ => text.push(byte),
            }
        }
        text.push(b'\n');
        text
    }

    fn resolve(mut self) -> Result<Script> {
        for (index, label) in self.jumps {
            let target = if label.is_empty() { Some(usize::MAX) } else { self.labels.get(&label).copied() };
            let Some(target) = target else {
                return Err(ScriptError::plain(format!("can't find label for jump to `{}'", String::from_utf8_lossy(&label)), 4));
            };
            let action = &mut self.script.commands[index].action;
            if let Action::Branch(to) | Action::BranchIf(to) | Action::BranchUnless(to) = action {
                *to = target;
            }
        }
        Ok(self.script)
    }
}

/// Joins an expression that ends in a backslash with the next one, as lines of text.
fn join(sources: Vec<Source>) -> Vec<Source> {
    let mut joined: Vec<Source> = vec![];
    for source in sources {
        match joined.last_mut() {
            Some(last) if last.text.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1 => {
                last.text.push(b'\n');
                last.text.extend(source.text);
            }
            _ => joined.push(source),
        }
    }
    joined
}

fn text_action(name: u8, text: Vec<u8>) -> Action {
    match name {
        b'a' => Action::Append(text),
        b'i' => Action::Insert(text),
        _ => Action::Change(text),
    }
}

/// The index of a file name in a list, added where it is new.
pub fn intern(list: &mut Vec<Vec<u8>>, name: Vec<u8>) -> usize {
    list.iter().position(|n| *n == name).unwrap_or_else(|| {
        list.push(name);
        list.len() - 1
    })
}
