//! The order of `for (key in array)`, asort and asorti.

use std::cmp::Ordering;

use crate::ast::*;
use crate::interp::{fatal, given, Interp, Res};
use crate::text::{show, Text};
use crate::value::{ArrayRef, Value};

type Entry = (Text, Value);

impl<'a> Interp<'a> {
    /// The keys of an array, in the order that PROCINFO["sorted_in"] asks for.
    pub fn sorted_keys(&mut self, array: &ArrayRef) -> Res<Vec<Text>> {
        let order = match &self.globals[given::PROCINFO] {
            Value::Array(info) => info.borrow().get(b"sorted_in").map(|v| v.text(b"%.6g")),
            _ => None,
        };
        let Some(order) = order.filter(|order| !order.is_empty() && &order[..] != b"@unsorted") else {
            return Ok(crate::order::keys(&array.borrow()));
        };
        let mut entries = entries(array);
        self.sort_by(&mut entries, &order)?;
        Ok(entries.into_iter().map(|(key, _)| key).collect())
    }

    /// asort and asorti: the array, or another, gets the sorted values or keys, numbered.
    pub fn sort_function(&mut self, args: &'a [Expr], by_key: bool) -> Res<Value> {
        let source = self.array(&args[0])?;
        let target = match args.get(1) {
            Some(target) => self.array(target)?,
            None => source.clone(),
        };
        let order = match args.get(2) {
            Some(order) => self.eval(order)?.text(b"%.6g"),
            None if by_key => "@ind_str_asc".into(),
            None => "@val_type_asc".into(),
        };
        let mut entries = entries(&source);
        self.sort_by(&mut entries, &order)?;
        let values = entries.into_iter().map(|(key, value)| if by_key { Value::Str(key) } else { value });
        Ok(Value::Num(Interp::fill(&target, values) as f64))
    }

    fn sort_by(&mut self, entries: &mut Vec<Entry>, order: &[u8]) -> Res<()> {
        let name = show(order);
        let Some(rule) = name.strip_prefix('@') else { return self.sort_by_function(entries, &name) };
        let (rule, descending) = match (rule.strip_suffix("_asc"), rule.strip_suffix("_desc")) {
            (Some(rule), _) => (rule, false),
            (_, Some(rule)) => (rule, true),
            _ => (rule, false),
        };
        let by_key_text = |a: &Entry, b: &Entry| a.0.cmp(&b.0);
        let compare: Box<dyn Fn(&Entry, &Entry) -> Ordering> = match rule {
            "ind_str" => Box::new(by_key_text),
            "ind_num" => Box::new(move |a, b| {
                let (x, y) = (crate::number::from_text(&a.0), crate::number::from_text(&b.0));
                x.total_cmp(&y).then_with(|| by_key_text(a, b))
            }),
            "val_str" => Box::new(move |a, b| text_order(&a.1, &b.1).then_with(|| by_key_text(a, b))),
            "val_num" => Box::new(move |a, b| number_order(&a.1, &b.1).then_with(|| text_order(&a.1, &b.1)).then_with(|| by_key_text(a, b))),
            "val_type" => Box::new(move |a, b| type_order(&a.1, &b.1).then_with(|| by_key_text(a, b))),
            _ => return fatal(format!("sort comparison function `{name}' is not defined")),
        };
        entries.sort_by(|a, b| if descending { compare(b, a) } else { compare(a, b) });
        Ok(())
    }

    /// Sorts by a function of the program; a merge, as the function's answers may contradict each other.
    fn sort_by_function(&mut self, entries: &mut Vec<Entry>, name: &str) -> Res<()> {
        let program = self.program;
        let Some(function) = program.functions.iter().find(|f| f.name == name) else {
            return fatal(format!("sort comparison function `{name}' is not defined"));
        };
        let mut width = 1;
        while width < entries.len() {
            let mut merged = Vec::with_capacity(entries.len());
            for pair in entries.chunks(width * 2) {
                let (left, right) = pair.split_at(width.min(pair.len()));
                let (mut i, mut j) = (0, 0);
                while i < left.len() && j < right.len() {
                    let (a, b) = (&left[i], &right[j]);
                    let mut values = vec![Value::Str(a.0.clone()), a.1.clone(), Value::Str(b.0.clone()), b.1.clone()];
                    values.truncate(function.params.len());
                    if self.call_with(function, values)?.num() <= 0.0 {
                        merged.push(left[i].clone());
                        i += 1;
                    } else {
                        merged.push(right[j].clone());
                        j += 1;
                    }
                }
                merged.extend_from_slice(&left[i..]);
                merged.extend_from_slice(&right[j..]);
            }
            *entries = merged;
            width *= 2;
        }
        Ok(())
    }
}

fn entries(array: &ArrayRef) -> Vec<Entry> {
    let array = array.borrow();
    let keys = crate::order::keys(&array);
    keys.into_iter().map(|key| (key.clone(), array.get(&key).cloned().unwrap_or_default())).collect()
}

fn is_array(value: &Value) -> bool {
    matches!(value, Value::Array(_))
}

fn text_order(a: &Value, b: &Value) -> Ordering {
    // Arrays come last.
    is_array(a).cmp(&is_array(b)).then_with(|| a.text(b"%.6g").cmp(&b.text(b"%.6g")))
}

fn number_order(a: &Value, b: &Value) -> Ordering {
    is_array(a).cmp(&is_array(b)).then_with(|| a.num().total_cmp(&b.num()))
}

/// Numbers before text before arrays.
fn type_order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Array(_) => 2,
        value => u8::from(value.as_number().is_none()),
    };
    rank(a).cmp(&rank(b)).then_with(|| match (a.as_number(), b.as_number()) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        _ => a.text(b"%.6g").cmp(&b.text(b"%.6g")),
    })
}
