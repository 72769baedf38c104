//! Paths into values: to read, set and delete by; and what a filter's outputs remember of where they come from.

use std::rc::Rc;

use crate::eval::{Flow, Take};
use crate::print::excerpt;
use crate::value::{compare, Map, Value};

/// Where a value lies in the one that a path is wanted into.
#[derive(Clone, Default)]
pub enum Path {
    /// Nobody asks.
    #[default]
    Off,
    /// It lies nowhere in it.
    Lost,
    At(Option<Rc<Step>>),
}

pub struct Step {
    key: Value,
    before: Option<Rc<Step>>,
}

type Done<T> = Result<T, Value>;

fn fault<T>(message: String) -> Done<T> {
    Err(message.into())
}

impl Path {
    pub fn start() -> Path {
        Path::At(None)
    }

    pub fn is_off(&self) -> bool {
        matches!(self, Path::Off)
    }

    /// The path of a new value.
    pub fn lost(&self) -> Path {
        match self {
            Path::Off => Path::Off,
            _ => Path::Lost,
        }
    }

    /// One key further.
    pub fn then(&self, key: &Value) -> Path {
        match self {
            Path::At(before) => Path::At(Some(Rc::new(Step { key: key.clone(), before: before.clone() }))),
            other => other.clone(),
        }
    }

    /// The keys, for the value that lies there.
    pub fn keys(&self, value: &Value) -> Done<Vec<Value>> {
        let Path::At(last) = self else { return fault(format!("Invalid path expression with result {}", excerpt(value))) };
        let mut keys = Vec::new();
        let mut step = last;
        while let Some(own) = step {
            keys.push(own.key.clone());
            step = &own.before;
        }
        keys.reverse();
        Ok(keys)
    }
}

/// Hands on what lies at a key.
pub fn step(value: &Value, path: Path, key: &Value, take: Take) -> Flow {
    if let Path::Lost = path {
        let message = format!("Invalid path expression near attempt to access element {} of {}", excerpt(key), excerpt(value));
        return Err(message.into());
    }
    take(index(value, key)?, path.then(key))
}

/// Hands on everything in an array or object.
pub fn iterate(value: Value, path: Path, take: Take) -> Flow {
    if let Path::Lost = path {
        return Err(format!("Invalid path expression near attempt to iterate through {}", excerpt(&value)).into());
    }
    let off = path.is_off();
    match &value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = if off { Path::Off } else { path.then(&Value::Number(index as f64)) };
                take(item.clone(), path)?;
            }
            Ok(())
        }
        Value::Object(map) => {
            for (key, item) in map.iter() {
                let path = if off { Path::Off } else { path.then(&Value::String(key.clone())) };
                take(item.clone(), path)?;
            }
            Ok(())
        }
        other => Err(format!("Cannot iterate over {} ({})", other.kind(), excerpt(other)).into()),
    }
}

/// A slice's ends within a length.
pub fn ends(key: &Map, length: usize) -> Done<(usize, usize)> {
    let end = |name: &str, default: f64| match key.get(name) {
        Some(Value::Null) => Ok(default),
        value => value.and_then(Value::number).ok_or_else(|| Value::from("Start and end indices of an array slice must be numbers")),
    };
    let length = length as f64;
    let (mut start, mut stop) = (end("start", 0.0)?, end("end", length)?);
    if start < 0.0 {
        start += length;
    }
    if stop < 0.0 {
        stop += length;
    }
    let start = start.max(0.0).min(length);
    let stop = stop.min(length).max(start);
    Ok((start.floor() as usize, (stop.ceil() as usize).min(length as usize)))
}

/// An array's index from a number; None lies outside.
fn place(number: f64, length: usize) -> Option<usize> {
    let number = number.floor();
    let number = if number < 0.0 { number + length as f64 } else { number };
    (number >= 0.0 && number < length as f64).then_some(number as usize)
}

/// `value[key]`.
pub fn index(value: &Value, key: &Value) -> Done<Value> {
    match (value, key) {
        (Value::Object(map), Value::String(key)) => Ok(map.get(&**key).cloned().unwrap_or_default()),
        (Value::Array(items), Value::Number(number)) => Ok(place(*number, items.len()).map(|at| items[at].clone()).unwrap_or_default()),
        (Value::Null, Value::String(_) | Value::Number(_) | Value::Null) => Ok(Value::Null),
        (Value::Null, Value::Object(key)) => ends(key, 0).map(|_| Value::Null),
        (Value::Array(items), Value::Object(key)) => {
            let (start, end) = ends(key, items.len())?;
            Ok(items[start..end].to_vec().into())
        }
        (Value::String(text), Value::Object(key)) => {
            let length = if text.is_ascii() { text.len() } else { text.chars().count() };
            let (start, end) = ends(key, length)?;
            if text.is_ascii() {
                return Ok(text[start..end].into());
            }
            Ok(text.chars().skip(start).take(end - start).collect::<String>().into())
        }
        (Value::Array(items), Value::Array(wanted)) => Ok(crate::arrays::positions(items, wanted)),
        (_, Value::String(key)) => fault(format!("Cannot index {} with string \"{key}\"", value.kind())),
        _ => fault(format!("Cannot index {} with {}", value.kind(), key.kind())),
    }
}

