//! bc's statements and functions, compiled as they are read.

use std::collections::HashSet;
use std::rc::Rc;

use super::code::{Code, Function, Kind, Names, Op, Place};
use super::lex::{Lexer, Token};

/// What a program consists of.
pub enum Item {
    /// A line of statements, to be run at once.
    Line(Code),
    Function(usize, Function),
    /// Nothing to run: the text was wrong, and said to be.
    Nothing,
    Quit,
    End,
}

/// What ends the reading of a statement early. What is wrong has been said.
pub enum Stop {
    Syntax,
    Quit,
}

pub type Parsed<T> = Result<T, Stop>;

/// What is done about what POSIX does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Posix {
    Extended,
    Warn,
    Only,
}

pub struct Parser {
    pub lexer: Lexer,
    pub posix: Posix,
    pub variables: Names,
    pub arrays: Names,
    pub functions: Names,
    pub(super) token: Token,
    pub(super) code: Code,
    pub(super) voids: HashSet<usize>,
    /// Some in a function: whether it is void.
    in_function: Option<bool>,
    loops: Vec<Loop>,
    /// Tokens since the last error: as yacc's parsers, one says nothing of errors that follow within three.
    since_error: usize,
    /// Statements and expressions in each other, here.
    depth: usize,
}

/// Statements and expressions in each other that are read.
const DEPTH: usize = 1000;

#[derive(Default)]
struct Loop {
    breaks: Vec<usize>,
    again: usize,
}

impl Parser {
    pub fn new(lexer: Lexer, posix: Posix) -> Parser {
        let (variables, arrays, mut functions) = (Names::default(), Names::default(), Names::default());
        // The main program has the first number.
        functions.number("(main)");
        Parser {
            lexer,
            posix,
            variables,
            arrays,
            functions,
            token: Token::Newline,
            code: Code::default(),
            voids: HashSet::new(),
            in_function: None,
            loops: Vec::new(),
            since_error: 3,
            depth: 0,
        }
    }

    pub(super) fn advance(&mut self) -> Token {
        self.since_error += 1;
        let next = self.lexer.next();
        std::mem::replace(&mut self.token, next)
    }

