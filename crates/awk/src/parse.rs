//! Tokens to a program: rules, functions and statements. Expressions are in `parse_expr`.

use std::collections::HashMap;

use crate::ast::*;
use crate::lex::{Keyword, Lexer, Token};

/// A piece of program text and the name that messages give it.
pub struct Source {
    pub name: String,
    pub text: Vec<u8>,
}

pub struct Parser<'a> {
    pub lexer: Lexer<'a>,
    pub source: &'a Source,
    pub token: Token,
    /// The line of the token.
    pub line: u32,
    pub program: &'a mut Program,
    pub names: &'a mut Names,
    locals: Vec<String>,
    pub in_function: bool,
    pub loops: usize,
    pub depth: usize,
    /// Where the last list of arguments ended.
    pub closed_at: usize,
}

/// The global variables and functions known so far.
#[derive(Default)]
pub struct Names {
    pub globals: HashMap<String, usize>,
    pub functions: HashMap<String, usize>,
}

/// A message, complete but for the program's name.
pub type Result<T> = std::result::Result<T, String>;

/// The names of globals that the interpreter fills.
pub const GIVEN: [&str; 13] = [
    "ARGC", "ARGV", "ENVIRON", "FILENAME", "RSTART", "RLENGTH", "PROCINFO", "ERRNO", "SYMTAB", "ARGIND", "FUNCTAB", "LINT", "BINMODE",
];

pub fn global(name: &str, program: &mut Program, names: &mut Names) -> usize {
    if let Some(index) = names.globals.get(name) {
        return *index;
    }
    program.globals.push(name.to_string());
    names.globals.insert(name.to_string(), program.globals.len() - 1);
    program.globals.len() - 1
}

/// Parses all sources into one program; the warnings go to `warn`.
pub fn parse(sources: &[Source], program: &mut Program, warn: &mut dyn FnMut(String)) -> Result<()> {
    let mut names = Names::default();
    for name in GIVEN {
        global(name, program, &mut names);
    }
    for source in sources {
        let mut parser = Parser {
            lexer: Lexer::new(&source.text),
            source,
            token: Token::Newline,
            line: 1,
            program,
            names: &mut names,
            locals: vec![],
            in_function: false,
            loops: 0,
            depth: 0,
            closed_at: 0,
        };
        let result = parser.items();
        for (line, warning) in std::mem::take(&mut parser.lexer.warnings) {
            warn(format!("{}:{line}: warning: {warning}", source.name));
        }
        result?;
    }
    match program.functions.iter().find(|f| !f.defined) {
        Some(f) => Err(format!("{}:{}: fatal: function `{}' not defined", sources[0].name, 1, f.name)),
        None => Ok(()),
    }
}

