//! Evaluates expressions.

use std::cmp::Ordering;

use crate::ast::*;
use crate::interp::{as_array, fatal, new_array, Interp, Res};
use crate::number;
use crate::text::Text;
use crate::value::{push_number, Value};

/// How deep functions may call each other before the stack would end.
const MAX_CALLS: usize = if cfg!(target_family = "wasm") { 1000 } else { 10_000 };

impl<'a> Interp<'a> {
    pub fn eval(&mut self, expr: &'a Expr) -> Res<Value> {
        Ok(match expr {
            Expr::Num(n) => Value::Num(*n),
            Expr::Str(text) => Value::Str(text.clone()),
            Expr::Var(var) => match self.var(*var) {
                Value::Array(_) => return fatal(format!("attempt to use array `{}' in a scalar context", self.var_name(*var))),
                Value::Maybe(_) => Value::Uninit,
                value => value,
            },
            Expr::Field(index) => {
                let index = self.eval_num(index)?;
                return self.field(index);
            }
            Expr::Index(..) => return self.element(expr),
            Expr::Assign(target, value) => return self.assign(target, value),
            Expr::AssignOp(op, target, value) => Value::Num(self.assign_op(*op, target, value)?),
            Expr::Increment { target, by, postfix } => Value::Num(self.increment(target, *by, *postfix)?),
            Expr::Cond(condition, then, otherwise) => {
                let branch = if self.eval_bool(condition)? { then } else { otherwise };
                return self.eval(branch);
            }
            Expr::Concat(..) => {
                let mut out = Vec::new();
                self.push(expr, &mut out)?;
                Value::Str(Text::from(out))
            }
            Expr::Group(items) if items.len() == 1 => return self.eval(&items[0]),
            Expr::Group(items) => Value::Str(self.key(items)?),
            Expr::Call(function, arguments) => return self.call(*function, arguments),
            Expr::IndirectCall(var, arguments) => return self.indirect_call(*var, arguments),
            Expr::Builtin(builtin, arguments) => return self.builtin(*builtin, arguments),
            Expr::Getline { source, target } => return self.getline(source, target.as_deref()),
            Expr::StrongRegex(text) => Value::Regex(text.clone()),
            Expr::Regex(_) | Expr::And(..) | Expr::Or(..) | Expr::Not(_) | Expr::Compare(..) | Expr::Match { .. } | Expr::In(..) => {
                Value::bool(self.eval_bool(expr)?)
            }
            Expr::Negate(_) | Expr::Plus(_) | Expr::Binary(..) => Value::Num(self.eval_num(expr)?),
        })
    }

    pub fn eval_num(&mut self, expr: &'a Expr) -> Res<f64> {
        Ok(match expr {
            Expr::Num(n) => *n,
            Expr::Var(Var::Global(index)) => match &self.globals[*index] {
                Value::Num(n) => *n,
                _ => self.eval(expr)?.num(),
            },
            Expr::Var(Var::Local(index)) => match &self.stack[self.base + index] {
                Value::Num(n) => *n,
                _ => self.eval(expr)?.num(),
            },
            Expr::Field(index) => {
                let index = self.eval_num(index)?;
                if index >= 1.0 {
                    self.split_record();
                    if let Some(slice) = self.record.slice(index as usize) {
                        return Ok(number::from_text(slice));
                    }
                }
                self.field(index)?.num()
            }
            Expr::Negate(inner) => -self.eval_num(inner)?,
            Expr::Plus(inner) => self.eval_num(inner)?,
            Expr::Binary(op, left, right) => {
                let left = self.eval_num(left)?;
                let right = self.eval_num(right)?;
                self.arithmetic(*op, left, right)?
            }
            Expr::Increment { target, by, postfix } => self.increment(target, *by, *postfix)?,
            _ => self.eval(expr)?.num(),
        })
    }

