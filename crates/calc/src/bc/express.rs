//! bc's expressions.

use std::rc::Rc;

use super::code::{Binary, Op, Place, Unary};
use super::lex::Token;
use super::parse::{zero, Parsed, Parser};
use super::run::constant;

/// What an expression is, beside its value.
#[derive(Clone, Copy, Default)]
pub(super) struct Value {
    /// As a statement it prints its value.
    pub prints: bool,
    pub void: bool,
    pub compares: bool,
}

const PRINTS: Value = Value { prints: true, void: false, compares: false };

/// How tightly operators bind.
const NOT: u8 = 3;
const ASSIGN: u8 = 5;
const UNARY: u8 = 9;

fn binary(token: &Token) -> Option<(u8, Binary)> {
    let Token::Sign(sign) = token else { return None };
    Some(match *sign {
        "==" => (4, Binary::Equal),
        "!=" => (4, Binary::Unequal),
        "<" => (4, Binary::Less),
        "<=" => (4, Binary::AtMost),
        ">" => (4, Binary::Greater),
        ">=" => (4, Binary::AtLeast),
        "+" => (6, Binary::Add),
        "-" => (6, Binary::Sub),
        "*" => (7, Binary::Mul),
        "/" => (7, Binary::Div),
        "%" => (7, Binary::Rem),
        "^" => (8, Binary::Pow),
        _ => return None,
    })
}

impl Parser {
    /// An expression of operators that bind at least so tightly.
    pub(super) fn expression(&mut self, least: u8) -> Parsed<Value> {
        let mut value = self.deeper(Self::prefix)?;
        loop {
            if (self.at("||") && least <= 1) || (self.at("&&") && least <= 2) {
                value = self.logical(value)?;
                continue;
            }
            let Some((binds, op)) = binary(&self.token).filter(|(binds, _)| *binds >= least) else { return Ok(value) };
            let Token::Sign(sign) = self.advance() else { return self.syntax() };
            let right = self.deeper(|parser| parser.expression(if op == Binary::Pow { binds } else { binds + 1 }))?;
            if value.void || right.void {
                let what = if binds == 4 { "comparison" } else { sign };
                self.lexer.complain(&format!("void expression with {what}"));
            }
            self.code.push(Op::Binary(op));
            let compares = binds == 4 || value.compares || right.compares;
            value = Value { compares, ..PRINTS };
        }
    }

    fn logical(&mut self, left: Value) -> Parsed<Value> {
        let and = self.at("&&");
        let sign = if and { "&&" } else { "||" };
        self.beyond_posix(&format!("{sign} operator"));
        self.advance();
        let short = self.code.jump(if and { Op::JumpIfZero } else { Op::JumpUnlessZero });
        let right = self.expression(if and { 3 } else { 2 })?;
        if left.void || right.void {
            self.lexer.complain(&format!("void expression with {sign}"));
        }
        self.code.push(Op::Unary(Unary::Truth));
        let end = self.code.jump(Op::Jump);
        self.code.land(short);
        self.code.push(if and { zero() } else { Op::Number(Rc::new((b"1".to_vec(), 1.into()))) });
        self.code.land(end);
        Ok(Value { prints: left.prints || right.prints, void: false, compares: left.compares || right.compares })
    }

    fn prefix(&mut self) -> Parsed<Value> {
        match self.token.clone() {
            Token::Sign(sign @ ("-" | "!")) => {
                self.advance();
                let value = self.expression(if sign == "-" { UNARY } else { NOT + 1 })?;
                if sign == "!" {
                    self.beyond_posix("! operator");
                }
                if value.void {
                    self.lexer.complain(&format!("void expression with {}", if sign == "-" { "unary -" } else { "!" }));
                }
                self.code.push(Op::Unary(if sign == "-" { Unary::Negate } else { Unary::Not }));
                Ok(Value { compares: value.compares, ..PRINTS })
            }
            Token::Sign(sign @ ("++" | "--")) => {
                self.advance();
                let Some(place) = self.named()? else { return self.syntax() };
                self.code.push(Op::Step { place, up: sign == "++", behind: false });
                Ok(PRINTS)
            }
            Token::Sign("(") => {
                self.advance();
                let value = self.expression(0)?;
                self.expect(")")?;
                Ok(Value { void: value.void, compares: value.compares, prints: !value.void })
            }
            Token::Number(text) => {
                self.advance();
                let value = constant(&text, 10);
                self.code.push(Op::Number(Rc::new((text, value))));
                Ok(PRINTS)
            }
            Token::Word("length") => self.of(Unary::Length),
            Token::Word("sqrt") => self.of(Unary::Sqrt),
            Token::Word(word @ ("read" | "random")) => {
                self.beyond_posix(&format!("{word} function"));
                self.advance();
                self.expect("(")?;
                self.expect(")")?;
                self.code.push(if word == "read" { Op::Read } else { Op::Random });
                Ok(PRINTS)
            }
            Token::Name(_) | Token::Word(_) => self.name(),
            _ => self.syntax(),
        }
    }