pub fn get(value: &Value, path: &[Value]) -> Done<Value> {
    let mut at = value.clone();
    for key in path {
        if let Value::Null = at {
            return Ok(Value::Null);
        }
        at = index(&at, key)?;
    }
    Ok(at)
}

/// Elements that an array may come to have by setting one.
const LONGEST: f64 = 536_870_911.0;

/// The value with another at a path.
pub fn set(value: Value, path: &[Value], new: Value) -> Done<Value> {
    let Some((key, rest)) = path.split_first() else { return Ok(new) };
    match (value, key) {
        (Value::Null, Value::String(_)) => set(Value::from(Map::default()), path, new),
        (Value::Null, Value::Number(_) | Value::Object(_)) => set(Vec::new().into(), path, new),
        (Value::Object(mut map), Value::String(key)) => {
            let slot = Rc::make_mut(&mut map).entry(key.clone()).or_default();
            *slot = set(std::mem::take(slot), rest, new)?;
            Ok(Value::Object(map))
        }
        (Value::Array(mut items), Value::Number(number)) => {
            let length = items.len();
            let number = if *number < 0.0 { number.floor() + length as f64 } else { *number };
            if number < 0.0 {
                return fault("Out of bounds negative array index".to_string());
            }
            if number > LONGEST {
                return fault("Array index too large".to_string());
            }
            let at = number as usize;
            let list = Rc::make_mut(&mut items);
            if at >= list.len() {
                list.resize(at + 1, Value::Null);
            }
            list[at] = set(std::mem::take(&mut list[at]), rest, new)?;
            Ok(Value::Array(items))
        }
        (Value::Array(mut items), Value::Object(key)) => {
            let (start, end) = ends(key, items.len())?;
            let old = if rest.is_empty() { Value::Null } else { items[start..end].to_vec().into() };
            match set(old, rest, new)? {
                Value::Array(part) => {
                    Rc::make_mut(&mut items).splice(start..end, part.iter().cloned());
                    Ok(Value::Array(items))
                }
                _ => fault("A slice of an array can only be assigned another array".to_string()),
            }
        }
        (Value::Object(_), Value::Object(_)) => fault("Cannot update field at object index of object".to_string()),
        (Value::Array(_), Value::Array(_)) => fault("Cannot update field at array index of array".to_string()),
        (value, Value::String(key)) => fault(format!("Cannot index {} with string \"{key}\"", value.kind())),
        (value, key) => fault(format!("Cannot index {} with {}", value.kind(), key.kind())),
    }
}

/// The value without what lies at the paths.
pub fn delete_all(value: Value, mut paths: Vec<Vec<Value>>) -> Done<Value> {
    let as_value = |path: &Vec<Value>| Value::from(path.clone());
    paths.sort_by(|a, b| compare(&as_value(b), &as_value(a)));
    paths.dedup_by(|a, b| compare(&as_value(a), &as_value(b)).is_eq());
    paths.iter().try_fold(value, |value, path| delete(value, path))
}

fn delete(value: Value, path: &[Value]) -> Done<Value> {
    let Some((key, rest)) = path.split_first() else { return Ok(Value::Null) };
    match (value, key) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::Object(mut map), Value::String(name)) => {
            if map.contains_key(&**name) {
                let own = Rc::make_mut(&mut map);
                if rest.is_empty() {
                    own.shift_remove(&**name);
                } else if let Some(slot) = own.get_mut(&**name) {
                    *slot = delete(std::mem::take(slot), rest)?;
                }
            }
            Ok(Value::Object(map))
        }
        (Value::Array(mut items), Value::Number(number)) => {
            if let Some(at) = place(*number, items.len()) {
                let own = Rc::make_mut(&mut items);
                if rest.is_empty() {
                    own.remove(at);
                } else {
                    own[at] = delete(std::mem::take(&mut own[at]), rest)?;
                }
            }
            Ok(Value::Array(items))
        }
        (Value::Array(mut items), Value::Object(key)) => {
            let (start, end) = ends(key, items.len())?;
            let part = match rest {
                [] => Vec::new(),
                _ => match delete(items[start..end].to_vec().into(), rest)? {
                    Value::Array(part) => part.to_vec(),
                    _ => Vec::new(),
                },
            };
            Rc::make_mut(&mut items).splice(start..end, part);
            Ok(Value::Array(items))
        }
        (value, Value::String(_)) => fault(format!("Cannot delete field at object index of {}", value.kind())),
        (value, Value::Number(_)) => fault(format!("Cannot delete field at array index of {}", value.kind())),
        (value, key) => fault(format!("Cannot delete field at {} index of {}", key.kind(), value.kind())),
    }
}

/// `tostream`: every scalar with its path, every end with the path of the last.
pub fn stream(value: &Value, path: &mut Vec<Value>, out: &mut Vec<Value>) {
    let mut last = None;
    let mut visit = |key: Value, item: &Value, path: &mut Vec<Value>| {
        path.push(key.clone());
        stream(item, path, out);
        path.pop();
        last = Some(key);
    };
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().enumerate().for_each(|(at, item)| visit(Value::Number(at as f64), item, path)),
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(key, item)| visit(Value::String(key.clone()), item, path)),
        _ => out.push(vec![path.clone().into(), value.clone()].into()),
    }
    if let Some(key) = last {
        path.push(key);
        out.push(vec![Value::from(path.clone())].into());
        path.pop();
    }
}
