//! Functions of the input and of argument values.

use crate::arrays;
use crate::format;
use crate::json;
use crate::math;
use crate::path;
use crate::print::{compact, excerpt};
use crate::regex;
use crate::time;
use crate::value::{equal, Map, Value};

/// A function of the input and its arguments' values.
#[derive(Clone, Copy, Debug)]
pub struct Native(pub fn(Value, &[Value]) -> Done);

pub type Done = Result<Value, Value>;

type Entry = (&'static str, usize, fn(Value, &[Value]) -> Done);

/// The environment as an object.
pub fn environment() -> Value {
    let entry = |(name, value): (std::ffi::OsString, std::ffi::OsString)| (name.to_string_lossy().into(), Value::from(value.to_string_lossy().into_owned()));
    std::env::vars_os().map(entry).collect::<Map>().into()
}

pub fn find(name: &str, count: usize) -> Option<Native> {
    if let Some(entry) = all().find(|(own, arity, _)| *own == name && *arity == count) {
        return Some(Native(entry.2));
    }
    None
}

pub fn names() -> impl Iterator<Item = (&'static str, usize)> {
    all().map(|(name, count, _)| (*name, *count))
}

fn need_string(value: &Value, what: &str) -> Result<std::rc::Rc<str>, Value> {
    match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(what.into()),
    }
}

fn need_number(value: &Value) -> Result<f64, Value> {
    value.number().ok_or_else(|| format!("{} ({}) number required", value.kind(), excerpt(value)).into())
}

fn ascii_case(value: Value, name: &str, change: fn(&str) -> String) -> Done {
    match value {
        Value::String(text) => Ok(change(&text).into()),
        _ => Err(format!("{name} input must be a string").into()),
    }
}

fn length(value: Value, _: &[Value]) -> Done {
    Ok(match &value {
        Value::Null => Value::Number(0.0),
        Value::Bool(_) => return Err(format!("boolean ({}) has no length", compact(&value)).into()),
        Value::Number(number) => Value::Number(number.abs()),
        Value::Literal(literal) => Value::Number(literal.0.abs()),
        Value::String(text) => Value::Number(text.chars().count() as f64),
        Value::Array(items) => Value::Number(items.len() as f64),
        Value::Object(map) => Value::Number(map.len() as f64),
    })
}

fn to_number(value: Value, _: &[Value]) -> Done {
    match &value {
        Value::Number(_) | Value::Literal(_) => Ok(value),
        Value::String(text) => json::number(text.trim().as_bytes())
            .or_else(|| (text.trim() == "nan").then_some(Value::Number(f64::NAN)))
            .ok_or_else(|| format!("Invalid numeric literal at EOF at line 1, column {} (while parsing '{text}')", text.len()).into()),
        other => Err(format!("{} ({}) cannot be parsed as a number", other.kind(), excerpt(other)).into()),
    }
}

fn from_json(value: Value, _: &[Value]) -> Done {
    let Value::String(text) = &value else {
        return Err(format!("{} ({}) cannot be parsed as JSON", value.kind(), excerpt(&value)).into());
    };
    match json::parse(text.as_bytes()) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(format!("Expected JSON value (while parsing '{text}')").into()),
        Err(message) => Err(format!("{message} (while parsing '{text}')").into()),
    }
}

fn implode(value: Value, _: &[Value]) -> Done {
    let Value::Array(items) = &value else { return Err("implode input must be an array".into()) };
    let mut text = String::new();
    for item in items.iter() {
        let Some(code) = item.number() else { return Err("Unicode codepoint must be numeric".into()) };
        text.push(char::from_u32(code as u32).unwrap_or('\u{fffd}'));
    }
    Ok(text.into())
}

fn explode(value: Value, _: &[Value]) -> Done {
    let text = need_string(&value, "explode input must be a string")?;
    Ok(text.chars().map(|character| Value::Number(f64::from(character as u32))).collect::<Vec<_>>().into())
}

fn with_strings(value: &Value, arg: &Value, name: &str) -> Result<(std::rc::Rc<str>, std::rc::Rc<str>), Value> {
    let message = format!("{name}() requires string inputs");
    Ok((need_string(value, &message)?, need_string(arg, &message)?))
}

/// Cuts a string at its start or end, if both are strings and it fits.
fn cut(value: Value, arg: &Value, start: bool, end: bool) -> Done {
    let (Value::String(text), Value::String(part)) = (&value, arg) else { return Ok(value) };
    let mut rest: &str = text;
    if start {
        rest = rest.strip_prefix(&**part).unwrap_or(rest);
    }
    if end {
        rest = rest.strip_suffix(&**part).unwrap_or(rest);
    }
    Ok(rest.into())
}

