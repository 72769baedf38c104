//! Values, and how they turn into each other.

use std::rc::Rc;
use std::cell::RefCell;

use crate::array::Array;
use crate::number;
use crate::text::Text;

pub type ArrayRef = Rc<RefCell<Array>>;

#[derive(Clone, Default)]
pub enum Value {
    #[default]
    Uninit,
    Num(f64),
    Str(Text),
    /// Text from input: a number too, if it looks like one.
    Input(Text),
    /// A regular expression written with `@/.../`.
    Regex(Text),
    Array(ArrayRef),
    /// Not used yet; becomes this array when used as one.
    Maybe(ArrayRef),
}

impl Value {
    pub fn str(bytes: &[u8]) -> Value {
        Value::Str(Text::new(bytes))
    }

    pub fn bool(value: bool) -> Value {
        Value::Num(f64::from(u8::from(value)))
    }

    pub fn num(&self) -> f64 {
        match self {
            Value::Num(n) => *n,
            Value::Str(text) | Value::Input(text) | Value::Regex(text) => number::from_text(text),
            _ => 0.0,
        }
    }

    pub fn truth(&self) -> bool {
        match self {
            Value::Num(n) => *n != 0.0,
            Value::Str(text) | Value::Regex(text) => !text.is_empty(),
            Value::Input(text) => match number::looks_numeric(text) {
                Some(n) => n != 0.0,
                None => !text.is_empty(),
            },
            _ => false,
        }
    }

    /// The number, if the value counts as one in comparisons.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Num(n) => Some(*n),
            Value::Input(text) => number::looks_numeric(text),
            Value::Uninit | Value::Maybe(_) => Some(0.0),
            _ => None,
        }
    }

    /// Appends the text form; numbers by the given format.
    pub fn push_text(&self, format: &[u8], out: &mut Vec<u8>) {
        match self {
            Value::Num(n) => push_number(*n, format, out),
            Value::Str(text) | Value::Input(text) | Value::Regex(text) => out.extend_from_slice(text),
            _ => {}
        }
    }

    pub fn text(&self, format: &[u8]) -> Text {
        match self {
            Value::Num(n) => Text::from_integer(*n).unwrap_or_else(|| {
                let mut out = Vec::with_capacity(24);
                push_number(*n, format, &mut out);
                Text::from(out)
            }),
            Value::Str(text) | Value::Input(text) | Value::Regex(text) => text.clone(),
            _ => Text::default(),
        }
    }
}

pub fn push_number(value: f64, format: &[u8], out: &mut Vec<u8>) {
    if number::push_integer(value, out) {
        return;
    }
    match number::non_finite(value) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None if format == b"%.6g" => crate::printf::general(value, 6, false, false, out),
        // A format with more conversions shows what it can.
        None => drop(crate::printf::format(format, &[Value::Num(value)], b"%.6g", out)),
    }
}
