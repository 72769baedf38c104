//! Functions that take filters, or need the inputs.

use crate::arrays;
use crate::ast::Ast;
use crate::eval::{Env, Flow, Interp, Stop, Take};
use crate::path::{self, Path};
use crate::print::{compact, excerpt};
use crate::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    Empty,
    Error,
    Recurse,
    RecurseBy,
    Path,
    GetPath,
    Range,
    First,
    Last,
    Limit,
    Until,
    While,
    Repeat,
    Any,
    All,
    IsEmpty,
    Select,
    Delete,
    By(&'static str),
    Input,
    Inputs,
    Debug,
    StdErr,
    InputFilename,
    InputLineNumber,
    Halt,
    HaltError,
    Builtins,
    /// The field of the object that has the same name as the key.
    OwnKey,
}

const LIST: &[(&str, usize, Special)] = &[
    ("empty", 0, Special::Empty),
    ("error", 0, Special::Error),
    ("error", 1, Special::Error),
    ("recurse", 0, Special::Recurse),
    ("recurse", 1, Special::RecurseBy),
    ("path", 1, Special::Path),
    ("getpath", 1, Special::GetPath),
    ("range", 1, Special::Range),
    ("range", 2, Special::Range),
    ("range", 3, Special::Range),
    ("first", 1, Special::First),
    ("last", 1, Special::Last),
    ("limit", 2, Special::Limit),
    ("until", 2, Special::Until),
    ("while", 2, Special::While),
    ("repeat", 1, Special::Repeat),
    ("any", 2, Special::Any),
    ("all", 2, Special::All),
    ("isempty", 1, Special::IsEmpty),
    ("select", 1, Special::Select),
    ("del", 1, Special::Delete),
    ("sort_by", 1, Special::By("sort")),
    ("group_by", 1, Special::By("group")),
    ("unique_by", 1, Special::By("unique")),
    ("min_by", 1, Special::By("min")),
    ("max_by", 1, Special::By("max")),
    ("input", 0, Special::Input),
    ("inputs", 0, Special::Inputs),
    ("debug", 0, Special::Debug),
    ("stderr", 0, Special::StdErr),
    ("input_filename", 0, Special::InputFilename),
    ("input_line_number", 0, Special::InputLineNumber),
    ("halt", 0, Special::Halt),
    ("halt_error", 0, Special::HaltError),
    ("halt_error", 1, Special::HaltError),
    ("builtins", 0, Special::Builtins),
];

pub fn find(name: &str, count: usize) -> Option<Special> {
    LIST.iter().find(|(own, arity, _)| *own == name && *arity == count).map(|entry| entry.2)
}

impl Interp {
    #[inline(never)]
    pub fn special(&self, special: Special, args: &'static [Ast], env: &Env, value: Value, path: Path, take: Take) -> Flow {
        match special {
            Special::Empty | Special::OwnKey => Ok(()),
            Special::Error => match args.first() {
                Some(message) => self.each(message, env, value, &mut |message| Err(Stop::Error(message))),
                None => Err(Stop::Error(value)),
            },
            Special::Recurse => descend(value, path, take),
            Special::RecurseBy => self.recurse(&args[0], env, value, path, take),
            Special::GetPath => self.each(&args[0], env, value.clone(), &mut |keys| get_path(&value, &keys, &path, take)),
            Special::First => self.limited(1, &args[0], env, value, path, take),
            Special::Last => {
                let mut last = None;
                self.eval(&args[0], env, value, path, &mut |value, path| {
                    last = Some((value, path));
                    Ok(())
                })?;
                last.map_or(Ok(()), |(value, path)| take(value, path))
            }
            Special::Limit => self.each(&args[0], env, value.clone(), &mut |count| {
                let count = count.number().ok_or_else(|| Value::from("Invalid arguments to limit"))?;
                if count > 0.0 {
                    self.limited(count.ceil() as u64, &args[1], env, value.clone(), path.clone(), take)
                } else if count < 0.0 {
                    self.eval(&args[1], env, value.clone(), path.clone(), take)
                } else {
                    Ok(())
                }
            }),
            Special::Until => self.until(args, env, value, path, take),
            Special::While => self.repeat(Some(&args[0]), &args[1], env, value, path, take),
            Special::Repeat => self.repeat(None, &args[0], env, value, path, take),
            Special::Select => self.each(&args[0], env, value.clone(), &mut |truth| match truth.is_true() {
                true => take(value.clone(), path.clone()),
                false => Ok(()),
            }),
            Special::Halt => Err(Stop::Halt(0)),
            Special::HaltError => self.halt_error(args, env, value),
            _ => self.special_value(special, args, env, value, &mut |value| take(value, path.lost())),
        }
    }