fn trim(value: Value, change: fn(&str) -> &str) -> Done {
    match &value {
        Value::String(text) => Ok(change(text).into()),
        other => Err(format!("{} ({}) cannot be trimmed", other.kind(), excerpt(other)).into()),
    }
}

fn indices(value: Value, args: &[Value]) -> Done {
    match (&value, &args[0]) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::String(_), Value::String(part)) if part.is_empty() => Ok(Value::Null),
        (Value::String(text), Value::String(part)) => {
            let starts = (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(part.as_bytes()));
            Ok(starts.map(|at| Value::Number(text[..at].chars().count() as f64)).collect::<Vec<_>>().into())
        }
        (Value::Array(items), Value::Array(wanted)) => Ok(arrays::positions(items, wanted)),
        (Value::Array(items), wanted) => {
            let found = items.iter().enumerate().filter(|(_, item)| equal(item, wanted));
            Ok(found.map(|(at, _)| Value::Number(at as f64)).collect::<Vec<_>>().into())
        }
        (value, key) => path::index(value, key),
    }
}

fn join(value: Value, args: &[Value]) -> Done {
    let items = match &value {
        Value::Array(items) => items.to_vec(),
        Value::Object(map) => map.values().cloned().collect(),
        other => return Err(format!("Cannot iterate over {} ({})", other.kind(), excerpt(other)).into()),
    };
    if items.is_empty() {
        return Ok("".into());
    }
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            match &args[0] {
                Value::String(text) => out.push_str(text),
                Value::Null => {}
                other => return math::add(out.into(), other.clone()),
            }
        }
        match item {
            Value::Null => {}
            Value::String(text) => out.push_str(text),
            Value::Bool(_) | Value::Number(_) | Value::Literal(_) => out.push_str(&compact(item)),
            other => return math::add(out.into(), other.clone()),
        }
    }
    Ok(out.into())
}

fn add_all(value: Value, _: &[Value]) -> Done {
    let items: Vec<Value> = match &value {
        Value::Array(items) => items.to_vec(),
        Value::Object(map) => map.values().cloned().collect(),
        other => return Err(format!("Cannot iterate over {} ({})", other.kind(), excerpt(other)).into()),
    };
    drop(value);
    // Strings are joined at once, so that a long list of them is not copied again and again.
    if items.len() > 2 && items.iter().all(|item| matches!(item, Value::String(_))) {
        let text: String = items.iter().map(format::text).collect();
        return Ok(text.into());
    }
    items.into_iter().try_fold(Value::Null, math::add)
}

fn split_by_regex(value: Value, args: &[Value]) -> Done {
    regex::split(&value, &args[0], &args[1])
}

fn flatten(value: Value, depth: f64) -> Done {
    if depth < 0.0 {
        return Err("flatten depth must not be negative".into());
    }
    let mut out = Vec::new();
    arrays::flatten(&value, depth - 1.0, &mut out)?;
    Ok(out.into())
}

fn delete_paths(value: Value, args: &[Value]) -> Done {
    let Value::Array(paths) = &args[0] else { return Err("Paths must be specified as an array".into()) };
    let mut list = Vec::new();
    for path in paths.iter() {
        match path {
            Value::Array(path) => list.push(path.to_vec()),
            _ => return Err("Path must be specified as an array".into()),
        }
    }
    path::delete_all(value, list)
}

fn set_path(value: Value, args: &[Value]) -> Done {
    match &args[0] {
        Value::Array(keys) => path::set(value, keys, args[1].clone()),
        _ => Err("Path must be specified as an array".into()),
    }
}

fn bsearch(value: Value, args: &[Value]) -> Done {
    match &value {
        Value::Array(items) => Ok(Value::Number(match items.binary_search_by(|item| crate::value::compare(item, &args[0])) {
            Ok(at) => at as f64,
            Err(at) => -1.0 - at as f64,
        })),
        other => Err(format!("{} ({}) cannot be searched from", other.kind(), excerpt(other)).into()),
    }
}

fn stream(value: Value, _: &[Value]) -> Done {
    let mut out = Vec::new();
    path::stream(&value, &mut Vec::new(), &mut out);
    Ok(out.into())
}

fn reverse(value: Value, _: &[Value]) -> Done {
    match value {
        Value::Array(items) => Ok(items.iter().rev().cloned().collect::<Vec<_>>().into()),
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        Value::Null => Ok(Vec::new().into()),
        other => Err(format!("Cannot index {} with number", other.kind()).into()),
    }
}

