//! The built-in functions on numbers, files and the system; those on text are in `strings`, on time in `time`.

use crate::ast::*;
use crate::builtin::Builtin;
use crate::interp::{fatal, Interp, Res};
use crate::text::{char_count, Text};
use crate::value::Value;

impl<'a> Interp<'a> {
    pub fn builtin(&mut self, builtin: Builtin, args: &'a [Expr]) -> Res<Value> {
        use Builtin::*;
        match builtin {
            Length => self.length(args),
            Sub | Gsub => self.substitute(args, builtin == Gsub),
            Gensub => self.gensub(args),
            Match => self.match_function(args),
            Split => self.split_function(args),
            Patsplit => self.patsplit(args),
            Sprintf => {
                let mut out = Vec::new();
                self.format(args, &mut out)?;
                Ok(Value::Str(Text::from(out)))
            }
            Index | Substr | Tolower | Toupper | Strtonum => self.string_function(builtin, args),
            Asort | Asorti => self.sort_function(args, builtin == Asorti),
            Typeof | IsArray => self.type_function(args, builtin == IsArray),
            Close | Fflush | System => self.io_function(builtin, args),
            Strftime | Mktime | Systime => self.time_function(builtin, args),
            And | Or | Xor | Compl | Lshift | Rshift => self.bit_function(builtin, args),
            _ => self.number_function(builtin, args),
        }
    }

    fn length(&mut self, args: &'a [Expr]) -> Res<Value> {
        let count = match args.first() {
            None => {
                self.rebuild_record();
                char_count(self.record.text())
            }
            Some(arg) => match self.array_argument(arg)? {
                Some(array) => array.borrow().len(),
                None => {
                    let text = self.eval(arg)?.text(&self.special.convfmt);
                    char_count(&text)
                }
            },
        };
        Ok(Value::Num(count as f64))
    }

    /// The array that an argument already is.
    pub fn array_argument(&mut self, arg: &'a Expr) -> Res<Option<crate::value::ArrayRef>> {
        let value = match arg {
            Expr::Var(var @ (Var::Global(_) | Var::Local(_))) => self.var(*var),
            Expr::Index(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let array = array.borrow();
                array.get(&key).cloned().unwrap_or_default()
            }
            _ => return Ok(None),
        };
        Ok(match value {
            Value::Array(array) => Some(array),
            Value::Maybe(array) if array.borrow().len() > 0 => Some(array),
            _ => None,
        })
    }

    fn type_function(&mut self, args: &'a [Expr], is_array: bool) -> Res<Value> {
        let array = self.array_argument(&args[0])?.is_some();
        if is_array {
            return Ok(Value::bool(array));
        }
        if array {
            return Ok(Value::str(b"array"));
        }
        let value = match &args[0] {
            Expr::Var(var) => self.var(*var),
            Expr::Index(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let value = array.borrow_mut().slot(&key).clone();
                value
            }
            other => self.eval(other)?,
        };
        let field = matches!(args[0], Expr::Field(_));
        Ok(Value::str(match value {
            Value::Num(_) => b"number",
            Value::Str(_) => b"string",
            Value::Input(text) if field && text.is_empty() && !self.has_field(&args[0])? => b"unassigned",
            Value::Input(text) if crate::number::looks_numeric(&text).is_some() => b"strnum",
            Value::Input(_) => b"string",
            Value::Regex(_) => b"regexp",
            _ if field => b"unassigned",
            _ => b"untyped",
        }))
    }

    fn has_field(&mut self, field: &'a Expr) -> Res<bool> {
        let Expr::Field(index) = field else { return Ok(true) };
        let index = self.eval_num(index)?;
        self.split_record();
        Ok(index as usize <= self.record.count())
    }

    fn io_function(&mut self, builtin: Builtin, args: &'a [Expr]) -> Res<Value> {
        let mut texts = Vec::new();
        for arg in args {
            let text = self.eval(arg)?.text(&self.special.convfmt);
            texts.push(text);
        }
        let done = match (builtin, texts.first()) {
            (Builtin::System, Some(command)) => self.io.flush_each().map(|()| self.io.system(command)),
            (Builtin::Close, Some(name)) => self.io.close(name, texts.get(1).map(|t| &t[..])),
            (Builtin::Fflush, Some(name)) if !name.is_empty() && &name[..] != b"/dev/stdout" => self.io.flush(name),
            _ => self.io.flush_each().map(|()| 0.0),
        };
        done.map_or_else(fatal, |number| Ok(Value::Num(number)))
    }

    fn bit_function(&mut self, builtin: Builtin, args: &'a [Expr]) -> Res<Value> {
        let mut numbers = Vec::new();
        for arg in args {
            let n = self.eval_num(arg)?;
            if n < 0.0 {
                let name = format!("{builtin:?}").to_lowercase();
                return fatal(format!("{name}: argument {} negative value {n} is not allowed", numbers.len() + 1));
            }
            numbers.push(n as u64);
        }
        let all = |f: fn(u64, u64) -> u64| numbers.iter().copied().reduce(f).unwrap_or(0);
        let shift = || u32::try_from(numbers[1]).unwrap_or(64);
        // What a double holds exactly.
        const MASK: u64 = (1 << 53) - 1;
        Ok(Value::Num(match builtin {
            Builtin::And => all(|a, b| a & b),
            Builtin::Or => all(|a, b| a | b),
            Builtin::Xor => all(|a, b| a ^ b),
            Builtin::Compl => !numbers[0] & MASK,
            Builtin::Lshift => numbers[0].checked_shl(shift()).unwrap_or(0) & MASK,
            _ => numbers[0].checked_shr(shift()).unwrap_or(0),
        } as f64))
    }

    fn number_function(&mut self, builtin: Builtin, args: &'a [Expr]) -> Res<Value> {
        let mut numbers = [0.0; 2];
        for (number, arg) in numbers.iter_mut().zip(args) {
            *number = self.eval_num(arg)?;
        }
        let [x, y] = numbers;
        Ok(Value::Num(match builtin {
            Builtin::Atan2 => x.atan2(y),
            Builtin::Cos => x.cos(),
            Builtin::Sin => x.sin(),
            Builtin::Exp => {
                let result = x.exp();
                if result.is_infinite() && x.is_finite() {
                    self.warn(&format!("exp: argument {x} is out of range"));
                }
                result
            }
            Builtin::Int => x.trunc(),
            Builtin::MkBool => f64::from(u8::from(x != 0.0)),
            Builtin::Log | Builtin::Sqrt if x < 0.0 => {
                let name = if builtin == Builtin::Log { "log" } else { "sqrt" };
                self.warn(&format!("{name}: received negative argument {x}"));
                -f64::NAN.abs()
            }
            Builtin::Log => x.ln(),
            Builtin::Sqrt => x.sqrt(),
            Builtin::Rand => self.rand(),
            _ => {
                let old = self.seed;
                self.seed = if args.is_empty() { crate::time::now().floor() } else { x };
                self.random = self.seed.to_bits() ^ 0x9e37_79b9_7f4a_7c15;
                // The first numbers after close seeds would be close themselves.
                for _ in 0..8 {
                    self.rand();
                }
                old
            }
        }))
    }

    /// Between 0 and 1 (xorshift64*).
    fn rand(&mut self) -> f64 {
        let mut x = self.random.max(1);
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.random = x;
        (x.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }
}