    /// Those whose outputs no path leads to.
    #[inline(never)]
    fn special_value(&self, special: Special, args: &'static [Ast], env: &Env, value: Value, take: &mut dyn FnMut(Value) -> Flow) -> Flow {
        match special {
            Special::Path => self.eval(&args[0], env, value, Path::start(), &mut |value, path| take(path.keys(&value)?.into())),
            Special::Range => self.range(args, env, value, take),
            Special::Any | Special::All => {
                let wanted = special == Special::Any;
                let mut found = false;
                let label = self.label();
                let flow = self.each(&args[0], env, value, &mut |item| {
                    self.each(&args[1], env, item, &mut |truth| {
                        if truth.is_true() == wanted {
                            found = true;
                            return Err(Stop::Break(label));
                        }
                        Ok(())
                    })
                });
                stopped(flow, label)?;
                take((found == wanted).into())
            }
            Special::IsEmpty => {
                let mut empty = true;
                let label = self.label();
                let flow = self.each(&args[0], env, value, &mut |_| {
                    empty = false;
                    Err(Stop::Break(label))
                });
                stopped(flow, label)?;
                take(empty.into())
            }
            Special::Delete => {
                let paths = self.paths(&args[0], env, value.clone())?;
                take(path::delete_all(value, paths)?)
            }
            Special::By(name) => {
                if !matches!(value, Value::Array(_) | Value::Object(_)) {
                    let shown = if let Value::Null = value { "null".to_string() } else { format!("{} ({})", value.kind(), crate::print::excerpt(&value)) };
                    return Err(format!("Cannot iterate over {shown}").into());
                }
                let what = if matches!(name, "sort" | "unique") { "sorted" } else if name == "group" { "grouped" } else { "iterated over" };
                let items = arrays::items(&value, what)?;
                let mut keys = Vec::with_capacity(items.len());
                for item in items.iter() {
                    keys.push(self.all(&args[0], env, item.clone())?.into());
                }
                take(arrays::by(name, items, keys))
            }
            Special::Input => match self.inputs.next()? {
                Some(value) => take(value),
                None => Err(String::from("break").into()),
            },
            Special::Inputs => {
                while let Some(value) = self.inputs.next()? {
                    take(value)?;
                }
                Ok(())
            }
            Special::Debug => {
                eprintln!("[\"DEBUG:\",{}]", compact(&value));
                take(value)
            }
            Special::StdErr => {
                eprint!("{}", crate::format::text(&value));
                take(value)
            }
            Special::InputFilename => take(self.inputs.file_name()),
            Special::InputLineNumber => take(Value::Number(self.inputs.line() as f64)),
            Special::Builtins => {
                let named = |(name, count): (&str, usize)| Value::from(format!("{name}/{count}"));
                let all = LIST.iter().map(|entry| (entry.0, entry.1)).chain(crate::natives::names()).chain(crate::prelude::names());
                take(all.filter(|(name, _)| !name.starts_with('_')).map(named).collect::<Vec<_>>().into())
            }
            _ => Ok(()),
        }
    }

    fn limited(&self, count: u64, code: &'static Ast, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        let label = self.label();
        let mut left = count;
        let flow = self.eval(code, env, value, path, &mut |value, path| {
            left -= 1;
            take(value, path)?;
            if left == 0 {
                return Err(Stop::Break(label));
            }
            Ok(())
        });
        stopped(flow, label)
    }

    /// A filter's outputs, up to its error.
    fn outputs(&self, code: &'static Ast, env: &Env, value: Value, path: Path) -> (Vec<(Value, Path)>, Flow) {
        let mut list = Vec::new();
        let flow = self.eval(code, env, value, path, &mut |value, path| {
            list.push((value, path));
            Ok(())
        });
        (list, flow)
    }

