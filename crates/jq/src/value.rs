//! JSON values, cheap to copy; their order, their kinds.

use std::cmp::Ordering;
use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

pub type Map = IndexMap<Rc<str>, Value, FxBuildHasher>;

#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    /// A whole number of the input that a double cannot hold, with its digits.
    Literal(Rc<(f64, Box<str>)>),
    String(Rc<str>),
    Array(Rc<Vec<Value>>),
    Object(Rc<Map>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::Array(Rc::new(items))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Object(Rc::new(map))
    }
}

/// An object of a few fields.
pub fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::from(fields.into_iter().map(|(key, value)| (Rc::from(key), value)).collect::<Map>())
}

impl Value {
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) | Value::Literal(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    pub fn is_true(&self) -> bool {
        !matches!(self, Value::Null | Value::Bool(false))
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Literal(literal) => Some(literal.0),
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Null => 0,
            Value::Bool(false) => 1,
            Value::Bool(true) => 2,
            Value::Number(_) | Value::Literal(_) => 3,
            Value::String(_) => 4,
            Value::Array(_) => 5,
            Value::Object(_) => 6,
        }
    }
}

/// An object's keys in order.
pub fn sorted_keys(map: &Map) -> Vec<&Rc<str>> {
    let mut keys: Vec<_> = map.keys().collect();
    keys.sort_unstable();
    keys
}

/// jq's order: null, false, true, numbers (nan first), strings, arrays, objects (by their keys, then by values).
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Literal(x), Value::Literal(y)) if x.0 == y.0 => whole(&x.1, &y.1),
        (Value::String(a), Value::String(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Array(a), Value::Array(b)) => {
            let first = a.iter().zip(b.iter()).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
            first.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            let (left, right) = (sorted_keys(a), sorted_keys(b));
            left.cmp(&right).then_with(|| {
                let first = left.iter().map(|key| compare(&a[*key], &b[*key])).find(|order| order.is_ne());
                first.unwrap_or(Ordering::Equal)
            })
        }
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(if a.is_nan() { Ordering::Less } else { Ordering::Greater }),
            _ => a.rank().cmp(&b.rank()),
        },
    }
}

/// Compares whole numbers by their digits.
fn whole(a: &str, b: &str) -> Ordering {
    let size = |text: &str| text.trim_start_matches('-').len();
    let order = size(a).cmp(&size(b)).then_with(|| a.cmp(b));
    if a.starts_with('-') {
        order.reverse()
    } else {
        order
    }
}

pub fn equal(a: &Value, b: &Value) -> bool {
    compare(a, b).is_eq()
}
