//! Tokens to programs: terms.

use crate::ast::{Ast, Piece};
use crate::lex::{Part, Token};
use crate::natives;
use crate::parse::{Parsed, Parser};
use crate::scope::Entry;
use crate::special;
use crate::value::{object, Value};

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A term with `?` behind it: only the last suffix may fail, not what stands before it.
fn optional(term: Ast) -> Ast {
    let own = || Box::new(Ast::Identity);
    match term {
        Ast::Index(before, key) if matches!(*key, Ast::Literal(_)) => Ast::Pipe(before, Box::new(Ast::Try(Box::new(Ast::Index(own(), key)), None))),
        Ast::Iterate(before) => Ast::Pipe(before, Box::new(Ast::Try(Box::new(Ast::Iterate(own())), None))),
        other => Ast::Try(Box::new(other), None),
    }
}

impl Parser<'_> {
    /// A term with its suffixes.
    pub fn term(&mut self) -> Parsed<Ast> {
        let mut term = self.primary()?;
        loop {
            term = match self.peek().clone() {
                Token::Field(parts) => {
                    self.take();
                    Ast::Index(Box::new(term), Box::new(self.text("text", parts)?))
                }
                Token::Op(".") if matches!(self.after(), Token::Text(_)) => {
                    self.take();
                    Ast::Index(Box::new(term), Box::new(self.dotted()?))
                }
                Token::Op(".") if matches!(self.after(), Token::Op("[")) => {
                    self.take();
                    self.take();
                    self.bracket(term)?
                }
                Token::Op("[") => {
                    self.take();
                    self.bracket(term)?
                }
                Token::Op("?") => {
                    self.take();
                    optional(term)
                }
                _ => return Ok(term),
            }
        }
    }

    /// The string behind `.` and a space.
    fn dotted(&mut self) -> Parsed<Ast> {
        match self.take() {
            Token::Text(parts) => self.text("text", parts),
            _ => self.back(),
        }
    }

    /// What follows a `[` behind a term.
    fn bracket(&mut self, term: Ast) -> Parsed<Ast> {
        let term = Box::new(term);
        if self.eat("]") {
            return Ok(Ast::Iterate(term));
        }
        if self.eat(":") {
            let to = self.pipe()?;
            self.expect("]")?;
            return Ok(Ast::Slice(term, None, Some(Box::new(to))));
        }
        let from = self.pipe()?;
        if self.eat("]") {
            return Ok(Ast::Index(term, Box::new(from)));
        }
        self.expect(":")?;
        if self.eat("]") {
            return Ok(Ast::Slice(term, Some(Box::new(from)), None));
        }
        let to = self.pipe()?;
        self.expect("]")?;
        Ok(Ast::Slice(term, Some(Box::new(from)), Some(Box::new(to))))
    }

    fn primary(&mut self) -> Parsed<Ast> {
        let place = self.place();
        match self.take() {
            Token::Number(text) => match crate::json::number(text.as_bytes()) {
                Some(value) => Ok(Ast::Literal(value)),
                None => self.back(),
            },
            Token::Text(parts) => self.text("text", parts),
            Token::Format(name) => match self.peek().clone() {
                Token::Text(parts) => {
                    self.take();
                    self.text(leak(name), parts)
                }
                _ => Ok(Ast::Format(leak(name))),
            },
            Token::Field(parts) => Ok(Ast::Index(Box::new(Ast::Identity), Box::new(self.text("text", parts)?))),
            Token::Variable(name) => self.variable(&name, place),
            Token::Op("..") => Ok(Ast::Special(special::Special::Recurse, Vec::new())),
            Token::Op(".") => {
                if self.eat("[") {
                    return self.bracket(Ast::Identity);
                }
                if let Token::Text(_) = self.peek() {
                    return Ok(Ast::Index(Box::new(Ast::Identity), Box::new(self.dotted()?)));
                }
                Ok(Ast::Identity)
            }
            Token::Op("(") => {
                let inner = self.pipe()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Op("[") => {
                if self.eat("]") {
                    return Ok(Ast::Array(None));
                }
                let inner = self.pipe()?;
                self.expect("]")?;
                Ok(Ast::Array(Some(Box::new(inner))))
            }
            Token::Op("{") => self.object(),
            Token::Op("-") => Ok(Ast::Negate(Box::new(self.term()?))),
            Token::Name(name) => self.named(name, place),
            _ => self.back(),
        }
    }

    fn named(&mut self, name: String, place: usize) -> Parsed<Ast> {
        match name.as_str() {
            "null" => Ok(Ast::Literal(Value::Null)),
            "true" => Ok(Ast::Literal(true.into())),
            "false" => Ok(Ast::Literal(false.into())),
            "if" => self.condition(),
            "try" => {
                let body = self.try_body()?;
                let catch = if self.eat_word("catch") { Some(Box::new(self.try_body()?)) } else { None };
                Ok(Ast::Try(Box::new(body), catch))
            }
            "reduce" => {
                let (source, depth, patterns) = self.source()?;
                let mut parts = self.parts()?;
                self.scope.leave(depth);
                if parts.len() != 2 {
                    return self.back();
                }
                let update = Box::new(parts.pop().unwrap_or(Ast::Identity));
                let init = Box::new(parts.pop().unwrap_or(Ast::Identity));
                Ok(Ast::Reduce(source, patterns, init, update))
            }
            "foreach" => {
                let (source, depth, patterns) = self.source()?;
                let mut parts = self.parts()?;
                self.scope.leave(depth);
                let extract = if parts.len() == 3 { parts.pop().map(Box::new) } else { None };
                if parts.len() != 2 {
                    return self.back();
                }
                let update = Box::new(parts.pop().unwrap_or(Ast::Identity));
                let init = Box::new(parts.pop().unwrap_or(Ast::Identity));
                Ok(Ast::Foreach(source, patterns, init, update, extract))
            }
            "def" => {
                self.at -= 1;
                self.pipe()
            }
            "label" => {
                self.at -= 1;
                self.pipe()
            }
            "break" => {
                let Token::Variable(label) = self.take() else { return self.back() };
                match self.scope.find(&Entry::Label(label.clone())) {
                    Some(depth) => Ok(Ast::Break(depth)),
                    None => self.undefined(&format!("$*label-{label}"), place),
                }
            }
            "then" | "elif" | "else" | "end" | "as" | "catch" | "and" | "or" | "import" | "include" => self.back(),
            _ => self.call(name, place),
        }
    }

    fn try_body(&mut self) -> Parsed<Ast> {
        self.term()
    }

    /// `TERM as PATTERNS` of reduce and foreach, and the scope's depth before the variables.
    fn source(&mut self) -> Parsed<(Box<Ast>, usize, crate::ast::Patterns)> {
        let source = self.term()?;
        self.expect_word("as")?;
        let depth = self.scope.depth();
        let patterns = self.patterns()?;
        Ok((Box::new(source), depth, patterns))
    }

    /// `(a; b; …)`.
    fn parts(&mut self) -> Parsed<Vec<Ast>> {
        self.expect("(")?;
        let mut parts = vec![self.pipe()?];
        while self.eat(";") {
            parts.push(self.pipe()?);
        }
        self.expect(")")?;
        Ok(parts)
    }

    fn condition(&mut self) -> Parsed<Ast> {
        let condition = Box::new(self.pipe()?);
        self.expect_word("then")?;
        let then = Box::new(self.pipe()?);
        if self.eat_word("elif") {
            return Ok(Ast::If(condition, then, Some(Box::new(self.condition()?))));
        }
        let otherwise = if self.eat_word("else") { Some(Box::new(self.pipe()?)) } else { None };
        self.expect_word("end")?;
        Ok(Ast::If(condition, then, otherwise))
    }

    fn line(&self, place: usize) -> Value {
        let line = self.text[..place].matches('\n').count() + 1;
        object([("file", "<top-level>".into()), ("line", Value::Number(line as f64))])
    }

    pub fn variable(&mut self, name: &str, place: usize) -> Parsed<Ast> {
        if name == "__loc__" {
            return Ok(Ast::Literal(self.line(place)));
        }
        if let Some(depth) = self.scope.find(&Entry::Variable(name.to_string())) {
            return Ok(Ast::Var(depth));
        }
        if name == "ENV" {
            return Ok(Ast::Literal(natives::environment()));
        }
        self.undefined(&format!("${name}"), place)
    }

    fn undefined(&mut self, name: &str, place: usize) -> Parsed<Ast> {
        let line = self.text[..place].matches('\n').count() + 1;
        self.unknown.push(format!("{name} is not defined at <top-level>, line {line}:\n{}", self.text));
        Ok(Ast::Identity)
    }

    fn call(&mut self, name: String, place: usize) -> Parsed<Ast> {
        let args = if self.is_op("(") { self.parts()? } else { Vec::new() };
        let count = args.len();
        if let Some(depth) = self.scope.find(&Entry::Function(name.clone(), count)) {
            return Ok(Ast::Call(depth, args));
        }
        if let Some(special) = special::find(&name, count) {
            return Ok(Ast::Special(special, args));
        }
        if let Some(native) = natives::find(&name, count) {
            return Ok(Ast::Native(native, args));
        }
        if let Some(number) = (self.prelude)(&name, count) {
            return Ok(Ast::Prelude(number, args));
        }
        self.undefined(&format!("{name}/{count}"), place)
    }

    /// A string, whose code is laid out by a format.
    fn text(&mut self, format: &'static str, mut parts: Vec<Part>) -> Parsed<Ast> {
        if let [Part::Text(text)] = &mut parts[..] {
            return Ok(Ast::Literal(std::mem::take(text).into()));
        }
        let mut pieces = Vec::new();
        for part in parts {
            pieces.push(match part {
                Part::Text(text) => Piece::Text(text),
                Part::Code(tokens) => {
                    let outer = std::mem::replace(&mut self.tokens, tokens);
                    let at = std::mem::replace(&mut self.at, 0);
                    let code = self.pipe();
                    if code.is_ok() && *self.peek() != Token::End {
                        return self.unexpected();
                    }
                    self.tokens = outer;
                    self.at = at;
                    Piece::Code(code?)
                }
            });
        }
        Ok(Ast::Text(format, pieces))
    }

    fn object(&mut self) -> Parsed<Ast> {
        let mut entries = Vec::new();
        while !self.eat("}") {
            if !entries.is_empty() {
                self.expect(",")?;
                // A comma may close the list.
                if self.eat("}") {
                    break;
                }
            }
            entries.push(self.entry()?);
        }
        Ok(Ast::Object(entries))
    }

    fn entry(&mut self) -> Parsed<(Ast, Ast)> {
        let place = self.place();
        match self.take() {
            Token::Variable(name) => {
                let value = self.variable(&name, place)?;
                Ok((Ast::Literal(name.as_str().into()), value))
            }
            Token::Name(name) => self.entry_value(Ast::Literal(name.as_str().into()), true),
            Token::Number(text) => {
                if !self.is_op(":") {
                    return self.back();
                }
                self.fault(&format!("Cannot use number ({text}) as object key"))
            }
            Token::Text(parts) => {
                let key = self.text("text", parts)?;
                self.entry_value(key, true)
            }
            Token::Format(name) => {
                let key = match self.peek().clone() {
                    Token::Text(parts) => {
                        self.take();
                        self.text(leak(name), parts)?
                    }
                    _ => Ast::Format(leak(name)),
                };
                self.entry_value(key, true)
            }
            Token::Op("(") => {
                let key = self.pipe()?;
                self.expect(")")?;
                self.entry_value(key, false)
            }
            _ => self.back(),
        }
    }

    fn entry_value(&mut self, key: Ast, short: bool) -> Parsed<(Ast, Ast)> {
        if !self.eat(":") {
            if !short {
                return self.unexpected();
            }
            // `{a}` takes the field of that name.
            let name = match &key {
                Ast::Literal(value) => Ast::Literal(value.clone()),
                _ => {
                    return Ok((key, Ast::Special(special::Special::OwnKey, Vec::new())));
                }
            };
            return Ok((key, Ast::Index(Box::new(Ast::Identity), Box::new(name))));
        }
        let mut value = self.alternative()?;
        while self.eat("|") {
            value = Ast::Pipe(Box::new(value), Box::new(self.alternative()?));
        }
        Ok((key, value))
    }
}
