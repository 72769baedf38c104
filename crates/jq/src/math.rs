//! Operators, and functions of numbers.

use std::rc::Rc;

use crate::ast::Op;
use crate::print::excerpt;
use crate::value::{compare, equal, Map, Value};

pub fn negate(value: &Value) -> Result<Value, Value> {
    match value.number() {
        Some(number) => Ok(Value::Number(-number)),
        None => Err(format!("{} ({}) cannot be negated", value.kind(), excerpt(value)).into()),
    }
}

pub fn binary(op: Op, left: Value, right: Value) -> Result<Value, Value> {
    let order = || compare(&left, &right);
    match op {
        Op::Add => add(left, right),
        Op::Sub => subtract(left, right),
        Op::Mul => multiply(left, right),
        Op::Div => divide(left, right),
        Op::Mod => remainder(left, right),
        Op::Eq => Ok(equal(&left, &right).into()),
        Op::Ne => Ok((!equal(&left, &right)).into()),
        Op::Lt => Ok(order().is_lt().into()),
        Op::Le => Ok(order().is_le().into()),
        Op::Gt => Ok(order().is_gt().into()),
        Op::Ge => Ok(order().is_ge().into()),
    }
}

fn fault(left: &Value, right: &Value, what: &str) -> Result<Value, Value> {
    Err(format!("{} ({}) and {} ({}) cannot be {what}", left.kind(), excerpt(left), right.kind(), excerpt(right)).into())
}

pub fn add(left: Value, right: Value) -> Result<Value, Value> {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => Ok(other),
        (Value::Number(a), Value::Number(b)) => Ok(Value::Number(a + b)),
        (Value::String(a), Value::String(b)) => {
            let mut text = String::with_capacity(a.len() + b.len());
            text.push_str(&a);
            text.push_str(&b);
            Ok(text.into())
        }
        (Value::Array(mut a), Value::Array(b)) => {
            Rc::make_mut(&mut a).extend(b.iter().cloned());
            Ok(Value::Array(a))
        }
        (Value::Object(mut a), Value::Object(b)) => {
            let own = Rc::make_mut(&mut a);
            b.iter().for_each(|(key, value)| drop(own.insert(key.clone(), value.clone())));
            Ok(Value::Object(a))
        }
        (left, right) => match (left.number(), right.number()) {
            (Some(a), Some(b)) => Ok(Value::Number(a + b)),
            _ => fault(&left, &right, "added"),
        },
    }
}

fn subtract(left: Value, right: Value) -> Result<Value, Value> {
    match (&left, &right) {
        (Value::Array(a), Value::Array(b)) => Ok(a.iter().filter(|item| !b.iter().any(|other| equal(item, other))).cloned().collect::<Vec<_>>().into()),
        _ => match (left.number(), right.number()) {
            (Some(a), Some(b)) => Ok(Value::Number(a - b)),
            _ => fault(&left, &right, "subtracted"),
        },
    }
}

/// Bytes that a repeated string may have.
const LONGEST: f64 = 536_870_911.0;

fn multiply(left: Value, right: Value) -> Result<Value, Value> {
    match (&left, &right) {
        (Value::String(text), times) | (times, Value::String(text)) if times.number().is_some() => {
            let times = times.number().unwrap_or(0.0);
            if times <= 0.0 || times.is_nan() {
                return Ok(Value::Null);
            }
            if text.len() as f64 * times > LONGEST {
                return Err("Repeat string result too long".into());
            }
            Ok(text.repeat((times.ceil() as usize).max(1)).into())
        }
        (Value::Object(_), Value::Object(_)) => Ok(merge(left, right)),
        _ => match (left.number(), right.number()) {
            (Some(a), Some(b)) => Ok(Value::Number(a * b)),
            _ => fault(&left, &right, "multiplied"),
        },
    }
}

