//! Runs programs: every output of a filter is handed to a function that takes it.

use std::cell::Cell;
use std::rc::Rc;

use crate::ast::{Ast, Def, Pattern, Patterns, Piece};
use crate::format;
use crate::inputs::Inputs;
use crate::math;
use crate::path::{self, Path};
use crate::print::excerpt;
use crate::value::{Map, Value};

/// Why a filter ends early.
#[derive(Debug)]
pub enum Stop {
    Error(Value),
    Break(u64),
    /// The one who takes the outputs wants to stop; its reason is kept by the `try` in between.
    Through,
    Halt(i32),
}

impl From<Value> for Stop {
    fn from(error: Value) -> Stop {
        Stop::Error(error)
    }
}

impl From<String> for Stop {
    fn from(error: String) -> Stop {
        Stop::Error(error.into())
    }
}

pub type Flow = Result<(), Stop>;
pub type Take<'a> = &'a mut dyn FnMut(Value, Path) -> Flow;

/// What is bound, innermost first.
pub type Env = Option<Rc<Node>>;

pub struct Node {
    slot: Slot,
    next: Env,
}

enum Slot {
    Variable(Value),
    Closure(&'static Ast, Env),
    Define(&'static Def),
    Label(u64),
}

fn push(env: &Env, slot: Slot) -> Env {
    Some(Rc::new(Node { slot, next: env.clone() }))
}

/// The environment with values bound in order.
pub fn bind(env: &Env, values: &[Value]) -> Env {
    values.iter().fold(env.clone(), |env, value| push(&env, Slot::Variable(value.clone())))
}

fn at(env: &Env, depth: usize) -> &Rc<Node> {
    let mut node = env.as_ref().expect("the parser resolved the name");
    for _ in 0..depth {
        node = node.next.as_ref().expect("the parser resolved the name");
    }
    node
}

/// Calls within calls that are followed; the stack of the smallest engine holds them.
const DEPTH: usize = 3000;

pub struct Interp {
    pub prelude: &'static [Def],
    pub inputs: Inputs,
    labels: Cell<u64>,
    depth: Cell<usize>,
}

impl Interp {
    pub fn new(prelude: &'static [Def], inputs: Inputs) -> Interp {
        Interp { prelude, inputs, labels: Cell::new(0), depth: Cell::new(0) }
    }

    /// A number that no other label has.
    pub fn label(&self) -> u64 {
        self.labels.set(self.labels.get() + 1);
        self.labels.get()
    }

    /// Runs a filter whose paths do not matter.
    pub fn each(&self, code: &'static Ast, env: &Env, value: Value, take: &mut dyn FnMut(Value) -> Flow) -> Flow {
        match self.single(code, env, &value) {
            Some(result) => take(result?),
            None => self.eval(code, env, value, Path::Off, &mut |value, _| take(value)),
        }
    }

    /// All outputs of a filter.
    pub fn all(&self, code: &'static Ast, env: &Env, value: Value) -> Result<Vec<Value>, Stop> {
        let mut list = Vec::new();
        self.each(code, env, value, &mut |value| {
            list.push(value);
            Ok(())
        })?;
        Ok(list)
    }

    /// The one output of a filter that is seen to have just one, without calls back.
    #[inline(never)]
    fn single(&self, code: &'static Ast, env: &Env, value: &Value) -> Option<Result<Value, Stop>> {
        match code {
            Ast::Identity => Some(Ok(value.clone())),
            Ast::Literal(literal) => Some(Ok(literal.clone())),
            Ast::Var(depth) => match &at(env, *depth).slot {
                Slot::Variable(value) => Some(Ok(value.clone())),
                _ => None,
            },
            Ast::Index(term, key) => {
                let Ast::Literal(key) = &**key else { return None };
                if let Ast::Identity = **term {
                    return Some(path::index(value, key).map_err(Stop::from));
                }
                Some(self.single(term, env, value)?.and_then(|value| path::index(&value, key).map_err(Stop::from)))
            }
            Ast::Binary(op, left, right) => {
                let right = self.single(right, env, value)?;
                let left = self.single(left, env, value)?;
                Some(right.and_then(|right| left.and_then(|left| math::binary(*op, left, right).map_err(Stop::from))))
            }
            _ => None,
        }
    }

    pub fn eval(&self, code: &'static Ast, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        match code {
            Ast::Identity => take(value, path),
            Ast::Literal(literal) => take(literal.clone(), path.lost()),
            Ast::Var(_) => match self.single(code, env, &value) {
                Some(result) => take(result?, path.lost()),
                None => Ok(()),
            },
            Ast::Pipe(left, right) => match self.single(left, env, &value) {
                Some(result) if path.is_off() => self.eval(right, env, result?, path, take),
                _ => self.eval(left, env, value, path, &mut |value, path| self.eval(right, env, value, path, take)),
            },
            Ast::Comma(left, right) => {
                self.eval(left, env, value.clone(), path.clone(), take)?;
                self.eval(right, env, value, path, take)
            }
            Ast::Index(term, key) => self.index(term, key, env, value, path, take),
            Ast::Slice(term, from, to) => self.slice(term, [from.as_deref(), to.as_deref()], env, value, path, take),
            Ast::Iterate(term) => self.eval(term, env, value, path, &mut |value, path| path::iterate(value, path, take)),
            Ast::Try(body, catch) => self.attempt(body, catch.as_deref(), env, value, path, take),
            Ast::Alternative(left, right) => self.alternative(left, right, env, value, path, take),
            Ast::If(condition, then, otherwise) => {
                let branch = |truth: Value, value: Value, path: Path, take: Take| match (truth.is_true(), otherwise) {
                    (true, _) => self.eval(then, env, value, path, take),
                    (false, Some(otherwise)) => self.eval(otherwise, env, value, path, take),
                    (false, None) => take(value, path),
                };
                // The value is handed over where it can be: what holds it alone changes it without a copy.
                let mut truths = self.all(condition, env, value.clone())?;
                let Some(last) = truths.pop() else { return Ok(()) };
                for truth in truths {
                    branch(truth, value.clone(), path.clone(), take)?;
                }
                branch(last, value, path, take)
            }
            Ast::Reduce(source, patterns, init, update) => self.reduce(source, patterns, [init, update], env, (value, path), take),
            Ast::Foreach(source, patterns, init, update, extract) => {
                self.foreach(source, patterns, [init, update], extract.as_deref(), env, (value, path), take)
            }
            Ast::As(source, patterns, body) => match (self.single(source, env, &value), &patterns.list[..]) {
                (Some(bound), [Pattern::Var(_)]) => self.eval(body, &push(env, Slot::Variable(bound?)), value, path, take),
                _ => self.each(source, env, value.clone(), &mut |bound| {
                    self.destructure(patterns, env, &value, bound, &mut |inner| self.eval(body, inner, value.clone(), path.clone(), take))
                }),
            },
            Ast::Label(body) => {
                let label = self.label();
                match self.eval(body, &push(env, Slot::Label(label)), value, path, take) {
                    Err(Stop::Break(own)) if own == label => Ok(()),
                    flow => flow,
                }
            }
            Ast::Break(depth) => match at(env, *depth).slot {
                Slot::Label(label) => Err(Stop::Break(label)),
                _ => Ok(()),
            },
            Ast::Define(def, rest) => self.eval(rest, &push(env, Slot::Define(def)), value, path, take),
            Ast::Call(depth, args) => {
                let node = at(env, *depth);
                match &node.slot {
                    Slot::Closure(code, env) => self.deeper(|| self.eval(code, env, value, path, take)),
                    Slot::Define(def) => self.call(def, &Some(node.clone()), args, env, value, path, take),
                    _ => Ok(()),
                }
            }
            Ast::Prelude(number, args) => {
                let def = &self.prelude[*number];
                self.call(def, &push(&None, Slot::Define(def)), args, env, value, path, take)
            }
            Ast::Special(special, args) => self.special(*special, args, env, value, path, take),
            _ => self.plain(code, env, value, &mut |value| take(value, path.lost())),
        }
    }

    /// What makes new values, on which no path leads.
    #[inline(never)]
    fn plain(&self, code: &'static Ast, env: &Env, value: Value, take: &mut dyn FnMut(Value) -> Flow) -> Flow {
        match code {
            Ast::Array(None) => take(Vec::new().into()),
            Ast::Array(Some(inner)) => take(self.all(inner, env, value)?.into()),
            Ast::Object(entries) => self.object(entries, Map::default(), env, &value, take),
            Ast::Text(format, pieces) => self.text(format, pieces, String::new(), env, &value, take),
            Ast::Format(format) => take(Value::from(format::apply(format, &value)?)),
            Ast::Negate(inner) => self.each(inner, env, value, &mut |value| take(math::negate(&value)?)),
            Ast::Binary(op, left, right) => self.each(right, env, value.clone(), &mut |right| {
                self.each(left, env, value.clone(), &mut |left| take(math::binary(*op, left, right.clone())?))
            }),
            Ast::And(left, right) => self.each(left, env, value.clone(), &mut |left| match left.is_true() {
                true => self.each(right, env, value.clone(), &mut |right| take(right.is_true().into())),
                false => take(false.into()),
            }),
            Ast::Or(left, right) => self.each(left, env, value.clone(), &mut |left| match left.is_true() {
                false => self.each(right, env, value.clone(), &mut |right| take(right.is_true().into())),
                true => take(true.into()),
            }),
            Ast::Native(native, args) => match &args[..] {
                [] => take((native.0)(value, &[])?),
                [one] => self.each(one, env, value.clone(), &mut |one| take((native.0)(value.clone(), &[one])?)),
                _ => self.arguments(args, Vec::new(), env, &value, &mut |args| take((native.0)(value.clone(), args)?)),
            },
            Ast::Assign(left, right) => self.with_each(right, env, value, &mut |value, new| {
                let paths = self.paths(left, env, value.clone())?;
                take(paths.iter().try_fold(value, |root, path| path::set(root, path, new.clone()))?)
            }),
            Ast::Update(left, right) => {
                let value = self.update(left, env, value, &mut |old, set| self.eval(right, env, old, Path::Off, &mut |value, _| set(value)))?;
                take(value)
            }
            Ast::Arithmetic(op, left, right) => self.with_each(right, env, value, &mut |value, right| {
                let updated = self.update(left, env, value, &mut |old, set| match op {
                    Some(op) => set(math::binary(*op, old, right.clone())?),
                    None if old.is_true() => set(old),
                    None => set(right.clone()),
                })?;
                take(updated)
            }),
            _ => unreachable!("eval handles the rest"),
        }
    }

    /// Calls `then` with the value and each of the filter's outputs; at last without keeping the value.
    #[inline(never)]
    fn with_each(&self, code: &'static Ast, env: &Env, value: Value, then: &mut dyn FnMut(Value, Value) -> Flow) -> Flow {
        let mut outputs = self.all(code, env, value.clone())?;
        let Some(last) = outputs.pop() else { return Ok(()) };
        for output in outputs {
            then(value.clone(), output)?;
        }
        then(value, last)
    }

    /// The paths of a filter's outputs.
    pub fn paths(&self, code: &'static Ast, env: &Env, value: Value) -> Result<Vec<Vec<Value>>, Stop> {
        let mut list = Vec::new();
        self.eval(code, env, value, Path::start(), &mut |value, path| {
            list.push(path.keys(&value)?);
            Ok(())
        })?;
        Ok(list)
    }

    /// Changes what lies at every path of `left` to the first value that `change` sets, or takes it away.
    #[inline(never)]
    fn update(&self, left: &'static Ast, env: &Env, value: Value, change: &mut dyn FnMut(Value, &mut dyn FnMut(Value) -> Flow) -> Flow) -> Result<Value, Stop> {
        let paths = self.paths(left, env, value.clone())?;
        let mut root = value;
        let mut gone = Vec::new();
        for path in paths {
            let old = path::get(&root, &path)?;
            if matches!(old, Value::Array(_) | Value::Object(_)) && !path.iter().any(|key| matches!(key, Value::Object(_))) {
                // Held once, it is changed without a copy.
                root = path::set(root, &path, Value::Null)?;
            }
            let mut new = None;
            let label = self.label();
            let flow = change(old, &mut |value| {
                new = Some(value);
                Err(Stop::Break(label))
            });
            match flow {
                Err(Stop::Break(own)) if own == label => {}
                flow => flow?,
            }
            match new {
                Some(new) => root = path::set(root, &path, new)?,
                None => gone.push(path),
            }
        }
        Ok(path::delete_all(root, gone)?)
    }

    #[inline(never)]
    fn index(&self, term: &'static Ast, key: &'static Ast, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        if let Ast::Literal(key) = key {
            return self.eval(term, env, value, path, &mut |value, path| path::step(&value, path, key, take));
        }
        self.each(key, env, value.clone(), &mut |key| {
            self.eval(term, env, value.clone(), path.clone(), &mut |value, path| path::step(&value, path, &key, take))
        })
    }

    #[inline(never)]
    fn slice(&self, term: &'static Ast, ends: [Option<&'static Ast>; 2], env: &Env, value: Value, path: Path, take: Take) -> Flow {
        const NULL: &Ast = &Ast::Literal(Value::Null);
        let [from, to] = ends.map(|end| end.unwrap_or(NULL));
        self.each(to, env, value.clone(), &mut |to| {
            self.each(from, env, value.clone(), &mut |from| {
                let key = crate::value::object([("start", from), ("end", to.clone())]);
                self.eval(term, env, value.clone(), path.clone(), &mut |value, path| path::step(&value, path, &key, take))
            })
        })
    }