    /// The value, and all that the filter makes of it again and again; without a call for each step where it makes one.
    fn recurse(&self, code: &'static Ast, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        let (mut value, mut path) = (value, path);
        loop {
            take(value.clone(), path.clone())?;
            let (mut list, flow) = self.outputs(code, env, value, path);
            if list.len() != 1 {
                for (value, path) in list {
                    self.recurse(code, env, value, path, take)?;
                }
                return flow;
            }
            let (next, further) = list.remove(0);
            if flow.is_err() {
                self.recurse(code, env, next, further, take)?;
                return flow;
            }
            (value, path) = (next, further);
        }
    }

    fn repeat(&self, condition: Option<&'static Ast>, code: &'static Ast, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        let (mut value, mut path) = (value, path);
        loop {
            if let Some(condition) = condition {
                let truth = self.all(condition, env, value.clone())?;
                if !truth.first().is_some_and(Value::is_true) {
                    return Ok(());
                }
            }
            take(value.clone(), path.clone())?;
            let (mut list, flow) = self.outputs(code, env, value, path);
            if list.len() != 1 || flow.is_err() {
                for (value, path) in list {
                    self.repeat(condition, code, env, value, path, take)?;
                }
                return flow;
            }
            (value, path) = list.remove(0);
        }
    }

    fn until(&self, args: &'static [Ast], env: &Env, value: Value, path: Path, take: Take) -> Flow {
        let (mut value, mut path) = (value, path);
        loop {
            let truth = self.all(&args[0], env, value.clone())?;
            match truth.first() {
                Some(truth) if truth.is_true() => return take(value, path),
                Some(_) => {}
                None => return Ok(()),
            }
            let (mut list, flow) = self.outputs(&args[1], env, value, path);
            if list.len() != 1 || flow.is_err() {
                for (value, path) in list {
                    self.until(args, env, value, path, take)?;
                }
                return flow;
            }
            (value, path) = list.remove(0);
        }
    }

    fn range(&self, args: &'static [Ast], env: &Env, value: Value, take: &mut dyn FnMut(Value) -> Flow) -> Flow {
        let number = |value: &Value| value.number().ok_or_else(|| Stop::from(String::from("Range bounds must be numeric")));
        if let [to] = args {
            return self.each(to, env, value, &mut |to| count(0.0, number(&to)?, 1.0, take));
        }
        self.each(&args[0], env, value.clone(), &mut |from| {
            self.each(&args[1], env, value.clone(), &mut |to| match args.get(2) {
                None => count(number(&from)?, number(&to)?, 1.0, take),
                Some(by) => self.each(by, env, value.clone(), &mut |by| count(number(&from)?, number(&to)?, number(&by)?, take)),
            })
        })
    }

    fn halt_error(&self, args: &'static [Ast], env: &Env, value: Value) -> Flow {
        let mut status = 5;
        if let Some(code) = args.first() {
            let codes = self.all(code, env, value.clone())?;
            let code = codes.first().and_then(Value::number);
            status = code.ok_or_else(|| Value::from("halt_error/1: number required"))? as i32;
        }
        match &value {
            Value::String(text) => eprint!("{text}"),
            other => eprintln!("{}", compact(other)),
        }
        Err(Stop::Halt(status))
    }
}

fn stopped(flow: Flow, label: u64) -> Flow {
    match flow {
        Err(Stop::Break(own)) if own == label => Ok(()),
        flow => flow,
    }
}

fn count(from: f64, to: f64, by: f64, take: &mut dyn FnMut(Value) -> Flow) -> Flow {
    let mut at = from;
    while (by > 0.0 && at < to) || (by < 0.0 && at > to) {
        take(Value::Number(at))?;
        at += by;
    }
    Ok(())
}

/// `..`
fn descend(value: Value, path: Path, take: Take) -> Flow {
    take(value.clone(), path.clone())?;
    match value {
        Value::Array(_) | Value::Object(_) => path::iterate(value, path, &mut |value, path| descend(value, path, take)),
        _ => Ok(()),
    }
}

fn get_path(value: &Value, keys: &Value, path: &Path, take: Take) -> Flow {
    let Value::Array(keys) = keys else { return Err(String::from("Path must be specified as an array").into()) };
    if let Path::Lost = path {
        return Err(format!("Invalid path expression with result {}", excerpt(value)).into());
    }
    let further = keys.iter().fold(path.clone(), |path, key| path.then(key));
    take(path::get(value, keys)?, further)
}