    pub(super) fn at(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(found) if found == sign)
    }

    pub(super) fn at_word(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(found) if found == word)
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = self.at(sign);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.take(sign) { Ok(()) } else { self.syntax() }
    }

    pub(super) fn syntax<T>(&mut self) -> Parsed<T> {
        if self.since_error >= 3 {
            self.lexer.complain("syntax error");
        }
        self.lexer.failed = true;
        self.since_error = 0;
        Err(Stop::Syntax)
    }

    /// Says that POSIX has no such thing, if that is wanted.
    pub(super) fn beyond_posix(&mut self, what: &str) {
        match self.posix {
            Posix::Extended => {}
            Posix::Warn => self.lexer.warn(what),
            Posix::Only => self.lexer.complain(&format!("Error: {what}")),
        }
    }

    /// Reads a part; too many in each other end the program, as yacc's stack does.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH {
            self.lexer.complain("memory exhausted");
            return Err(Stop::Quit);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// The next line or function.
    pub fn item(&mut self) -> Item {
        (self.code, self.in_function) = (Code::default(), None);
        self.loops.clear();
        self.lexer.failed = false;
        self.advance();
        self.since_error = 3;
        let function = self.at_word("define");
        let parsed = match () {
            () if self.token == Token::End => return Item::End,
            () if function => self.function().map(Some),
            () => self.line().map(|()| None),
        };
        let parsed = match parsed {
            Err(Stop::Quit) => return Item::Quit,
            Err(Stop::Syntax) => self.rest_of_line(true).map(|()| None),
            parsed => parsed,
        };
        match parsed {
            Err(Stop::Quit) => Item::Quit,
            _ if self.lexer.failed => Item::Nothing,
            Ok(Some((number, function))) => Item::Function(number, function),
            _ => Item::Line(std::mem::take(&mut self.code)),
        }
    }

    fn line(&mut self) -> Parsed<()> {
        if matches!(self.token, Token::Newline) {
            return Ok(());
        }
        let mut first = true;
        loop {
            if !matches!(self.token, Token::Sign(";") | Token::Newline | Token::End) {
                let parsed = self.statement().and_then(|()| if matches!(self.token, Token::Sign(";") | Token::Newline) { Ok(()) } else { self.syntax() });
                match parsed {
                    Err(Stop::Syntax) => return self.rest_of_line(first),
                    parsed => parsed?,
                }
            }
            // The newline stays the current token: what follows is read when this has run.
            if !self.at(";") {
                return Ok(());
            }
            self.advance();
            first = false;
        }
    }

    /// Goes on behind an error with the next thing that starts a statement, or ends the line.
    fn rest_of_line(&mut self, ends: bool) -> Parsed<()> {
        loop {
            match self.token {
                Token::End => return Ok(()),
                Token::Newline if ends => return Ok(()),
                _ if self.starts_statement() => return self.line(),
                _ => drop(self.advance_quietly()),
            }
        }
    }

    fn advance_quietly(&mut self) -> Token {
        let since = self.since_error;
        let token = self.advance();
        self.since_error = since;
        token
    }

    fn starts_statement(&self) -> bool {
        match self.token {
            Token::Number(_) | Token::Name(_) | Token::Text(_) => true,
            Token::Word(word) => !matches!(word, "define" | "auto" | "else" | "void"),
            Token::Sign(sign) => matches!(sign, "(" | "{" | "-" | "!" | "++" | "--"),
            Token::Newline | Token::End => false,
        }
    }

    fn statement(&mut self) -> Parsed<()> {
        match self.token.clone() {
            Token::Text(text) => {
                self.advance();
                self.code.push(Op::Write(text.into()));
                Ok(())
            }
            Token::Sign("{") => {
                self.advance();
                self.deeper(Self::block)?;
                self.advance();
                Ok(())
            }
            Token::Word("if") => self.deeper(Self::if_statement),
            Token::Word("while") => self.deeper(Self::while_statement),
            Token::Word("for") => self.deeper(Self::for_statement),
            Token::Word("print") => self.print_statement(),
            Token::Word("return") => self.return_statement(),
            Token::Word("quit") => Err(Stop::Quit),
            Token::Word(word @ ("break" | "continue" | "halt" | "limits" | "warranty")) => {
                self.simple(word);
                self.advance();
                Ok(())
            }
            _ => {
                let kind = self.expression(0)?;
                if kind.compares {
                    self.beyond_posix("comparison in expression");
                }
                self.code.push(if kind.prints { Op::Print { line: true } } else { Op::Pop });
                Ok(())
            }
        }
    }

    fn simple(&mut self, word: &str) {
        if word == "continue" {
            self.beyond_posix("Continue statement");
        }
        match (word, self.loops.is_empty()) {
            ("halt", _) => self.code.push(Op::Halt),
            ("limits", _) => self.code.push(Op::Write(super::LIMITS.as_bytes().into())),
            ("warranty", _) => self.code.push(Op::Write(super::VERSION.as_bytes().into())),
            ("break", true) => self.lexer.complain("Break outside a for/while"),
            (_, true) => self.lexer.complain("Continue outside a for"),
            ("break", false) => {
                let jump = self.code.jump(Op::Jump);
                self.loops.last_mut().expect("not empty").breaks.push(jump);
            }
            (_, false) => {
                let again = self.loops.last().expect("not empty").again;
                self.code.push(Op::Jump(again));
            }
        }
    }

    /// Statements up to the `}`, which stays the current token: a function is defined before what follows is read.
    fn block(&mut self) -> Parsed<()> {
        loop {
            match self.token {
                Token::Newline | Token::Sign(";") => drop(self.advance()),
                Token::Sign("}") => return Ok(()),
                _ => {
                    let parsed = self.statement().and_then(|()| if matches!(self.token, Token::Sign(";" | "}") | Token::Newline) { Ok(()) } else { self.syntax() });
                    match parsed {
                        Err(Stop::Syntax) => self.skip_to_statement()?,
                        parsed => parsed?,
                    }
                }
            }
        }
    }

    fn skip_to_statement(&mut self) -> Parsed<()> {
        while !self.starts_statement() {
            if self.token == Token::End {
                return Err(Stop::Syntax);
            }
            self.advance_quietly();
        }
        Ok(())
    }

    fn optional_newline(&mut self) {
        if self.token == Token::Newline {
            self.advance();
        }
    }

    fn condition(&mut self, what: &str) -> Parsed<()> {
        let kind = self.expression(0)?;
        if kind.void {
            self.lexer.complain(&format!("void expression in {what}"));
        }
        Ok(())
    }

    fn if_statement(&mut self) -> Parsed<()> {
        self.advance();
        self.expect("(")?;
        self.condition("if")?;
        let skip = self.code.jump(Op::JumpIfZero);
        self.expect(")")?;
        self.optional_newline();
        self.statement()?;
        if !self.at_word("else") {
            self.code.land(skip);
            return Ok(());
        }
        self.beyond_posix("else clause in if statement");
        self.advance();
        let end = self.code.jump(Op::Jump);
        self.code.land(skip);
        self.optional_newline();
        self.statement()?;
        self.code.land(end);
        Ok(())
    }

    /// The body of a loop, jumping to its condition or update again.
    fn body(&mut self, again: usize) -> Parsed<Vec<usize>> {
        self.optional_newline();
        self.loops.push(Loop { breaks: Vec::new(), again });
        let parsed = self.statement();
        let ended = self.loops.pop().unwrap_or_default();
        parsed?;
        self.code.push(Op::Jump(again));
        Ok(ended.breaks)
    }

    fn while_statement(&mut self) -> Parsed<()> {
        self.advance();
        self.expect("(")?;
        let again = self.code.ops.len();
        self.condition("while")?;
        let end = self.code.jump(Op::JumpIfZero);
        self.expect(")")?;
        let breaks = self.body(again)?;
        breaks.into_iter().chain([end]).for_each(|jump| self.code.land(jump));
        Ok(())
    }

    fn for_statement(&mut self) -> Parsed<()> {
        self.advance();
        self.expect("(")?;
        if self.at(";") {
            self.beyond_posix("Missing expression in for statement");
        } else {
            self.condition("for")?;
            self.code.push(Op::Pop);
        }
        self.expect(";")?;
        let condition = self.code.ops.len();
        let mut breaks = Vec::new();
        if self.at(";") {
            self.beyond_posix("Missing expression in for statement");
        } else {
            self.condition("for")?;
            breaks.push(self.code.jump(Op::JumpIfZero));
        }
        self.expect(";")?;
        let start = self.code.jump(Op::Jump);
        let update = self.code.ops.len();
        if self.at(")") {
            self.beyond_posix("Missing expression in for statement");
        } else {
            self.condition("for")?;
            self.code.push(Op::Pop);
        }
        self.code.push(Op::Jump(condition));
        self.expect(")")?;
        self.code.land(start);
        breaks.extend(self.body(update)?);
        breaks.into_iter().for_each(|jump| self.code.land(jump));
        Ok(())
    }

    fn print_statement(&mut self) -> Parsed<()> {
        self.beyond_posix("print statement");
        loop {
            self.advance();
            if let Token::Text(text) = self.token.clone() {
                self.advance();
                self.code.push(Op::WriteEscaped(text.into()));
            } else {
                self.condition("print")?;
                self.code.push(Op::Print { line: false });
            }
            if !self.at(",") {
                return Ok(());
            }
        }
    }

    fn return_statement(&mut self) -> Parsed<()> {
        self.advance();
        let Some(void) = self.in_function else {
            if self.starts_statement() {
                self.expression(0)?;
            }
            self.lexer.complain("Return outside of a function.");
            return Ok(());
        };
        if self.starts_statement() {
            let bare = !self.at("(");
            if void {
                self.lexer.complain("Return expression in a void function.");
            }
            self.condition("return")?;
            if bare {
                self.beyond_posix("return expression requires parenthesis");
            }
        } else {
            self.code.push(zero());
        }
        self.code.push(Op::Return);
        Ok(())
    }

    fn function(&mut self) -> Parsed<(usize, Function)> {
        self.advance();
        let void = self.at_word("void");
        if void {
            self.beyond_posix("void functions");
            self.advance();
        }
        let Token::Name(name) = self.advance() else { return self.syntax() };
        let number = self.functions.number(&name);
        // Calls of itself must know.
        if void { self.voids.insert(number) } else { self.voids.remove(&number) };
        self.expect("(")?;
        let parameters = if self.at(")") { Vec::new() } else { self.names()? };
        self.expect(")")?;
        self.optional_newline();
        self.expect("{")?;
        self.in_function = Some(void);
        if self.token != Token::Newline {
            self.beyond_posix("End of line required");
        }
        while self.token == Token::Newline {
            self.advance();
        }
        let mut locals = Vec::new();
        while self.at_word("auto") {
            self.advance();
            locals.extend(self.names()?);
            if !matches!(self.token, Token::Newline | Token::Sign(";")) {
                return self.syntax();
            }
            while matches!(self.token, Token::Newline | Token::Sign(";")) {
                self.advance();
            }
        }
        self.block()?;
        self.code.push(zero());
        self.code.push(Op::Return);
        Ok((number, Function { parameters, locals, code: Rc::new(std::mem::take(&mut self.code)) }))
    }

    /// Names of parameters or locals.
    fn names(&mut self) -> Parsed<Vec<(usize, Kind)>> {
        let mut names = Vec::new();
        loop {
            let reference = self.take("*") || self.take("&");
            let Token::Name(name) = self.advance() else { return self.syntax() };
            self.check_name(&name);
            if self.take("[") {
                self.expect("]")?;
                names.push((self.arrays.number(&name), if reference { Kind::Reference } else { Kind::Array }));
            } else if reference {
                return self.syntax();
            } else {
                names.push((self.variables.number(&name), Kind::Value));
            }
            if names[..names.len() - 1].iter().any(|(number, kind)| *number == names[names.len() - 1].0 && (*kind == Kind::Value) == (names[names.len() - 1].1 == Kind::Value)) {
                self.lexer.complain("duplicate parameter names");
            }
            if !self.take(",") {
                return Ok(names);
            }
        }
    }

    pub(super) fn check_name(&mut self, name: &str) {
        if name.len() > 1 {
            self.beyond_posix(&format!("multiple letter name - {name}"));
        }
    }

    pub(super) fn place(&mut self, word: &str) -> Place {
        match word {
            "ibase" => Place::Ibase,
            "obase" => Place::Obase,
            "scale" => Place::Scale,
            _ => {
                self.beyond_posix("history variable");
                Place::Last
            }
        }
    }
}

pub(super) fn zero() -> Op {
    Op::Number(Rc::new((b"0".to_vec(), Default::default())))
}