    #[inline(never)]
    fn attempt(&self, body: &'static Ast, catch: Option<&'static Ast>, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        let mut later = None;
        let flow = self.eval(body, env, value, path.clone(), &mut |value, path| {
            take(value, path).map_err(|stop| {
                later = Some(stop);
                Stop::Through
            })
        });
        match (flow, later) {
            (Err(Stop::Through), Some(stop)) => Err(stop),
            (Err(Stop::Error(error)), _) => match catch {
                Some(catch) => self.eval(catch, env, error, path.lost(), take),
                None => Ok(()),
            },
            (flow, _) => flow,
        }
    }

    #[inline(never)]
    fn alternative(&self, left: &'static Ast, right: &'static Ast, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        let mut any = false;
        let mut later = None;
        let flow = self.eval(left, env, value.clone(), path.clone(), &mut |value, path| {
            if !value.is_true() {
                return Ok(());
            }
            any = true;
            take(value, path).map_err(|stop| {
                later = Some(stop);
                Stop::Through
            })
        });
        match (flow, later) {
            (Err(Stop::Through), Some(stop)) => Err(stop),
            (Ok(()) | Err(Stop::Error(_)), _) if any => Ok(()),
            (Ok(()) | Err(Stop::Error(_)), _) => self.eval(right, env, value, path, take),
            (flow, _) => flow,
        }
    }

