//! Expressions, by precedence from the loosest to the tightest.

use std::rc::Rc;

use posix_regex::{Regex, Syntax};

use crate::ast::*;
use crate::builtin::{self, Builtin};
use crate::lex::{Keyword, Token};
use crate::parse::{Parser, Result};
use crate::text::Text;

/// Where an expression stands: in `print` operands a `>` is a redirection.
#[derive(Clone, Copy)]
struct Context {
    print: bool,
}

impl Parser<'_> {
    pub fn expression(&mut self) -> Result<Expr> {
        self.ternary(Context { print: false })
    }

    pub fn print_expression(&mut self) -> Result<Expr> {
        self.ternary(Context { print: true })
    }

    fn ternary(&mut self, context: Context) -> Result<Expr> {
        self.depth += 1;
        if self.depth > 400 {
            return self.fail("\u{1}error: expressions are nested too deeply");
        }
        let condition = self.or(context)?;
        let value = if self.accept("?")? {
            self.newlines()?;
            let then = self.ternary(context)?;
            self.newlines()?;
            self.expect(":")?;
            self.newlines()?;
            let otherwise = self.ternary(context)?;
            Expr::Cond(Box::new(condition), Box::new(then), Box::new(otherwise))
        } else {
            self.assignment(condition, context)?
        };
        self.depth -= 1;
        Ok(value)
    }

    /// The rest of an assignment, if one follows.
    fn assignment(&mut self, left: Expr, context: Context) -> Result<Expr> {
        let op = match self.token {
            Token::Op("=") => None,
            Token::Op("+=") => Some(BinaryOp::Add),
            Token::Op("-=") => Some(BinaryOp::Sub),
            Token::Op("*=") => Some(BinaryOp::Mul),
            Token::Op("/=") => Some(BinaryOp::Div),
            Token::Op("%=") => Some(BinaryOp::Mod),
            Token::Op("^=") => Some(BinaryOp::Pow),
            _ => return Ok(left),
        };
        self.assign_to(left, op, context)
    }

    /// Assigns to the last operand: `1 == x = 2`, `!x = y` and `a && b = c` mean that operand, as the grammar's ambiguity has it.
    fn assign_to(&mut self, left: Expr, op: Option<BinaryOp>, context: Context) -> Result<Expr> {
        let wrap = |this: &mut Self, inner: Box<Expr>| this.assign_to(*inner, op, context).map(Box::new);
        match left {
            left if left.is_lvalue() => {
                self.advance()?;
                self.newlines()?;
                let right = self.ternary(context)?;
                Ok(match op {
                    None => Expr::Assign(Box::new(left), Box::new(right)),
                    Some(op) => Expr::AssignOp(op, Box::new(left), Box::new(right)),
                })
            }
            Expr::Not(inner) => Ok(Expr::Not(wrap(self, inner)?)),
            Expr::Negate(inner) => Ok(Expr::Negate(wrap(self, inner)?)),
            Expr::And(a, b) => Ok(Expr::And(a, wrap(self, b)?)),
            Expr::Or(a, b) => Ok(Expr::Or(a, wrap(self, b)?)),
            Expr::Compare(o, a, b) => Ok(Expr::Compare(o, a, wrap(self, b)?)),
            Expr::Concat(a, b) => Ok(Expr::Concat(a, wrap(self, b)?)),
            Expr::Match { negated, text, pattern: Pattern::Dynamic(inner) } => {
                Ok(Expr::Match { negated, text, pattern: Pattern::Dynamic(wrap(self, inner)?) })
            }
            _ => self.unexpected(),
        }
    }

    fn or(&mut self, context: Context) -> Result<Expr> {
        let mut left = self.and(context)?;
        while self.accept("||")? {
            self.newlines()?;
            left = Expr::Or(Box::new(left), Box::new(self.and(context)?));
        }
        Ok(left)
    }

    fn and(&mut self, context: Context) -> Result<Expr> {
        let mut left = self.membership(context)?;
        while self.accept("&&")? {
            self.newlines()?;
            left = Expr::And(Box::new(left), Box::new(self.membership(context)?));
        }
        Ok(left)
    }

    fn membership(&mut self, context: Context) -> Result<Expr> {
        let mut left = self.matching(context)?;
        while self.is_keyword(Keyword::In) {
            self.advance()?;
            let array = self.primary()?;
            let subscripts = match left {
                Expr::Group(items) => items,
                other => vec![other],
            };
            left = Expr::In(subscripts, Box::new(array));
        }
        if matches!(&left, Expr::Group(items) if items.len() > 1) && !context.print {
            return self.unexpected();
        }
        Ok(left)
    }

    fn matching(&mut self, context: Context) -> Result<Expr> {
        let mut left = self.comparison(context)?;
        loop {
            let negated = match self.token {
                Token::Op("~") => false,
                Token::Op("!~") => true,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.comparison(context)?;
            left = Expr::Match { negated, text: Box::new(left), pattern: as_pattern(right) };
        }
    }

    fn comparison(&mut self, context: Context) -> Result<Expr> {
        let mut left = self.concatenation()?;
        loop {
            let op = match self.token {
                Token::Op("<") => CompareOp::Less,
                Token::Op("<=") => CompareOp::LessEqual,
                Token::Op("==") => CompareOp::Equal,
                Token::Op("!=") => CompareOp::NotEqual,
                Token::Op(">") if !context.print => CompareOp::Greater,
                Token::Op(">=") => CompareOp::GreaterEqual,
                Token::Op("|") | Token::Op("|&") => match self.pipe_getline(left, context.print)? {
                    (expr, true) => {
                        left = expr;
                        continue;
                    }
                    (expr, false) => return Ok(expr),
                },
                _ if matches!(left, Expr::Getline { .. }) && self.begins_operand() => {
                    let right = self.concatenation()?;
                    left = Expr::Concat(Box::new(left), Box::new(right));
                    continue;
                }
                _ => return Ok(left),
            };
            if matches!(left, Expr::Compare(..)) {
                // Comparisons do not associate.
                return self.unexpected();
            }
            self.advance()?;
            let right = self.concatenation()?;
            left = Expr::Compare(op, Box::new(left), Box::new(right));
        }
    }

    /// `command | getline`; false where the bar is print's.
    fn pipe_getline(&mut self, command: Expr, print: bool) -> Result<(Expr, bool)> {
        let coprocess = self.is("|&");
        let mark = (self.lexer.at, self.lexer.line, self.lexer.start, self.token.clone(), self.line);
        self.advance()?;
        if !self.is_keyword(Keyword::Getline) {
            if !print {
                return self.unexpected();
            }
            (self.lexer.at, self.lexer.line, self.lexer.start, self.token, self.line) = mark;
            return Ok((command, false));
        }
        self.advance()?;
        let target = self.getline_target()?;
        let command = Box::new(command);
        let source = if coprocess { GetlineSource::Coprocess(command) } else { GetlineSource::Command(command) };
        Ok((Expr::Getline { source, target }, true))
    }

    fn getline_target(&mut self) -> Result<Option<Box<Expr>>> {
        match self.token {
            Token::Op("$") | Token::Name(_) => {
                let target = self.primary()?;
                Ok(Some(Box::new(target)))
            }
            _ => Ok(None),
        }
    }

    pub fn concatenation(&mut self) -> Result<Expr> {
        let mut left = self.additive()?;
        while self.begins_operand() {
            let right = self.additive()?;
            left = Expr::Concat(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn begins_operand(&self) -> bool {
        match &self.token {
            Token::Number(_) | Token::String(_) | Token::Name(_) | Token::FuncName(_) | Token::StrongRegex(_) => true,
            Token::Op(op) => matches!(*op, "$" | "(" | "++" | "--" | "@"),
            _ => false,
        }
    }

    fn additive(&mut self) -> Result<Expr> {
        let mut left = self.multiplicative()?;
        loop {
            let op = match self.token {
                Token::Op("+") => BinaryOp::Add,
                Token::Op("-") => BinaryOp::Sub,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.multiplicative()?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
    }

    fn multiplicative(&mut self) -> Result<Expr> {
        let mut left = self.unary()?;
        loop {
            let op = match self.token {
                Token::Op("*") => BinaryOp::Mul,
                Token::Op("/") => BinaryOp::Div,
                Token::Op("%") => BinaryOp::Mod,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.unary()?;
            match (op, &right) {
                (BinaryOp::Div, Expr::Num(0.0)) => return self.fail("\u{1}error: division by zero attempted"),
                (BinaryOp::Mod, Expr::Num(0.0)) => return self.fail("\u{1}error: division by zero attempted in `%'"),
                _ => {}
            }
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
    }

    pub fn unary(&mut self) -> Result<Expr> {
        self.depth += 1;
        if self.depth > 400 {
            return self.fail("\u{1}error: expressions are nested too deeply");
        }
        let value = match self.token {
            Token::Op("!") => {
                self.advance()?;
                Expr::Not(Box::new(self.unary()?))
            }
            Token::Op("-") => {
                self.advance()?;
                Expr::Negate(Box::new(self.unary()?))
            }
            Token::Op("+") => {
                self.advance()?;
                Expr::Plus(Box::new(self.unary()?))
            }
            _ => self.power()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn power(&mut self) -> Result<Expr> {
        let left = self.postfix()?;
        if !self.accept("^")? {
            return Ok(left);
        }
        // The exponent may have a sign, and the operator groups to the right.
        let right = match self.token {
            Token::Op("-") => {
                self.advance()?;
                Expr::Negate(Box::new(self.signed_power()?))
            }
            _ => self.signed_power()?,
        };
        Ok(Expr::Binary(BinaryOp::Pow, Box::new(left), Box::new(right)))
    }

    fn signed_power(&mut self) -> Result<Expr> {
        match self.token {
            Token::Op("+" | "!" | "-") => self.unary(),
            _ => self.power(),
        }
    }

    fn postfix(&mut self) -> Result<Expr> {
        let target = self.primary()?;
        if target.is_lvalue() {
            let by = match self.token {
                Token::Op("++") => 1.0,
                Token::Op("--") => -1.0,
                _ => return Ok(target),
            };
            self.advance()?;
            return Ok(Expr::Increment { target: Box::new(target), by, postfix: true });
        }
        Ok(target)
    }

    pub fn primary(&mut self) -> Result<Expr> {
        match self.advance_or_regex()? {
            Token::Number(n) => Ok(Expr::Num(n)),
            Token::String(text) => Ok(Expr::Str(text)),
            Token::StrongRegex(text) => Ok(Expr::StrongRegex(text)),
            Token::Regex(text) => self.constant_pattern(text).map(Expr::Regex),
            Token::Op("$") => self.field(),
            Token::Op("(") => self.group(),
            Token::Op(op @ ("++" | "--")) => {
                let by = if op == "++" { 1.0 } else { -1.0 };
                let target = self.primary()?;
                if !target.is_lvalue() {
                    return self.fail("syntax error");
                }
                Ok(Expr::Increment { target: Box::new(target), by, postfix: false })
            }
            Token::Op("-") => Ok(Expr::Negate(Box::new(self.unary()?))),
            Token::Op("+") => Ok(Expr::Plus(Box::new(self.unary()?))),
            Token::Op("!") => Ok(Expr::Not(Box::new(self.unary()?))),
            Token::Op("@") => self.indirect_call(),
            Token::Keyword(Keyword::Getline) => self.simple_getline(),
            Token::FuncName(name) => self.call(name),
            Token::Name(name) => self.name(name),
            _ => self.unexpected(),
        }
    }

    /// Takes the token; where an operand must come, a slash begins a regular expression.
    fn advance_or_regex(&mut self) -> Result<Token> {
        let slash = match self.token {
            Token::Op("/") => false,
            Token::Op("/=") => true,
            Token::End | Token::Newline | Token::Keyword(_) if !self.is_keyword(Keyword::Getline) => return self.unexpected(),
            Token::Op(op) if !matches!(op, "$" | "(" | "++" | "--" | "-" | "+" | "!" | "@") => return self.unexpected(),
            _ => return self.advance(),
        };
        if slash {
            self.lexer.at -= 1;
        }
        match self.lexer.regex() {
            Ok(token) => {
                self.token = token;
                self.advance()
            }
            Err(message) => self.fail(&message),
        }
    }

    fn constant_pattern(&mut self, source: Text) -> Result<Pattern> {
        match Regex::new(&source, Syntax::Awk, false, false) {
            Ok(plain) => Ok(Pattern::Constant { source, plain: Rc::new(plain) }),
            Err(error) => self.fail(&format!("\u{1}error: {error}: /{}/", crate::text::show(&source))),
        }
    }

    fn field(&mut self) -> Result<Expr> {
        self.depth += 1;
        if self.depth > 400 {
            return self.fail("\u{1}error: expressions are nested too deeply");
        }
        let index = match self.token {
            Token::Op("-" | "+" | "!") => self.unary()?,
            _ => self.primary()?,
        };
        self.depth -= 1;
        Ok(Expr::Field(Box::new(index)))
    }

    fn group(&mut self) -> Result<Expr> {
        self.newlines()?;
        let mut items = vec![self.expression()?];
        self.newlines()?;
        while self.accept(",")? {
            self.newlines()?;
            items.push(self.expression()?);
            self.newlines()?;
        }
        self.expect(")")?;
        if items.len() > 1 && !self.is_keyword(Keyword::In) && !matches!(self.token, Token::Newline | Token::End | Token::Op(";" | "}" | ">" | ">>" | "|" | "|&")) {
            return self.unexpected();
        }
        Ok(Expr::Group(items))
    }

    fn simple_getline(&mut self) -> Result<Expr> {
        let target = self.getline_target()?;
        if self.accept("<")? {
            let file = self.postfix()?;
            return Ok(Expr::Getline { source: GetlineSource::File(Box::new(file)), target });
        }
        Ok(Expr::Getline { source: GetlineSource::Main, target })
    }

    fn name(&mut self, name: String) -> Result<Expr> {
        if name == "length" && !self.is("(") {
            return Ok(Expr::Builtin(Builtin::Length, vec![]));
        }
        if builtin::find(&name).is_some() {
            // A space may come before a built-in function's parenthesis.
            if self.is("(") {
                return self.call(name);
            }
            return self.unexpected();
        }
        let var = self.var(&name);
        let mut target = Expr::Var(var);
        while self.is("[") {
            self.advance()?;
            let mut subscripts = vec![self.expression()?];
            while self.accept(",")? {
                self.newlines()?;
                subscripts.push(self.expression()?);
            }
            self.expect("]")?;
            target = Expr::Index(Box::new(target), subscripts);
        }
        Ok(target)
    }

    fn arguments(&mut self) -> Result<Vec<Expr>> {
        self.expect("(")?;
        self.newlines()?;
        let mut list = vec![];
        while !self.is(")") {
            list.push(self.expression()?);
            self.newlines()?;
            if !self.accept(",")? {
                break;
            }
            self.newlines()?;
        }
        self.closed_at = self.lexer.at;
        self.expect(")")?;
        Ok(list)
    }

    fn indirect_call(&mut self) -> Result<Expr> {
        match self.advance()? {
            Token::FuncName(name) => {
                let var = self.var(&name);
                Ok(Expr::IndirectCall(var, self.arguments()?))
            }
            _ => self.unexpected(),
        }
    }

    fn call(&mut self, name: String) -> Result<Expr> {
        let Some((builtin, least, most)) = builtin::find(&name) else {
            let index = self.function_index(&name);
            let arguments = self.arguments()?;
            return Ok(Expr::Call(index, arguments));
        };
        let mut arguments = self.arguments()?;
        if arguments.len() < least || arguments.len() > most {
            self.lexer.start = self.closed_at - 1;
            return self.fail(&format!("{} is invalid as number of arguments for {name}", arguments.len()));
        }
        if matches!(builtin, Builtin::Sub | Builtin::Gsub) && arguments.len() == 2 {
            arguments.push(Expr::Field(Box::new(Expr::Num(0.0))));
        }
        Ok(Expr::Builtin(builtin, arguments))
    }
}

/// An operand that is used as a pattern.
pub fn as_pattern(expr: Expr) -> Pattern {
    match expr {
        Expr::Regex(pattern) => pattern,
        other => Pattern::Dynamic(Box::new(other)),
    }
}

/// A constant pattern as written.
pub fn pattern_source(pattern: &Pattern) -> Option<&Text> {
    match pattern {
        Pattern::Constant { source, .. } => Some(source),
        Pattern::Dynamic(_) => None,
    }
}