    /// A function of the language and its argument.
    fn of(&mut self, function: Unary) -> Parsed<Value> {
        self.advance();
        self.expect("(")?;
        if self.expression(0)?.void {
            self.lexer.complain("void expression as an argument");
        }
        self.expect(")")?;
        self.code.push(Op::Unary(function));
        Ok(PRINTS)
    }

    /// A variable, element or special one; none if something else is here.
    fn named(&mut self) -> Parsed<Option<Place>> {
        match self.token.clone() {
            Token::Word(word @ ("ibase" | "obase" | "scale" | "last" | "history" | ".")) => {
                self.advance();
                Ok(Some(self.place(word)))
            }
            Token::Name(name) => {
                self.advance();
                self.check_name(&name);
                self.variable(&name).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn variable(&mut self, name: &str) -> Parsed<Place> {
        if !self.take("[") {
            return Ok(Place::Variable(self.variables.number(name)));
        }
        if self.expression(0)?.void {
            self.lexer.complain("void expression as subscript");
        }
        self.expect("]")?;
        Ok(Place::Element(self.arrays.number(name)))
    }

    /// What starts with a name: a call, an assignment or a value.
    fn name(&mut self) -> Parsed<Value> {
        if let Token::Name(name) = self.token.clone() {
            self.advance();
            self.check_name(&name);
            if self.at("(") {
                return self.call(&name);
            }
            let place = self.variable(&name)?;
            return self.behind(place);
        }
        let scale = self.at_word("scale");
        let Some(place) = self.named()? else { return self.syntax() };
        if !(scale && self.take("(")) {
            return self.behind(place);
        }
        if self.expression(0)?.void {
            self.lexer.complain("void expression as an argument");
        }
        self.expect(")")?;
        self.code.push(Op::Unary(Unary::Scale));
        Ok(PRINTS)
    }

    /// What may stand behind a variable.
    fn behind(&mut self, place: Place) -> Parsed<Value> {
        match self.token {
            Token::Sign(sign @ ("++" | "--")) => {
                self.advance();
                self.code.push(Op::Step { place, up: sign == "++", behind: true });
                Ok(PRINTS)
            }
            Token::Sign(sign @ ("=" | "+=" | "-=" | "*=" | "/=" | "%=" | "^=")) => {
                self.advance();
                let op = binary(&Token::Sign(&sign[..sign.len() - 1]));
                if op.is_some() {
                    if let Place::Element(_) = place {
                        self.code.push(Op::Duplicate);
                    }
                    self.code.push(Op::Load(place));
                }
                let value = self.expression(ASSIGN)?;
                if value.void {
                    self.lexer.complain("Assignment of a void expression");
                }
                if let Some((_, op)) = op {
                    self.code.push(Op::Binary(op));
                }
                self.code.push(Op::Store(place));
                Ok(Value { compares: value.compares, ..Value::default() })
            }
            _ => {
                self.code.push(Op::Load(place));
                Ok(PRINTS)
            }
        }
    }

    fn call(&mut self, name: &str) -> Parsed<Value> {
        let mut kinds = Vec::new();
        self.advance();
        while !self.at(")") {
            kinds.push(self.argument()?);
            if !self.take(",") {
                break;
            }
            if self.at(")") {
                return self.syntax();
            }
        }
        self.expect(")")?;
        let number = self.functions.number(name);
        self.code.push(Op::Call(number, kinds.into()));
        let void = self.voids.contains(&number);
        Ok(Value { prints: !void, void, compares: false })
    }

    /// True for an array.
    fn argument(&mut self) -> Parsed<bool> {
        if let Token::Name(name) = self.token.clone() {
            if self.lexer.is_array_argument() {
                (0..3).for_each(|_| drop(self.advance()));
                let number = self.arrays.number(&name);
                self.code.push(Op::Array(number));
                return Ok(true);
            }
        }
        if self.expression(0)?.void {
            self.lexer.complain("void argument");
        }
        Ok(false)
    }
}