fn by(name: &'static str, value: Value, what: &str) -> Done {
    let items = arrays::items(&value, what)?;
    Ok(arrays::by(name, items, items.to_vec()))
}

fn numbers(args: &[Value], apply: fn(f64, f64) -> f64) -> Done {
    Ok(Value::Number(apply(need_number(&args[0])?, need_number(&args[1])?)))
}

fn unary(value: Value, name: &str) -> Done {
    let number = need_number(&value)?;
    Ok(Value::Number(math::unary(name).map_or(f64::NAN, |apply| apply(number))))
}

macro_rules! unaries {
    ($($name:literal)*) => { [$(($name, 0, |value, _| unary(value, $name))),*] };
}

static MATH: [Entry; 33] = unaries!("floor" "ceil" "round" "trunc" "rint" "nearbyint" "sqrt" "cbrt" "fabs" "exp" "exp2" "exp10" "expm1" "log" "log2" "log10" "log1p" "sin" "cos" "tan" "asin" "acos" "atan" "sinh" "cosh" "tanh" "asinh" "acosh" "atanh" "significand" "logb" "gamma" "tgamma");

static GENERAL: &[Entry] = &[
    ("not", 0, |value, _| Ok((!value.is_true()).into())),
    ("length", 0, length),
    ("utf8bytelength", 0, |value, _| match &value {
        Value::String(text) => Ok(Value::Number(text.len() as f64)),
        other => Err(format!("{} ({}) only strings have UTF-8 byte length", other.kind(), excerpt(other)).into()),
    }),
    ("type", 0, |value, _| Ok(value.kind().into())),
    ("keys", 0, |value, _| arrays::keys(&value, true)),
    ("keys_unsorted", 0, |value, _| arrays::keys(&value, false)),
    ("has", 1, |value, args| arrays::has(&value, &args[0])),
    ("contains", 1, |value, args| arrays::contains(&value, &args[0])),
    ("inside", 1, |value, args| arrays::contains(&args[0], &value)),
    ("add", 0, add_all),
    ("tostring", 0, |value, _| if let Value::String(_) = value { Ok(value) } else { Ok(compact(&value).into()) }),
    ("tojson", 0, |value, _| Ok(compact(&value).into())),
    ("fromjson", 0, from_json),
    ("tonumber", 0, to_number),
    ("toarray", 0, |value, _| if let Value::Array(_) = value { Ok(value) } else { Ok(vec![value].into()) }),
    ("ascii_downcase", 0, |value, _| ascii_case(value, "ascii_downcase", str::to_ascii_lowercase)),
    ("ascii_upcase", 0, |value, _| ascii_case(value, "ascii_upcase", str::to_ascii_uppercase)),
    ("explode", 0, explode),
    ("implode", 0, implode),
    ("startswith", 1, |value, args| with_strings(&value, &args[0], "startswith").map(|(a, b)| a.starts_with(&*b).into())),
    ("endswith", 1, |value, args| with_strings(&value, &args[0], "endswith").map(|(a, b)| a.ends_with(&*b).into())),
    ("ltrimstr", 1, |value, args| cut(value, &args[0], true, false)),
    ("rtrimstr", 1, |value, args| cut(value, &args[0], false, true)),
    ("trimstr", 1, |value, args| cut(value, &args[0], true, true)),
    ("trim", 0, |value, _| trim(value, str::trim)),
    ("ltrim", 0, |value, _| trim(value, str::trim_start)),
    ("rtrim", 0, |value, _| trim(value, str::trim_end)),
    ("split", 1, |value, args| with_strings(&value, &args[0], "split input and separator must be strings").map_err(|_| Value::from("split input and separator must be strings")).map(|(a, b)| math::split(&a, &b))),
    ("split", 2, split_by_regex),
    ("join", 1, join),
    ("indices", 1, indices),
    ("_indices", 1, indices),
    ("index", 1, |value, args| path::index(&indices(value, args)?, &Value::Number(0.0))),
    ("rindex", 1, |value, args| path::index(&indices(value, args)?, &Value::Number(-1.0))),
    ("flatten", 0, |value, _| flatten(value, f64::MAX)),
    ("flatten", 1, |value, args| flatten(value, need_number(&args[0])?)),
    ("reverse", 0, reverse),
    ("sort", 0, |value, _| by("sort", value, "sorted")),
    ("unique", 0, |value, _| by("unique", value, "sorted")),
    ("min", 0, |value, _| by("min", value, "iterated over")),
    ("max", 0, |value, _| by("max", value, "iterated over")),
    ("to_entries", 0, |value, _| arrays::to_entries(&value)),
    ("from_entries", 0, |value, _| arrays::from_entries(&value)),
    ("transpose", 0, |value, _| arrays::transpose(arrays::items(&value, "transposed")?)),
    ("setpath", 2, set_path),
    ("delpaths", 1, delete_paths),
    ("_stream", 0, stream),
    ("bsearch", 1, bsearch),
    ("env", 0, |_, _| Ok(environment())),
    ("now", 0, |_, _| Ok(Value::Number(time::now()))),
    ("gmtime", 0, |value, _| time::broken_down(&value, "gmtime", false)),
    ("localtime", 0, |value, _| time::broken_down(&value, "localtime", true)),
    ("mktime", 0, |value, _| time::make(&value)),
    ("strftime", 1, |value, args| time::print(&value, &args[0], false)),
    ("strflocaltime", 1, |value, args| time::print(&value, &args[0], true)),
    ("strptime", 1, |value, args| time::parse(&value, &args[0])),
    ("_match", 3, |value, args| regex::matches(&value, &args[0], &args[1], args[2].is_true())),
    ("infinite", 0, |_, _| Ok(Value::Number(f64::INFINITY))),
    ("nan", 0, |_, _| Ok(Value::Number(f64::NAN))),
    ("isinfinite", 0, |value, _| Ok(need_number(&value)?.is_infinite().into())),
    ("isnan", 0, |value, _| Ok(need_number(&value)?.is_nan().into())),
    ("isnormal", 0, |value, _| Ok(need_number(&value)?.is_normal().into())),
    ("abs", 0, |value, _| match value.number() {
        Some(number) if number < 0.0 => Ok(Value::Number(-number)),
        Some(_) => Ok(value),
        None => Err(format!("{} ({}) has no absolute value", value.kind(), excerpt(&value)).into()),
    }),
    ("pow", 2, |_, args| numbers(args, f64::powf)),
    ("atan2", 2, |_, args| numbers(args, f64::atan2)),
    ("fmin", 2, |_, args| numbers(args, f64::min)),
    ("fmax", 2, |_, args| numbers(args, f64::max)),
    ("fmod", 2, |_, args| numbers(args, |a, b| a % b)),
    ("hypot", 2, |_, args| numbers(args, f64::hypot)),
    ("copysign", 2, |_, args| numbers(args, f64::copysign)),
    ("drem", 2, |_, args| numbers(args, |a, b| a - b * (a / b).round_ties_even())),
    ("fdim", 2, |_, args| numbers(args, |a, b| (a - b).max(0.0))),
    ("ldexp", 2, |_, args| numbers(args, |a, b| a * 2f64.powf(b))),
    ("scalb", 2, |_, args| numbers(args, |a, b| a * 2f64.powf(b))),
    ("scalbln", 2, |_, args| numbers(args, |a, b| a * 2f64.powf(b))),
    ("fma", 3, |_, args| Ok(Value::Number(need_number(&args[0])?.mul_add(need_number(&args[1])?, need_number(&args[2])?)))),
    ("frexp", 0, |value, _| {
        let (mantissa, exponent) = math::frexp(need_number(&value)?);
        Ok(vec![Value::Number(mantissa), Value::Number(f64::from(exponent))].into())
    }),
    ("modf", 0, |value, _| {
        let number = need_number(&value)?;
        Ok(vec![Value::Number(number - number.trunc()), Value::Number(number.trunc())].into())
    }),
    ("lgamma", 0, |value, _| unary(value, "gamma")),
    ("lgamma_r", 0, |value, _| {
        let number = need_number(&value)?;
        let negative = number < 0.0 && number.floor() % 2.0 != 0.0;
        Ok(vec![unary(value, "gamma")?, Value::Number(if negative { -1.0 } else { 1.0 })].into())
    }),
    ("have_literal_numbers", 0, |_, _| Ok(true.into())),
    ("have_decnum", 0, |_, _| Ok(false.into())),
    ("get_search_list", 0, |_, _| Ok(vec!["~/.jq".into(), "$ORIGIN/../lib/jq".into(), "$ORIGIN/../lib".into()].into())),
    ("format", 1, |value, args| Ok(format::apply(&format::text(&args[0]), &value)?.into())),
    ("ascii", 0, |value, _| Ok(char::from_u32(need_number(&value)? as u32).unwrap_or('\u{fffd}').to_string().into())),
];

fn all() -> impl Iterator<Item = &'static Entry> {
    GENERAL.iter().chain(MATH.iter())
}