/// Objects merged at every level.
fn merge(left: Value, right: Value) -> Value {
    match (left, right) {
        (Value::Object(mut a), Value::Object(b)) => {
            let own: &mut Map = Rc::make_mut(&mut a);
            for (key, value) in b.iter() {
                let slot = own.entry(key.clone()).or_default();
                *slot = merge(std::mem::take(slot), value.clone());
            }
            Value::Object(a)
        }
        (_, right) => right,
    }
}

fn divide(left: Value, right: Value) -> Result<Value, Value> {
    match (&left, &right) {
        (Value::String(text), Value::String(separator)) => Ok(split(text, separator)),
        _ => match (left.number(), right.number()) {
            (Some(_), Some(0.0)) => fault(&left, &right, "divided because the divisor is zero"),
            (Some(a), Some(b)) => Ok(Value::Number(a / b)),
            _ => fault(&left, &right, "divided"),
        },
    }
}

pub fn split(text: &str, separator: &str) -> Value {
    if text.is_empty() {
        return Vec::new().into();
    }
    if separator.is_empty() {
        return text.chars().map(|character| Value::from(character.to_string())).collect::<Vec<_>>().into();
    }
    text.split(separator).map(Value::from).collect::<Vec<_>>().into()
}

fn remainder(left: Value, right: Value) -> Result<Value, Value> {
    let (Some(a), Some(b)) = (left.number(), right.number()) else { return fault(&left, &right, "divided (remainder)") };
    if a.is_nan() || b.is_nan() {
        return Ok(Value::Number(f64::NAN));
    }
    // Both are cut to whole numbers; the sign is that of the first.
    let divisor = (b as i64).unsigned_abs();
    if divisor == 0 {
        return fault(&left, &right, "divided (remainder) because the divisor is zero");
    }
    let whole = a as i64;
    let rest = (whole.unsigned_abs() % divisor) as f64;
    Ok(Value::Number(if whole < 0 { -rest } else { rest }))
}

/// The function of one number that a name stands for.
pub fn unary(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "floor" => f64::floor,
        "ceil" => f64::ceil,
        "round" => f64::round,
        "trunc" => f64::trunc,
        "rint" | "nearbyint" => |x| x.round_ties_even(),
        "sqrt" => f64::sqrt,
        "cbrt" => f64::cbrt,
        "fabs" => f64::abs,
        "exp" => f64::exp,
        "exp2" => f64::exp2,
        "exp10" => |x| 10f64.powf(x),
        "expm1" => f64::exp_m1,
        "log" => f64::ln,
        "log2" => f64::log2,
        "log10" => f64::log10,
        "log1p" => f64::ln_1p,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "sinh" => f64::sinh,
        "cosh" => f64::cosh,
        "tanh" => f64::tanh,
        "asinh" => f64::asinh,
        "acosh" => f64::acosh,
        "atanh" => f64::atanh,
        "significand" => |x| if x == 0.0 || !x.is_finite() { x } else { x / 2f64.powi(exponent(x)) },
        "logb" => |x| if x == 0.0 { f64::NEG_INFINITY } else { f64::from(exponent(x)) },
        "gamma" | "lgamma" | "lgamma_r" => log_gamma,
        "tgamma" => |x| if x == x.floor() && x > 0.0 && x < 24.0 { (1..x as u64).map(|k| k as f64).product() } else { log_gamma(x).exp() },
        _ => return None,
    })
}

/// The exponent of two of a number that is not zero.
fn exponent(x: f64) -> i32 {
    let bits = ((x.to_bits() >> 52) & 0x7ff) as i32;
    if bits == 0 {
        exponent(x * 2f64.powi(64)) - 64
    } else {
        bits - 1023
    }
}

/// Mantissa in [0.5, 1) and exponent.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let power = exponent(x) + 1;
    (x / 2f64.powi(power - 1) / 2.0, power)
}

/// Lanczos' approximation of the logarithm of gamma.
fn log_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        let pi = std::f64::consts::PI;
        return (pi / (pi * x).sin().abs()).ln() - log_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C[1..].iter().enumerate().fold(C[0], |sum, (index, c)| sum + c / (x + index as f64 + 1.0));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}