    #[inline(never)]
    fn reduce(&self, source: &'static Ast, patterns: &'static Patterns, code: [&'static Ast; 2], env: &Env, input: (Value, Path), take: Take) -> Flow {
        let (value, path) = input;
        let nulls = bind(env, &vec![Value::Null; patterns.count]);
        self.eval(code[0], &nulls, value.clone(), path, &mut |init, path| {
            let mut state = (init, path);
            self.each(source, env, value.clone(), &mut |item| {
                self.destructure(patterns, env, &value, item, &mut |inner| {
                    let (old, path) = std::mem::take(&mut state);
                    let off = path.lost();
                    state = (Value::Null, off);
                    self.eval(code[1], inner, old, path, &mut |value, path| {
                        state = (value, path);
                        Ok(())
                    })
                })
            })?;
            let (value, path) = std::mem::take(&mut state);
            take(value, path)
        })
    }

    #[inline(never)]
    fn foreach(&self, source: &'static Ast, patterns: &'static Patterns, code: [&'static Ast; 2], extract: Option<&'static Ast>, env: &Env, input: (Value, Path), take: Take) -> Flow {
        let (value, path) = input;
        let nulls = bind(env, &vec![Value::Null; patterns.count]);
        self.eval(code[0], &nulls, value.clone(), path, &mut |init, path| {
            let mut state = (init, path);
            self.each(source, env, value.clone(), &mut |item| {
                self.destructure(patterns, env, &value, item, &mut |inner| {
                    let (old, path) = state.clone();
                    self.eval(code[1], inner, old, path, &mut |value, path| {
                        state = (value.clone(), path.clone());
                        match extract {
                            Some(extract) => self.eval(extract, inner, value, path, take),
                            None => take(value, path),
                        }
                    })
                })
            })
        })
    }

    /// Calls `then` with the environment of every way to match; of alternatives, with the first that works.
    #[inline(never)]
    fn destructure(&self, patterns: &'static Patterns, env: &Env, input: &Value, value: Value, then: &mut dyn FnMut(&Env) -> Flow) -> Flow {
        if let ([Pattern::Var(_)], 1) = (&patterns.list[..], patterns.count) {
            return then(&push(env, Slot::Variable(value)));
        }
        let Some((last, first)) = patterns.list.split_last() else { return Ok(()) };
        for pattern in first {
            let slots = vec![Value::Null; patterns.count];
            match self.matched(pattern, env, input, value.clone(), slots, &mut |slots| then(&bind(env, &slots))) {
                Err(Stop::Error(_)) => continue,
                flow => return flow,
            }
        }
        let slots = vec![Value::Null; patterns.count];
        self.matched(last, env, input, value, slots, &mut |slots| then(&bind(env, &slots)))
    }

    fn matched(&self, pattern: &'static Pattern, env: &Env, input: &Value, value: Value, mut slots: Vec<Value>, then: &mut dyn FnMut(Vec<Value>) -> Flow) -> Flow {
        match pattern {
            Pattern::Var(slot) => {
                slots[*slot] = value;
                then(slots)
            }
            Pattern::Array(items) => self.matched_items(items, 0, env, input, &value, slots, then),
            Pattern::Object(entries) => self.matched_entries(entries, env, input, &value, slots, then),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn matched_items(&self, items: &'static [Pattern], index: usize, env: &Env, input: &Value, value: &Value, slots: Vec<Value>, then: &mut dyn FnMut(Vec<Value>) -> Flow) -> Flow {
        let Some(item) = items.get(index) else { return then(slots) };
        let part = path::index(value, &Value::Number(index as f64))?;
        self.matched(item, env, input, part, slots, &mut |slots| self.matched_items(items, index + 1, env, input, value, slots, then))
    }

    fn matched_entries(&self, entries: &'static [(Ast, Option<usize>, Option<Pattern>)], env: &Env, input: &Value, value: &Value, slots: Vec<Value>, then: &mut dyn FnMut(Vec<Value>) -> Flow) -> Flow {
        let Some(((key, variable, pattern), rest)) = entries.split_first() else { return then(slots) };
        self.each(key, env, input.clone(), &mut |key| {
            let Value::String(_) = key else {
                return Err(format!("Cannot index {} with {}", value.kind(), key.kind()).into());
            };
            let part = path::index(value, &key)?;
            let mut slots = slots.clone();
            if let Some(slot) = variable {
                slots[*slot] = part.clone();
            }
            match pattern {
                Some(pattern) => self.matched(pattern, env, input, part, slots, &mut |slots| self.matched_entries(rest, env, input, value, slots, then)),
                None => self.matched_entries(rest, env, input, value, slots, then),
            }
        })
    }

    #[inline(never)]
    fn object(&self, entries: &'static [(Ast, Ast)], map: Map, env: &Env, input: &Value, take: &mut dyn FnMut(Value) -> Flow) -> Flow {
        let Some(((key, value), rest)) = entries.split_first() else { return take(map.into()) };
        self.each(key, env, input.clone(), &mut |key| {
            let Value::String(name) = &key else {
                return Err(format!("Cannot use {} ({}) as object key", key.kind(), excerpt(&key)).into());
            };
            if let Ast::Special(crate::special::Special::OwnKey, _) = value {
                let mut map = map.clone();
                map.insert(name.clone(), path::index(input, &key)?);
                return self.object(rest, map, env, input, take);
            }
            self.each(value, env, input.clone(), &mut |value| {
                let mut map = map.clone();
                map.insert(name.clone(), value);
                self.object(rest, map, env, input, take)
            })
        })
    }

    #[inline(never)]
    fn text(&self, format: &'static str, pieces: &'static [Piece], text: String, env: &Env, input: &Value, take: &mut dyn FnMut(Value) -> Flow) -> Flow {
        match pieces.split_first() {
            None => take(text.into()),
            Some((Piece::Text(piece), rest)) => self.text(format, rest, text + piece, env, input, take),
            Some((Piece::Code(code), rest)) => self.each(code, env, input.clone(), &mut |value| {
                let piece = format::apply(format, &value)?;
                self.text(format, rest, format!("{text}{piece}"), env, input, take)
            }),
        }
    }

    /// Every combination of the arguments' outputs; the last argument's change slowest.
    #[inline(never)]
    fn arguments(&self, args: &'static [Ast], later: Vec<Value>, env: &Env, value: &Value, then: &mut dyn FnMut(&[Value]) -> Flow) -> Flow {
        let Some((last, first)) = args.split_last() else { return then(&later) };
        self.each(last, env, value.clone(), &mut |arg| {
            let mut all = vec![arg];
            all.extend_from_slice(&later);
            self.arguments(first, all, env, value, then)
        })
    }

    fn deeper(&self, run: impl FnOnce() -> Flow) -> Flow {
        let depth = self.depth.get();
        if depth >= DEPTH {
            return Err(String::from("Recursion is too deep").into());
        }
        self.depth.set(depth + 1);
        let flow = run();
        self.depth.set(depth);
        flow
    }

    #[allow(clippy::too_many_arguments)]
    fn call(&self, def: &'static Def, home: &Env, args: &'static [Ast], env: &Env, value: Value, path: Path, take: Take) -> Flow {
        let inner = args.iter().fold(home.clone(), |inner, arg| push(&inner, Slot::Closure(arg, env.clone())));
        self.deeper(|| self.bound(&def.params, args, inner, def, env, value, path, take))
    }

    /// Binds the parameters that are variables to every combination of values, then runs the body.
    #[allow(clippy::too_many_arguments)]
    fn bound(&self, params: &'static [bool], args: &'static [Ast], inner: Env, def: &'static Def, env: &Env, value: Value, path: Path, take: Take) -> Flow {
        match params.iter().position(|bound| *bound) {
            None => self.eval(&def.body, &inner, value, path, take),
            Some(next) => self.each(&args[next], env, value.clone(), &mut |arg| {
                let inner = push(&inner, Slot::Variable(arg.clone()));
                self.bound(&params[next + 1..], &args[next + 1..], inner, def, env, value.clone(), path.clone(), take)
            }),
        }
    }
}