impl Parser<'_> {
    pub fn advance(&mut self) -> Result<Token> {
        let next = match self.lexer.next() {
            Ok(token) => token,
            Err(message) => return self.fail(&message),
        };
        self.line = self.lexer.line - u32::from(next == Token::Newline);
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// A message with the line and a mark under the place, as gawk prints it.
    pub fn fail<T>(&self, message: &str) -> Result<T> {
        let (name, line) = (&self.source.name, self.line.max(1));
        if let Some(message) = message.strip_prefix('\u{1}') {
            return Err(format!("{name}:{line}: {message}"));
        }
        let text = &self.source.text;
        let at = self.lexer.start.min(text.len());
        let begin = text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let end = text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |i| at + i);
        let shown = crate::text::show(&text[begin..end]);
        let mark: String = text[begin..at].iter().map(|b| if *b == b'\t' { '\t' } else { ' ' }).collect();
        Err(format!("{name}:{line}: {shown}\n{name}:{line}: {mark}^ {message}"))
    }

    pub fn unexpected<T>(&self) -> Result<T> {
        self.fail(match self.token {
            Token::Newline | Token::End => "unexpected newline or end of string",
            _ => "syntax error",
        })
    }

    pub fn is(&self, op: &str) -> bool {
        matches!(&self.token, Token::Op(o) if *o == op)
    }

    pub fn is_keyword(&self, keyword: Keyword) -> bool {
        self.token == Token::Keyword(keyword)
    }

    pub fn accept(&mut self, op: &str) -> Result<bool> {
        if self.is(op) {
            self.advance()?;
            return Ok(true);
        }
        Ok(false)
    }

    pub fn expect(&mut self, op: &str) -> Result<()> {
        if self.accept(op)? { Ok(()) } else { self.unexpected() }
    }

    pub fn newlines(&mut self) -> Result<()> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    /// Newlines and semicolons.
    fn separators(&mut self) -> Result<()> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    pub fn var(&mut self, name: &str) -> Var {
        if let Some(index) = self.locals.iter().position(|l| l == name) {
            return Var::Local(index);
        }
        if let Some((_, special)) = SPECIALS.iter().find(|(n, _)| *n == name) {
            return Var::Special(*special);
        }
        Var::Global(global(name, self.program, self.names))
    }

    pub fn function_index(&mut self, name: &str) -> usize {
        if let Some(index) = self.names.functions.get(name) {
            return *index;
        }
        self.program.functions.push(Function { name: name.to_string(), ..Function::default() });
        self.names.functions.insert(name.to_string(), self.program.functions.len() - 1);
        self.program.functions.len() - 1
    }

    fn items(&mut self) -> Result<()> {
        self.advance()?;
        loop {
            self.separators()?;
            match &self.token {
                Token::End => return Ok(()),
                Token::Keyword(Keyword::Function) => self.function()?,
                Token::Op("@") => self.directive()?,
                _ => self.rule()?,
            }
        }
    }

    fn directive(&mut self) -> Result<()> {
        self.advance()?;
        match self.advance()? {
            Token::Name(name) if name == "namespace" || name == "include" || name == "load" => match self.advance()? {
                Token::String(file) if name == "include" => self.include(&crate::text::show(&file)),
                Token::String(_) => Ok(()),
                _ => self.unexpected(),
            },
            _ => self.unexpected(),
        }
    }

    fn include(&mut self, file: &str) -> Result<()> {
        let text = std::fs::read(file).or_else(|_| std::fs::read(format!("{file}.awk")));
        let Ok(text) = text else {
            return self.fail(&format!("\u{1}error: cannot open source file `{file}' for reading: No such file or directory"));
        };
        self.depth += 1;
        if self.depth > 50 {
            return self.fail("\u{1}error: include files are nested too deeply");
        }
        let source = Source { name: file.to_string(), text };
        let mut parser = Parser {
            lexer: Lexer::new(&source.text),
            source: &source,
            token: Token::Newline,
            line: 1,
            program: self.program,
            names: self.names,
            locals: vec![],
            in_function: false,
            loops: 0,
            depth: self.depth,
            closed_at: 0,
        };
        parser.items()?;
        self.depth -= 1;
        Ok(())
    }

    fn function(&mut self) -> Result<()> {
        self.advance()?;
        let name = match self.advance()? {
            Token::Name(name) | Token::FuncName(name) => name,
            _ => return self.unexpected(),
        };
        if crate::builtin::find(&name).is_some() {
            return self.fail("syntax error");
        }
        let index = self.function_index(&name);
        if self.program.functions[index].defined {
            return self.fail(&format!("\u{1}error: function name `{name}' previously defined"));
        }
        self.expect("(")?;
        self.newlines()?;
        self.locals.clear();
        while !self.is(")") {
            match self.advance()? {
                Token::Name(name) => self.locals.push(name),
                _ => return self.unexpected(),
            }
            self.newlines()?;
            if !self.accept(",")? {
                break;
            }
            self.newlines()?;
        }
        self.expect(")")?;
        self.newlines()?;
        self.program.functions[index].params.clone_from(&self.locals);
        self.program.functions[index].defined = true;
        self.in_function = true;
        let body = self.block()?;
        self.in_function = false;
        self.locals.clear();
        self.program.functions[index].body = body;
        Ok(())
    }

    fn rule(&mut self) -> Result<()> {
        let line = self.line;
        if let Token::Keyword(keyword @ (Keyword::Begin | Keyword::End | Keyword::BeginFile | Keyword::EndFile)) = self.token {
            self.advance()?;
            if !self.is("{") {
                return self.unexpected();
            }
            let body = self.block()?;
            match keyword {
                Keyword::Begin => self.program.begin.push(body),
                Keyword::End => self.program.end.push(body),
                Keyword::BeginFile => self.program.begin_file.push(body),
                _ => self.program.end_file.push(body),
            }
            return Ok(());
        }
        let pattern = if self.is("{") {
            RulePattern::Always
        } else {
            let first = self.expression()?;
            if self.accept(",")? {
                self.newlines()?;
                let last = self.expression()?;
                self.program.ranges += 1;
                RulePattern::Range(first, last, self.program.ranges - 1)
            } else {
                RulePattern::When(first)
            }
        };
        let body = if self.is("{") { Some(self.block()?) } else { None };
        if body.is_none() && !matches!(self.token, Token::Newline | Token::End | Token::Op(";")) {
            return self.unexpected();
        }
        self.program.rules.push(Rule { pattern, body, line });
        Ok(())
    }

    fn block(&mut self) -> Result<Vec<Stmt>> {
        self.expect("{")?;
        let mut list = vec![];
        loop {
            self.separators()?;
            if self.accept("}")? {
                return Ok(list);
            }
            list.push(self.statement()?);
        }
    }

    /// The body of a loop or condition.
    fn body(&mut self) -> Result<Vec<Stmt>> {
        self.newlines()?;
        if self.accept(";")? {
            return Ok(vec![]);
        }
        Ok(vec![self.statement()?])
    }

    fn loop_body(&mut self) -> Result<Vec<Stmt>> {
        self.loops += 1;
        let body = self.body();
        self.loops -= 1;
        body
    }

    pub fn statement(&mut self) -> Result<Stmt> {
        self.depth += 1;
        if self.depth > 200 {
            return self.fail("\u{1}error: statements are nested too deeply");
        }
        let line = self.line;
        let kind = if self.is("{") {
            StmtKind::Block(self.block()?)
        } else if let Token::Keyword(keyword) = self.token {
            self.keyword_statement(keyword)?
        } else {
            let kind = StmtKind::Expr(self.expression()?);
            self.end_of_simple()?;
            kind
        };
        self.depth -= 1;
        Ok(Stmt { line, kind })
    }

    /// A simple statement ends at a newline, a semicolon or before a closing brace.
    fn end_of_simple(&mut self) -> Result<()> {
        if self.is("}") || self.token == Token::End {
            return Ok(());
        }
        if self.token == Token::Newline || self.is(";") {
            self.advance()?;
            return Ok(());
        }
        self.unexpected()
    }

    fn keyword_statement(&mut self, keyword: Keyword) -> Result<StmtKind> {
        match keyword {
            Keyword::If => return self.if_statement(),
            Keyword::While => {
                self.advance()?;
                self.expect("(")?;
                let condition = self.expression()?;
                self.expect(")")?;
                return Ok(StmtKind::While(condition, self.loop_body()?));
            }
            Keyword::Do => return self.do_statement(),
            Keyword::For => return self.for_statement(),
            Keyword::Switch => return self.switch_statement(),
            _ => {}
        }
        let kind = self.simple_statement(keyword)?;
        self.end_of_simple()?;
        Ok(kind)
    }

    fn simple_statement(&mut self, keyword: Keyword) -> Result<StmtKind> {
        match keyword {
            Keyword::Print | Keyword::Printf => self.print_statement(keyword == Keyword::Printf),
            Keyword::Getline => Ok(StmtKind::Expr(self.expression()?)),
            Keyword::Next | Keyword::NextFile => {
                self.advance()?;
                Ok(if keyword == Keyword::Next { StmtKind::Next } else { StmtKind::NextFile })
            }
            Keyword::Break | Keyword::Continue => {
                if self.loops == 0 {
                    let name = if keyword == Keyword::Break { "break' is not allowed outside a loop or switch" } else { "continue' is not allowed outside a loop" };
                    return self.fail(&format!("\u{1}error: `{name}"));
                }
                self.advance()?;
                Ok(if keyword == Keyword::Break { StmtKind::Break } else { StmtKind::Continue })
            }
            Keyword::Exit => {
                self.advance()?;
                Ok(StmtKind::Exit(self.optional_expression()?))
            }
            Keyword::Return => {
                if !self.in_function {
                    return self.fail("\u{1}error: `return' used outside function context");
                }
                self.advance()?;
                Ok(StmtKind::Return(self.optional_expression()?))
            }
            Keyword::Delete => self.delete_statement(),
            _ => self.unexpected(),
        }
    }

    fn optional_expression(&mut self) -> Result<Option<Expr>> {
        match self.token {
            Token::Newline | Token::End | Token::Op(";" | "}") => Ok(None),
            _ => self.expression().map(Some),
        }
    }

    fn delete_statement(&mut self) -> Result<StmtKind> {
        self.advance()?;
        let parenthesised = self.accept("(")?;
        let target = self.primary()?;
        if parenthesised {
            self.expect(")")?;
        }
        match target {
            Expr::Index(array, subscripts) => Ok(StmtKind::Delete(*array, subscripts)),
            array @ Expr::Var(_) => Ok(StmtKind::Delete(array, vec![])),
            _ => self.fail("syntax error"),
        }
    }

    fn if_statement(&mut self) -> Result<StmtKind> {
        self.advance()?;
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        let then = self.body()?;
        // An else may come after separators.
        let mark = (self.lexer.at, self.lexer.line, self.lexer.start, self.token.clone(), self.line);
        self.separators()?;
        if !self.is_keyword(Keyword::Else) {
            (self.lexer.at, self.lexer.line, self.lexer.start, self.token, self.line) = mark;
            return Ok(StmtKind::If(condition, then, vec![]));
        }
        self.advance()?;
        Ok(StmtKind::If(condition, then, self.body()?))
    }

    fn do_statement(&mut self) -> Result<StmtKind> {
        self.advance()?;
        let body = self.loop_body()?;
        self.separators()?;
        if !self.is_keyword(Keyword::While) {
            return self.unexpected();
        }
        self.advance()?;
        self.expect("(")?;
        let condition = self.expression()?;
        self.expect(")")?;
        self.end_of_simple()?;
        Ok(StmtKind::Do(body, condition))
    }

    fn for_statement(&mut self) -> Result<StmtKind> {
        self.advance()?;
        self.expect("(")?;
        let mut init = vec![];
        if !self.is(";") {
            let line = self.line;
            let first = match self.token {
                Token::Keyword(keyword) if keyword != Keyword::Getline => self.simple_statement(keyword)?,
                _ => StmtKind::Expr(self.expression()?),
            };
            if self.is(")") {
                if let StmtKind::Expr(Expr::In(mut subscripts, array)) = first {
                    if subscripts.len() == 1 && subscripts[0].is_lvalue() {
                        self.advance()?;
                        return Ok(StmtKind::ForIn(subscripts.remove(0), *array, self.loop_body()?));
                    }
                }
                return self.unexpected();
            }
            init.push(Stmt { line, kind: first });
        }
        self.expect(";")?;
        self.newlines()?;
        let condition = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        self.newlines()?;
        let mut step = vec![];
        if !self.is(")") {
            let line = self.line;
            let kind = match self.token {
                Token::Keyword(keyword) if keyword != Keyword::Getline => self.simple_statement(keyword)?,
                _ => StmtKind::Expr(self.expression()?),
            };
            step.push(Stmt { line, kind });
        }
        self.expect(")")?;
        Ok(StmtKind::For(init, condition, step, self.loop_body()?))
    }

    fn switch_statement(&mut self) -> Result<StmtKind> {
        self.advance()?;
        self.expect("(")?;
        let value = self.expression()?;
        self.expect(")")?;
        self.newlines()?;
        self.expect("{")?;
        let mut cases = vec![];
        self.loops += 1;
        loop {
            self.separators()?;
            if self.accept("}")? {
                break;
            }
            let case = self.case()?;
            let mut body = vec![];
            loop {
                self.separators()?;
                if self.is("}") || self.is_keyword(Keyword::Case) || self.is_keyword(Keyword::Default) {
                    break;
                }
                body.push(self.statement()?);
            }
            cases.push((case, body));
        }
        self.loops -= 1;
        Ok(StmtKind::Switch(value, cases))
    }

    fn case(&mut self) -> Result<Case> {
        let case = match self.advance()? {
            Token::Keyword(Keyword::Default) => Case::Default,
            Token::Keyword(Keyword::Case) => match self.unary()? {
                Expr::Regex(pattern) => Case::Regex(pattern),
                value => Case::Value(value),
            },
            _ => return self.unexpected(),
        };
        self.expect(":")?;
        Ok(case)
    }

    fn print_statement(&mut self, formatted: bool) -> Result<StmtKind> {
        self.advance()?;
        let mut list = vec![];
        if !matches!(self.token, Token::Newline | Token::End | Token::Op(";" | "}" | ">" | ">>" | "|" | "|&")) {
            list = self.print_operands()?;
        }
        let kind = match self.token {
            Token::Op(">") => Some(RedirectKind::Write),
            Token::Op(">>") => Some(RedirectKind::Append),
            Token::Op("|") => Some(RedirectKind::Pipe),
            Token::Op("|&") => Some(RedirectKind::Coprocess),
            _ => None,
        };
        let mut redirect = None;
        if let Some(kind) = kind {
            self.advance()?;
            redirect = Some((kind, self.concatenation()?));
        }
        if formatted && list.is_empty() {
            return self.fail("\u{1}error: printf: no format given").or_else(|_: String| self.unexpected());
        }
        Ok(if formatted { StmtKind::Printf(list, redirect) } else { StmtKind::Print(list, redirect) })
    }

    fn print_operands(&mut self) -> Result<Vec<Expr>> {
        let mut list = vec![self.print_expression()?];
        while self.accept(",")? {
            self.newlines()?;
            list.push(self.print_expression()?);
        }
        // Parentheses around all operands are not a grouping.
        if list.len() == 1 && matches!(&list[0], Expr::Group(items) if items.len() > 1) {
            if let Some(Expr::Group(items)) = list.pop() {
                return Ok(items);
            }
        }
        Ok(list)
    }
}
