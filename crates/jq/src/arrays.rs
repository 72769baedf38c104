//! Functions of arrays and objects.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::print::excerpt;
use crate::value::{compare, equal, object, sorted_keys, Map, Value};

type Done = Result<Value, Value>;

/// Where a run of elements begins in an array; null for an empty run.
pub fn positions(items: &[Value], wanted: &[Value]) -> Value {
    if wanted.is_empty() {
        return Value::Null;
    }
    let found = items.windows(wanted.len()).enumerate().filter(|(_, run)| run.iter().zip(wanted).all(|(a, b)| equal(a, b)));
    found.map(|(at, _)| Value::Number(at as f64)).collect::<Vec<_>>().into()
}

/// An array's elements, or the error that it is none.
pub fn items<'a>(value: &'a Value, what: &str) -> Result<&'a Rc<Vec<Value>>, Value> {
    match value {
        Value::Array(items) => Ok(items),
        other => Err(format!("{} ({}) cannot be {what}, as it is not an array", other.kind(), excerpt(other)).into()),
    }
}

/// The elements with their keys, in the order of the keys.
pub fn sorted(items: &[Value], keys: Vec<Value>) -> Vec<(Value, Value)> {
    let mut pairs: Vec<(Value, Value)> = keys.into_iter().zip(items.iter().cloned()).collect();
    pairs.sort_by(|a, b| compare(&a.0, &b.0));
    pairs
}

/// `sort_by`, `group_by`, `unique_by`, `min_by` and `max_by`, the keys being known.
pub fn by(name: &str, items: &[Value], keys: Vec<Value>) -> Value {
    match name {
        "min" | "max" => {
            let pairs = keys.into_iter().zip(items);
            let best = pairs.reduce(|best, next| {
                let order = compare(&next.0, &best.0);
                let better = if name == "min" { order == Ordering::Less } else { order != Ordering::Less };
                if better {
                    next
                } else {
                    best
                }
            });
            best.map(|(_, item)| item.clone()).unwrap_or_default()
        }
        "sort" => sorted(items, keys).into_iter().map(|pair| pair.1).collect::<Vec<_>>().into(),
        _ => {
            let mut groups: Vec<Vec<Value>> = Vec::new();
            let mut last: Option<Value> = None;
            for (key, item) in sorted(items, keys) {
                match groups.last_mut() {
                    Some(group) if last.as_ref().is_some_and(|last| equal(last, &key)) => group.push(item),
                    _ => groups.push(vec![item]),
                }
                last = Some(key);
            }
            match name {
                "group" => groups.into_iter().map(Value::from).collect::<Vec<_>>().into(),
                _ => groups.into_iter().filter_map(|group| group.into_iter().next()).collect::<Vec<_>>().into(),
            }
        }
    }
}

pub fn keys(value: &Value, sort: bool) -> Done {
    match value {
        Value::Object(map) if sort => Ok(sorted_keys(map).into_iter().map(|key| Value::String(key.clone())).collect::<Vec<_>>().into()),
        Value::Object(map) => Ok(map.keys().map(|key| Value::String(key.clone())).collect::<Vec<_>>().into()),
        Value::Array(items) => Ok((0..items.len()).map(|at| Value::Number(at as f64)).collect::<Vec<_>>().into()),
        other => Err(format!("{} ({}) has no keys", other.kind(), excerpt(other)).into()),
    }
}

pub fn has(value: &Value, key: &Value) -> Done {
    match (value, key) {
        (Value::Object(map), Value::String(key)) => Ok(map.contains_key(&**key).into()),
        (Value::Array(items), key) if key.number().is_some() => {
            let at = key.number().unwrap_or(-1.0);
            Ok((at >= 0.0 && at < items.len() as f64).into())
        }
        _ => Err(format!("Cannot check whether {} has a {} key", value.kind(), key.kind()).into()),
    }
}

pub fn contains(value: &Value, part: &Value) -> Done {
    match (value, part) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, part) in b.iter() {
                match a.get(key) {
                    Some(own) if contains(own, part)?.is_true() => {}
                    _ => return Ok(false.into()),
                }
            }
            Ok(true.into())
        }
        (Value::Array(a), Value::Array(b)) => {
            let all = b.iter().all(|part| a.iter().any(|own| contains(own, part).is_ok_and(|found| found.is_true())));
            Ok(all.into())
        }
        (Value::String(a), Value::String(b)) => Ok(a.contains(&**b).into()),
        _ if value.kind() == part.kind() => Ok(equal(value, part).into()),
        _ => Err(format!("{} ({}) and {} ({}) cannot have their containment checked", value.kind(), excerpt(value), part.kind(), excerpt(part)).into()),
    }
}

pub fn flatten(value: &Value, depth: f64, out: &mut Vec<Value>) -> Result<(), Value> {
    let mut one = |item: &Value| match item {
        Value::Array(_) if depth >= 0.0 => flatten(item, depth - 1.0, out),
        _ => {
            out.push(item.clone());
            Ok(())
        }
    };
    match value {
        Value::Array(items) => items.iter().try_for_each(&mut one),
        Value::Object(map) => map.values().try_for_each(&mut one),
        other => Err(format!("Cannot iterate over {} ({})", other.kind(), excerpt(other)).into()),
    }
}

pub fn to_entries(value: &Value) -> Done {
    match value {
        Value::Object(map) => {
            let entry = |(key, value): (&Rc<str>, &Value)| object([("key", Value::String(key.clone())), ("value", value.clone())]);
            Ok(map.iter().map(entry).collect::<Vec<_>>().into())
        }
        Value::Array(items) => {
            let entry = |(at, value): (usize, &Value)| object([("key", Value::Number(at as f64)), ("value", value.clone())]);
            Ok(items.iter().enumerate().map(entry).collect::<Vec<_>>().into())
        }
        other => Err(format!("{} ({}) has no keys", other.kind(), excerpt(other)).into()),
    }
}

pub fn from_entries(value: &Value) -> Done {
    let entries: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        other => return Err(format!("Cannot iterate over {} ({})", other.kind(), excerpt(other)).into()),
    };
    let mut out = Map::default();
    for entry in entries {
        let find = |names: &[&str]| -> Result<Option<Value>, Value> {
            let mut last = None;
            for name in names {
                let found = crate::path::index(entry, &Value::from(*name))?;
                match found {
                    Value::Null => {}
                    Value::Bool(false) => last = last.or(Some(found)),
                    _ => return Ok(Some(found)),
                }
            }
            Ok(last)
        };
        let key = match find(&["key", "k", "name", "Name", "K", "Key"])?.unwrap_or_default() {
            Value::String(key) => key,
            key @ (Value::Number(_) | Value::Literal(_) | Value::Bool(_)) => crate::print::compact(&key).into(),
            other => return Err(format!("Cannot use {} ({}) as object key", other.kind(), excerpt(&other)).into()),
        };
        let value = find(&["value", "v", "Value", "V"])?.unwrap_or_default();
        out.insert(key, value);
    }
    Ok(out.into())
}

pub fn transpose(items: &[Value]) -> Done {
    let mut width = 0;
    for item in items {
        match item {
            Value::Array(row) => width = width.max(row.len()),
            other => return Err(format!("Cannot index {} with number", other.kind()).into()),
        }
    }
    let cell = |row: &Value, at: usize| match row {
        Value::Array(row) => row.get(at).cloned().unwrap_or_default(),
        _ => Value::Null,
    };
    Ok((0..width).map(|at| Value::from(items.iter().map(|row| cell(row, at)).collect::<Vec<_>>())).collect::<Vec<_>>().into())
}
