//! Tokens to programs: operators and what binds names.

use crate::ast::{Ast, Def, Op, Pattern, Patterns};
use crate::lex::{tokens, Token};
use crate::modules::Modules;
use crate::scope::{Entry, Scope};

/// Functions of the prelude by name and number of parameters.
pub type Known<'a> = &'a dyn Fn(&str, usize) -> Option<usize>;

pub struct Parser<'a> {
    pub tokens: Vec<(Token, usize)>,
    pub at: usize,
    pub scope: Scope,
    pub text: &'a str,
    /// Messages about names that mean nothing; the program is read on.
    pub unknown: Vec<String>,
    pub prelude: Known<'a>,
    pub modules: &'a Modules,
    pub levels: usize,
    /// Where the token taken last stands.
    pub taken: usize,
}

/// What is wrong with a program, as jq words it.
pub type Error = String;
pub type Parsed<T> = Result<T, Error>;

/// Nested terms and operators that are read.
const LEVELS: usize = 500;

/// Reads a program. `globals` are the variables it may use, outermost first.
pub fn program(text: &str, globals: &[String], prelude: Known, modules: &Modules) -> Result<Ast, Vec<Error>> {
    let mut scope = Scope::default();
    globals.iter().for_each(|name| scope.push(Entry::Variable(name.clone())));
    let mut parser = Parser::new(text, scope, prelude, modules).map_err(|error| vec![error])?;
    let parsed = parser.main();
    match parsed {
        Ok(_) if !parser.unknown.is_empty() => Err(parser.unknown),
        Ok(ast) => Ok(ast),
        Err(error) => Err(vec![error]),
    }
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, scope: Scope, prelude: Known<'a>, modules: &'a Modules) -> Parsed<Parser<'a>> {
        let mut parser = Parser { tokens: Vec::new(), at: 0, scope, text, unknown: Vec::new(), prelude, modules, levels: 0, taken: 0 };
        match tokens(text) {
            Ok(tokens) => parser.tokens = tokens,
            Err(place) => return Err(parser.message(place, "syntax error, unexpected INVALID_CHARACTER (Unix shell quoting issues?)")),
        }
        Ok(parser)
    }

    fn message(&self, place: usize, text: &str) -> Error {
        let line = self.text[..place.min(self.text.len())].matches('\n').count() + 1;
        format!("{text} at <top-level>, line {line}:\n{}", self.text)
    }

    pub fn fault<T>(&self, text: &str) -> Parsed<T> {
        Err(self.message(self.place(), text))
    }

    pub fn place(&self) -> usize {
        self.tokens[self.at].1
    }

    pub fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    pub fn after(&self) -> &Token {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].0
    }

    pub fn take(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        self.taken = self.at;
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    pub fn unexpected<T>(&self) -> Parsed<T> {
        self.unexpected_but("")
    }

    /// The token that comes does not fit, and what would.
    fn unexpected_but<T>(&self, expected: &str) -> Parsed<T> {
        let name = match self.peek() {
            Token::End => "end of file".to_string(),
            // What closes nothing is no token to jq.
            Token::Op(")" | "]" | "}") if !expected.is_empty() => "INVALID_CHARACTER".to_string(),
            Token::Op(op) => format!("'{op}'"),
            Token::Name(name) if KEYWORDS.contains(&name.as_str()) => format!("\"{name}\""),
            Token::Name(_) => "IDENT".to_string(),
            Token::Field(_) => "FIELD".to_string(),
            Token::Variable(_) => "'$'".to_string(),
            Token::Format(_) => "FORMAT".to_string(),
            Token::Number(_) => "LITERAL".to_string(),
            Token::Text(_) => "QQSTRING_START".to_string(),
        };
        self.fault(&format!("syntax error, unexpected {name}{expected} (Unix shell quoting issues?)"))
    }

    /// The token taken last does not fit.
    pub fn back<T>(&mut self) -> Parsed<T> {
        self.at = self.taken;
        self.unexpected()
    }

    pub fn is_op(&self, op: &str) -> bool {
        matches!(self.peek(), Token::Op(own) if *own == op)
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(own) if own == word)
    }

    pub fn eat(&mut self, op: &str) -> bool {
        let found = self.is_op(op);
        if found {
            self.take();
        }
        found
    }

    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.take();
        }
        found
    }

    pub fn expect(&mut self, op: &str) -> Parsed<()> {
        if self.eat(op) {
            Ok(())
        } else {
            self.unexpected()
        }
    }

    pub fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.eat_word(word) {
            Ok(())
        } else {
            self.unexpected()
        }
    }

    fn main(&mut self) -> Parsed<Ast> {
        let mut before = Vec::new();
        self.imports(&mut before)?;
        // A program of definitions alone passes its input on.
        let mut body = self.definitions(&mut before)?;
        if *self.peek() != Token::End {
            body = self.pipe()?;
        }
        if *self.peek() != Token::End {
            return self.unexpected_but(", expecting end of file");
        }
        Ok(wrap(before, body))
    }

    /// Leading definitions, left in scope.
    pub fn definitions(&mut self, before: &mut Vec<Before>) -> Parsed<Ast> {
        while self.is_word("def") {
            let def = self.definition()?;
            before.push(Before::Define(def));
        }
        Ok(Ast::Identity)
    }

    pub fn definition(&mut self) -> Parsed<Def> {
        self.expect_word("def")?;
        let Token::Name(name) = self.take() else {
            return self.back();
        };
        let mut params: Vec<(String, bool)> = Vec::new();
        if self.eat("(") {
            loop {
                match self.take() {
                    Token::Name(name) => params.push((name, false)),
                    Token::Variable(name) => params.push((name, true)),
                    _ => {
                        return self.back();
                    }
                }
                if !self.eat(";") {
                    break;
                }
            }
            self.expect(")")?;
        }
        self.expect(":")?;
        self.scope.push(Entry::Function(name, params.len()));
        let depth = self.scope.depth();
        params.iter().for_each(|(name, _)| self.scope.push(Entry::Function(name.clone(), 0)));
        params.iter().filter(|(_, bound)| *bound).for_each(|(name, _)| self.scope.push(Entry::Variable(name.clone())));
        let body = self.pipe();
        self.scope.leave(depth);
        let body = body?;
        self.expect(";")?;
        Ok(Def { params: params.into_iter().map(|(_, bound)| bound).collect(), body })
    }

    pub fn pipe(&mut self) -> Parsed<Ast> {
        self.levels += 1;
        if self.levels > LEVELS {
            return self.fault("syntax error, memory exhausted");
        }
        let depth = self.scope.depth();
        let parsed = self.pipe_inner();
        self.scope.leave(depth);
        self.levels -= 1;
        parsed
    }

    fn pipe_inner(&mut self) -> Parsed<Ast> {
        if self.is_word("def") {
            let def = self.definition()?;
            let rest = self.pipe()?;
            return Ok(Ast::Define(Box::new(def), Box::new(rest)));
        }
        if self.is_word("label") {
            self.take();
            let Token::Variable(name) = self.take() else { return self.back() };
            self.expect("|")?;
            self.scope.push(Entry::Label(name));
            return Ok(Ast::Label(Box::new(self.pipe()?)));
        }
        let left = self.comma()?;
        if self.eat("|") {
            return Ok(Ast::Pipe(Box::new(left), Box::new(self.pipe()?)));
        }
        Ok(left)
    }

    fn comma(&mut self) -> Parsed<Ast> {
        let mut left = self.alternative()?;
        while self.eat(",") {
            left = Ast::Comma(Box::new(left), Box::new(self.alternative()?));
        }
        Ok(left)
    }

    pub fn alternative(&mut self) -> Parsed<Ast> {
        let left = self.assignment()?;
        if self.eat("//") {
            return Ok(Ast::Alternative(Box::new(left), Box::new(self.alternative()?)));
        }
        Ok(left)
    }

    fn assignment(&mut self) -> Parsed<Ast> {
        let left = self.or()?;
        let Token::Op(op) = *self.peek() else { return Ok(left) };
        let arithmetic = match op {
            "=" | "|=" | "//=" => None,
            "+=" => Some(Op::Add),
            "-=" => Some(Op::Sub),
            "*=" => Some(Op::Mul),
            "/=" => Some(Op::Div),
            "%=" => Some(Op::Mod),
            _ => return Ok(left),
        };
        self.take();
        let right = self.or()?;
        let (left, right) = (Box::new(left), Box::new(right));
        Ok(match op {
            "=" => Ast::Assign(left, right),
            "|=" => Ast::Update(left, right),
            _ => Ast::Arithmetic(arithmetic, left, right),
        })
    }

    fn or(&mut self) -> Parsed<Ast> {
        let mut left = self.and()?;
        while self.eat_word("or") {
            left = Ast::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Ast> {
        let mut left = self.comparison()?;
        while self.eat_word("and") {
            left = Ast::And(Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn binary(&mut self, list: &[(&str, Op)]) -> Option<Op> {
        let found = list.iter().find(|(op, _)| self.is_op(op))?.1;
        self.take();
        Some(found)
    }

    fn comparison(&mut self) -> Parsed<Ast> {
        const LIST: [(&str, Op); 6] = [("==", Op::Eq), ("!=", Op::Ne), ("<=", Op::Le), (">=", Op::Ge), ("<", Op::Lt), (">", Op::Gt)];
        let left = self.sum()?;
        let Some(op) = self.binary(&LIST) else { return Ok(left) };
        let right = self.sum()?;
        if LIST.iter().any(|(op, _)| self.is_op(op)) {
            return self.unexpected();
        }
        Ok(Ast::Binary(op, Box::new(left), Box::new(right)))
    }

    fn sum(&mut self) -> Parsed<Ast> {
        let mut left = self.product()?;
        while let Some(op) = self.binary(&[("+", Op::Add), ("-", Op::Sub)]) {
            left = Ast::Binary(op, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Ast> {
        if self.eat("-") {
            return Ok(Ast::Negate(Box::new(self.product()?)));
        }
        let mut left = self.postfix()?;
        while let Some(op) = self.binary(&[("*", Op::Mul), ("/", Op::Div), ("%", Op::Mod)]) {
            left = Ast::Binary(op, Box::new(left), Box::new(self.signed()?));
        }
        Ok(left)
    }

    fn signed(&mut self) -> Parsed<Ast> {
        if self.eat("-") {
            return Ok(Ast::Negate(Box::new(self.signed()?)));
        }
        self.postfix()
    }

    /// A term, and what it is bound to by `as`.
    pub fn postfix(&mut self) -> Parsed<Ast> {
        let term = self.term()?;
        if !self.eat_word("as") {
            return Ok(term);
        }
        let patterns = self.patterns()?;
        self.expect("|")?;
        let body = self.pipe()?;
        Ok(Ast::As(Box::new(term), patterns, Box::new(body)))
    }

    /// Patterns, whose variables come into scope.
    pub fn patterns(&mut self) -> Parsed<Patterns> {
        let mut names = Vec::new();
        let mut list = vec![self.pattern(&mut names)?];
        while self.eat("?//") {
            list.push(self.pattern(&mut names)?);
        }
        names.iter().for_each(|name: &String| self.scope.push(Entry::Variable(name.clone())));
        Ok(Patterns { count: names.len(), list })
    }

    fn pattern(&mut self, names: &mut Vec<String>) -> Parsed<Pattern> {
        if let Token::Variable(name) = self.peek().clone() {
            self.take();
            return Ok(Pattern::Var(number_of(name, names)));
        }
        if self.eat("[") {
            let mut items = vec![self.pattern(names)?];
            while self.eat(",") {
                items.push(self.pattern(names)?);
            }
            self.expect("]")?;
            return Ok(Pattern::Array(items));
        }
        self.expect("{")?;
        let mut entries = vec![self.entry_pattern(names)?];
        while self.eat(",") {
            entries.push(self.entry_pattern(names)?);
        }
        self.expect("}")?;
        Ok(Pattern::Object(entries))
    }

    fn entry_pattern(&mut self, names: &mut Vec<String>) -> Parsed<(Ast, Option<usize>, Option<Pattern>)> {
        let (key, variable) = match self.peek().clone() {
            Token::Variable(name) => {
                self.take();
                let key = Ast::Literal(name.as_str().into());
                (key, Some(number_of(name, names)))
            }
            Token::Name(name) => {
                self.take();
                (Ast::Literal(name.as_str().into()), None)
            }
            Token::Text(_) | Token::Format(_) => (self.term()?, None),
            _ => {
                self.expect("(")?;
                let key = self.pipe()?;
                self.expect(")")?;
                (key, None)
            }
        };
        if variable.is_some() && !self.is_op(":") {
            return Ok((key, variable, None));
        }
        self.expect(":")?;
        Ok((key, variable, Some(self.pattern(names)?)))
    }
}

/// What comes before a program's body.
pub enum Before {
    Define(Def),
    Bind(crate::value::Value),
}

/// A body with what comes before it.
pub fn wrap(before: Vec<Before>, body: Ast) -> Ast {
    before.into_iter().rev().fold(body, |body, before| match before {
        Before::Define(def) => Ast::Define(Box::new(def), Box::new(body)),
        Before::Bind(value) => {
            let one = Patterns { count: 1, list: vec![Pattern::Var(0)] };
            Ast::As(Box::new(Ast::Literal(value)), one, Box::new(body))
        }
    })
}

fn number_of(name: String, names: &mut Vec<String>) -> usize {
    names.iter().position(|own| *own == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

pub const KEYWORDS: [&str; 19] = [
    "def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label", "import", "include", "and", "or",
    "__loc__", "__prog_args", "break",
];