    pub fn eval_bool(&mut self, expr: &'a Expr) -> Res<bool> {
        Ok(match expr {
            Expr::And(left, right) => self.eval_bool(left)? && self.eval_bool(right)?,
            Expr::Or(left, right) => self.eval_bool(left)? || self.eval_bool(right)?,
            Expr::Not(inner) => !self.eval_bool(inner)?,
            Expr::Regex(pattern) => {
                let regex = self.regex(pattern)?;
                self.rebuild_record();
                regex.is_match(self.record.text())
            }
            Expr::Match { negated, text, pattern } => self.matches(text, pattern)? != *negated,
            Expr::Compare(op, left, right) => self.compare(*op, left, right)?,
            Expr::In(subscripts, array) => {
                let key = self.key(subscripts)?;
                let array = self.array(array)?;
                let found = array.borrow().contains(&key);
                found
            }
            Expr::Group(items) if items.len() == 1 => self.eval_bool(&items[0])?,
            _ => self.eval(expr)?.truth(),
        })
    }

    fn matches(&mut self, text: &'a Expr, pattern: &'a Pattern) -> Res<bool> {
        if let Expr::Field(index) = text {
            let index = self.eval_num(index)?;
            if index >= 1.0 {
                let regex = self.regex(pattern)?;
                self.split_record();
                if let Some(slice) = self.record.slice(index as usize) {
                    return Ok(regex.is_match(slice));
                }
                let value = self.field(index)?.text(&self.special.convfmt);
                return Ok(regex.is_match(&value));
            }
        }
        let text = self.eval(text)?.text(&self.special.convfmt);
        let regex = self.regex(pattern)?;
        Ok(regex.is_match(&text))
    }

    fn compare(&mut self, op: CompareOp, left: &'a Expr, right: &'a Expr) -> Res<bool> {
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        if let (Value::Num(a), Value::Num(b)) = (&left, &right) {
            return Ok(holds_numbers(op, *a, *b));
        }
        if let (Some(a), Some(b)) = (left.as_number(), right.as_number()) {
            return Ok(holds_numbers(op, a, b));
        }
        let order = self.compare_text(&left, &right);
        Ok(match op {
            CompareOp::Less => order.is_lt(),
            CompareOp::LessEqual => order.is_le(),
            CompareOp::Equal => order.is_eq(),
            CompareOp::NotEqual => order.is_ne(),
            CompareOp::Greater => order.is_gt(),
            CompareOp::GreaterEqual => order.is_ge(),
        })
    }

