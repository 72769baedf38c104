//! YAML's collections between brackets.

use std::rc::Rc;

use super::notes::Step;
use super::read::{merge, Read, Reader};
use super::scalar;
use crate::value::{Map, Value};

impl Reader<'_> {
    pub(super) fn flow(&mut self) -> Read<Value> {
        match self.peek() {
            Some(b'[') => self.flow_sequence(),
            Some(b'{') => self.flow_mapping(),
            Some(b'*') => self.alias(),
            Some(b'&' | b'!') => {
                while !matches!(self.peek(), None | Some(b' ' | b'\n' | b',' | b']' | b'}')) {
                    self.at += 1;
                }
                self.flow_space();
                // A level for every property: there is no end to them otherwise.
                self.within(Step::Index(usize::MAX), Self::flow)
            }
            Some(b'"' | b'\'') => {
                let start = self.at;
                let value = Value::from(self.quoted()?);
                self.keep_raw(&value, start);
                Ok(value)
            }
            Some(_) => {
                let start = self.at;
                let mut text = self.plain_line(true).to_string();
                if text.is_empty() {
                    return self.fail("did not find expected node content");
                }
                // A scalar may go on over lines.
                loop {
                    let end = self.at;
                    self.flow_space();
                    let more = self.text[end..self.at].contains('\n') && !matches!(self.peek(), None | Some(b',' | b']' | b'}' | b':'));
                    if !more {
                        self.at = end;
                        break;
                    }
                    text = format!("{text} {}", self.plain_line(true));
                }
                let value = scalar::resolve(&text);
                self.keep_raw(&value, start);
                Ok(value)
            }
            None => self.fail("did not find expected node content"),
        }
    }

    fn flow_sequence(&mut self) -> Read<Value> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.flow_space();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    return Ok(items.into());
                }
                Some(b',') => self.at += 1,
                None => return self.fail("did not find expected ',' or ']'"),
                Some(_) => {
                    let value = self.within(Step::Index(items.len()), Self::flow)?;
                    self.flow_space();
                    // A pair alone is a mapping.
                    if self.peek() == Some(b':') {
                        self.at += 1;
                        self.flow_space();
                        let mut map = Map::default();
                        map.insert(key(value), self.within(Step::Index(items.len()), Self::flow)?);
                        items.push(map.into());
                    } else {
                        items.push(value);
                    }
                }
            }
        }
    }

    fn flow_mapping(&mut self) -> Read<Value> {
        self.at += 1;
        let mut map = Map::default();
        let mut merged = Vec::new();
        loop {
            self.flow_space();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    merged.iter().for_each(|value| merge(&mut map, value));
                    return Ok(map.into());
                }
                Some(b',') => self.at += 1,
                None => return self.fail("did not find expected ',' or '}'"),
                Some(_) => {
                    let name = self.within(Step::Index(usize::MAX), Self::flow)?;
                    let name = key(name);
                    self.flow_space();
                    let mut value = Value::Null;
                    if self.peek() == Some(b':') {
                        self.at += 1;
                        self.flow_space();
                        if !matches!(self.peek(), Some(b',' | b'}')) {
                            value = self.within(Step::Key(name.to_string()), Self::flow)?;
                        }
                    }
                    if &*name == "<<" {
                        merged.push(value);
                    } else {
                        map.insert(name, value);
                    }
                }
            }
        }
    }
}

fn key(value: Value) -> Rc<str> {
    match value {
        Value::String(text) => text,
        other => crate::print::compact(&other).into(),
    }
}