    pub fn compare_text(&self, left: &Value, right: &Value) -> Ordering {
        let format = &self.special.convfmt;
        let (left, right) = (left.text(format), right.text(format));
        if self.ignoring_case() {
            return left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase());
        }
        left.cmp(&right)
    }

    pub fn arithmetic(&mut self, op: BinaryOp, left: f64, right: f64) -> Res<f64> {
        Ok(match op {
            BinaryOp::Add => left + right,
            BinaryOp::Sub => left - right,
            BinaryOp::Mul => left * right,
            BinaryOp::Div if right == 0.0 => return fatal("division by zero attempted"),
            BinaryOp::Div => left / right,
            BinaryOp::Mod if right == 0.0 => return fatal("division by zero attempted in `%'"),
            BinaryOp::Mod => left % right,
            BinaryOp::Pow => power(left, right),
        })
    }

    /// Appends the text of an expression.
    pub fn push(&mut self, expr: &'a Expr, out: &mut Vec<u8>) -> Res<()> {
        match expr {
            Expr::Concat(left, right) => {
                self.push(left, out)?;
                self.push(right, out)?;
            }
            Expr::Str(text) => out.extend_from_slice(text),
            Expr::Field(index) => {
                let index = self.eval_num(index)?;
                if index >= 1.0 {
                    self.split_record();
                    if let Some(slice) = self.record.slice(index as usize) {
                        out.extend_from_slice(slice);
                        return Ok(());
                    }
                }
                let value = self.field(index)?;
                value.push_text(&self.special.convfmt, out);
            }
            Expr::Var(Var::Global(index)) if !matches!(self.globals[*index], Value::Array(_)) => {
                self.globals[*index].push_text(&self.special.convfmt, out);
            }
            _ => {
                let value = self.eval(expr)?;
                value.push_text(&self.special.convfmt, out);
            }
        }
        Ok(())
    }

    /// As `push`, with numbers by OFMT, for print.
    pub fn push_output(&mut self, expr: &'a Expr, out: &mut Vec<u8>) -> Res<()> {
        match expr {
            Expr::Str(_) | Expr::Concat(..) => self.push(expr, out),
            Expr::Field(index) => {
                if let Expr::Num(n) = **index {
                    if n >= 1.0 {
                        self.split_record();
                        if let Some(slice) = self.record.slice(n as usize) {
                            out.extend_from_slice(slice);
                            return Ok(());
                        }
                    } else {
                        self.rebuild_record();
                        out.extend_from_slice(self.record.text());
                        return Ok(());
                    }
                }
                let value = self.eval(expr)?;
                value.push_text(&self.special.ofmt, out);
                Ok(())
            }
            _ => {
                match self.eval(expr)? {
                    Value::Num(n) => push_number(n, &self.special.ofmt, out),
                    value => value.push_text(&self.special.convfmt, out),
                }
                Ok(())
            }
        }
    }

    fn element(&mut self, expr: &'a Expr) -> Res<Value> {
        let Expr::Index(array, subscripts) = expr else { return Ok(Value::Uninit) };
        let array = self.array(array)?;
        let key = self.key(subscripts)?;
        let mut array = array.borrow_mut();
        Ok(match array.slot(&key) {
            Value::Array(_) => return fatal("attempt to use array in a scalar context"),
            Value::Maybe(_) => Value::Uninit,
            value => value.clone(),
        })
    }

    fn assign(&mut self, target: &'a Expr, value: &'a Expr) -> Res<Value> {
        // `s = s x` appends in place.
        if let (Expr::Var(Var::Global(index)), Expr::Concat(left, right)) = (target, value) {
            if matches!(**left, Expr::Var(Var::Global(same)) if same == *index) && matches!(self.globals[*index], Value::Str(_)) {
                let mut tail = std::mem::take(&mut self.scratch);
                tail.clear();
                let result = self.push(right, &mut tail);
                if let (Ok(()), Value::Str(text)) = (&result, &mut self.globals[*index]) {
                    text.push(&tail);
                }
                self.scratch = tail;
                result?;
                return Ok(self.globals[*index].clone());
            }
        }
        let value = self.eval(value)?;
        self.store(target, value.clone())?;
        Ok(value)
    }

    /// As `assign`, where nobody looks at the result.
    pub fn run_assign(&mut self, target: &'a Expr, value: &'a Expr) -> Res<()> {
        match (target, value) {
            (_, Expr::Concat(..)) => return self.assign(target, value).map(drop),
            (Expr::Var(Var::Global(index)), Expr::Binary(..) | Expr::Num(_)) => {
                let number = self.eval_num(value)?;
                if let Value::Num(old) = &mut self.globals[*index] {
                    *old = number;
                    return Ok(());
                }
                return self.store(target, Value::Num(number));
            }
            _ => {}
        }
        let value = self.eval(value)?;
        self.store(target, value)
    }

    pub fn store(&mut self, target: &'a Expr, value: Value) -> Res<()> {
        match target {
            Expr::Var(var) => self.set_var(*var, value),
            Expr::Field(index) => {
                let index = self.eval_num(index)?;
                self.set_field(index, value)
            }
            Expr::Index(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let mut array = array.borrow_mut();
                let slot = array.slot(&key);
                if matches!(slot, Value::Array(_)) {
                    return fatal("attempt to use array in a scalar context");
                }
                *slot = value;
                Ok(())
            }
            Expr::Group(items) if items.len() == 1 => self.store(&items[0], value),
            _ => fatal("assignment to something that is no variable"),
        }
    }

    /// Subscripts come first, then the right side, then the old value.
    fn assign_op(&mut self, op: BinaryOp, target: &'a Expr, value: &'a Expr) -> Res<f64> {
        match target {
            Expr::Index(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let right = self.eval_num(value)?;
                let left = array.borrow_mut().slot(&key).num();
                let result = self.arithmetic(op, left, right)?;
                let mut array = array.borrow_mut();
                let slot = array.slot(&key);
                if matches!(slot, Value::Array(_)) {
                    return fatal("attempt to use array in a scalar context");
                }
                *slot = Value::Num(result);
                Ok(result)
            }
            Expr::Field(index) => {
                let index = self.eval_num(index)?;
                let right = self.eval_num(value)?;
                let left = self.field(index)?.num();
                let result = self.arithmetic(op, left, right)?;
                self.set_field(index, Value::Num(result))?;
                Ok(result)
            }
            _ => {
                let right = self.eval_num(value)?;
                let left = self.eval_num(target)?;
                let result = self.arithmetic(op, left, right)?;
                self.store(target, Value::Num(result))?;
                Ok(result)
            }
        }
    }

    fn increment(&mut self, target: &'a Expr, by: f64, postfix: bool) -> Res<f64> {
        let old = match target {
            Expr::Var(Var::Global(index)) => match &mut self.globals[*index] {
                Value::Num(n) => {
                    let old = *n;
                    *n += by;
                    return Ok(if postfix { old } else { old + by });
                }
                _ => self.eval_num(target)?,
            },
            Expr::Index(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let mut array = array.borrow_mut();
                let slot = array.slot(&key);
                if matches!(slot, Value::Array(_)) {
                    return fatal("attempt to use array in a scalar context");
                }
                let old = slot.num();
                *slot = Value::Num(old + by);
                return Ok(if postfix { old } else { old + by });
            }
            Expr::Field(index) => {
                let index = self.eval_num(index)?;
                let old = self.field(index)?.num();
                self.set_field(index, Value::Num(old + by))?;
                return Ok(if postfix { old } else { old + by });
            }
            _ => self.eval_num(target)?,
        };
        self.store(target, Value::Num(old + by))?;
        Ok(if postfix { old } else { old + by })
    }

    /// An argument of a function of the program: arrays by reference, and unused variables in case they become arrays.
    fn argument(&mut self, expr: &'a Expr) -> Res<Value> {
        let slot = match expr {
            Expr::Var(Var::Global(index)) => &mut self.globals[*index],
            Expr::Var(Var::Local(index)) => &mut self.stack[self.base + index],
            Expr::Index(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let mut array = array.borrow_mut();
                return Ok(shared(array.slot(&key)));
            }
            _ => return self.eval(expr),
        };
        Ok(shared(slot))
    }

    pub fn call(&mut self, function: usize, arguments: &'a [Expr]) -> Res<Value> {
        let program = self.program;
        let function = &program.functions[function];
        if arguments.len() > function.params.len() {
            return fatal(format!("function `{}' called with more arguments than declared", function.name));
        }
        // Arguments are evaluated in the caller's frame, above which they wait.
        let mut values = Vec::with_capacity(function.params.len());
        for argument in arguments {
            let value = self.argument(argument)?;
            values.push(value);
        }
        self.call_with(function, values)
    }

    pub fn call_with(&mut self, function: &'a Function, mut values: Vec<Value>) -> Res<Value> {
        if self.calls >= MAX_CALLS {
            return fatal(format!("function `{}' calls too deep", function.name));
        }
        values.resize(function.params.len(), Value::Uninit);
        let (base, top) = (self.base, self.stack.len());
        self.stack.extend(values);
        self.base = top;
        self.calls += 1;
        let caller = self.function.replace(function);
        let result = self.run_body(&function.body);
        self.function = caller;
        self.calls -= 1;
        self.base = base;
        self.stack.truncate(top);
        result
    }

    fn indirect_call(&mut self, var: Var, arguments: &'a [Expr]) -> Res<Value> {
        let name = self.var(var).text(&self.special.convfmt);
        let name = crate::text::show(&name);
        if let Some(index) = self.program.functions.iter().position(|f| f.name == name) {
            return self.call(index, arguments);
        }
        match crate::builtin::find(&name) {
            Some((builtin, least, most)) if (least..=most).contains(&arguments.len()) => self.builtin(builtin, arguments),
            _ => fatal(format!("function called indirectly through `{}' does not exist", self.var_name(var))),
        }
    }
}

fn shared(slot: &mut Value) -> Value {
    if matches!(slot, Value::Uninit) {
        *slot = Value::Maybe(new_array());
    }
    if matches!(slot, Value::Maybe(array) if array.borrow().len() > 0) {
        as_array(slot);
    }
    slot.clone()
}

fn holds_numbers(op: CompareOp, a: f64, b: f64) -> bool {
    match op {
        CompareOp::Less => a < b,
        CompareOp::LessEqual => a <= b,
        CompareOp::Equal => a == b,
        CompareOp::NotEqual => a != b,
        CompareOp::Greater => a > b,
        CompareOp::GreaterEqual => a >= b,
    }
}

fn power(left: f64, right: f64) -> f64 {
    if right.fract() == 0.0 && right.abs() < 1024.0 {
        return left.powi(right as i32);
    }
    left.powf(right)
}
