//! TOML 1.0: documents to values, and values to documents. Dates are strings.

use std::rc::Rc;

use crate::value::{Map, Value};

type Read<T> = Result<T, String>;

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

pub fn read(text: &str) -> Read<Value> {
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let mut root = Map::default();
    let mut table: Vec<String> = Vec::new();
    loop {
        reader.space(true);
        match reader.peek() {
            None => return Ok(root.into()),
            Some(b'[') => {
                reader.at += 1;
                let array = reader.take(b'[');
                let path = reader.key_path()?;
                reader.expect(b']')?;
                if array {
                    reader.expect(b']')?;
                }
                enter(&mut root, &path, array)?;
                table = path;
            }
            Some(_) => {
                let path = reader.key_path()?;
                reader.expect(b'=')?;
                let value = reader.value()?;
                let full: Vec<String> = table.iter().chain(&path).cloned().collect();
                let (last, parents) = full.split_last().ok_or("toml: a key is missing")?;
                let map = descend(&mut root, parents)?;
                if map.insert(Rc::from(last.as_str()), value).is_some() {
                    return Err(format!("toml: key {last} is already defined"));
                }
            }
        }
        reader.space(false);
        if !matches!(reader.peek(), None | Some(b'\n' | b'\r')) {
            return reader.fail("expected newline");
        }
    }
}

/// The table at a path, made where it is not there; of an array the last one.
fn descend<'a>(root: &'a mut Map, path: &[String]) -> Read<&'a mut Map> {
    let mut map = root;
    for key in path {
        let mut value = map.entry(Rc::from(key.as_str())).or_insert_with(|| Map::default().into());
        if let Value::Array(items) = value {
            value = Rc::make_mut(items).last_mut().ok_or_else(|| format!("toml: {key} is an empty array"))?;
        }
        map = match value {
            Value::Object(map) => Rc::make_mut(map),
            _ => return Err(format!("toml: key {key} should be a table")),
        };
    }
    Ok(map)
}

fn enter(root: &mut Map, path: &[String], array: bool) -> Read<()> {
    if !array {
        return descend(root, path).map(|_| ());
    }
    let (last, parents) = path.split_last().ok_or("toml: a key is missing")?;
    let map = descend(root, parents)?;
    match map.entry(Rc::from(last.as_str())).or_insert_with(|| Vec::new().into()) {
        Value::Array(items) => {
            Rc::make_mut(items).push(Map::default().into());
            Ok(())
        }
        _ => Err(format!("toml: key {last} should be an array of tables")),
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn fail<T>(&self, message: &str) -> Read<T> {
        let line = self.text[..self.at].iter().filter(|byte| **byte == b'\n').count() + 1;
        Err(format!("toml: line {line}: {message}"))
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Read<()> {
        self.space(false);
        if self.take(byte) { Ok(()) } else { self.fail(&format!("expected '{}'", byte as char)) }
    }

    fn space(&mut self, lines: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' if lines => self.at += 1,
                b'#' => self.at += self.text[self.at..].iter().position(|byte| *byte == b'\n').unwrap_or(self.text.len() - self.at),
                _ => return,
            }
        }
    }

    fn key_path(&mut self) -> Read<Vec<String>> {
        let mut path = Vec::new();
        loop {
            self.space(false);
            path.push(match self.peek() {
                Some(b'"' | b'\'') => self.string()?,
                _ => {
                    let start = self.at;
                    while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
                        self.at += 1;
                    }
                    if self.at == start {
                        return self.fail("expected a key");
                    }
                    String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
                }
            });
            self.space(false);
            if !self.take(b'.') {
                return Ok(path);
            }
        }
    }

    fn value(&mut self) -> Read<Value> {
        self.space(false);
        match self.peek() {
            Some(b'"' | b'\'') => self.string().map(Value::from),
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.space(true);
                    if self.take(b']') {
                        return Ok(items.into());
                    }
                    items.push(self.value()?);
                    self.space(true);
                    if !self.take(b',') && self.peek() != Some(b']') {
                        return self.fail("expected ',' or ']'");
                    }
                }
            }
            Some(b'{') => {
                self.at += 1;
                let mut map = Map::default();
                loop {
                    self.space(true);
                    if self.take(b'}') {
                        return Ok(map.into());
                    }
                    let path = self.key_path()?;
                    self.expect(b'=')?;
                    let value = self.value()?;
                    let (last, parents) = path.split_last().ok_or("toml: a key is missing")?;
                    descend(&mut map, parents)?.insert(Rc::from(last.as_str()), value);
                    self.space(true);
                    if !self.take(b',') && self.peek() != Some(b'}') {
                        return self.fail("expected ',' or '}'");
                    }
                }
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Read<Value> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.' | b':')) {
            self.at += 1;
        }
        // A date and a time may be a space apart.
        let date = self.at - start == 10 && self.text[start + 4] == b'-';
        if date && self.peek() == Some(b' ') && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
            while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b':')) {
                self.at += 1;
            }
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
        match text.as_str() {
            "" => self.fail("expected a value"),
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            "inf" | "+inf" => Ok(f64::INFINITY.into()),
            "-inf" => Ok(f64::NEG_INFINITY.into()),
            "nan" | "+nan" | "-nan" => Ok(f64::NAN.into()),
            _ => {
                let digits = text.replace('_', "");
                match super::scalar::resolve(&digits) {
                    Value::String(_) if text.contains(['-', ':']) => Ok(text.into()),
                    Value::String(_) => self.fail(&format!("invalid value {text}")),
                    number => Ok(number),
                }
            }
        }
    }

    fn string(&mut self) -> Read<String> {
        let quote = self.text[self.at];
        let long = self.text[self.at..].starts_with(&[quote; 3]);
        self.at += if long { 3 } else { 1 };
        if long {
            self.take(b'\r');
            self.take(b'\n');
        }
        let mut out = Vec::new();
        loop {
            let Some(byte) = self.peek() else { return self.fail("a string does not end") };
            if byte == quote && (!long || self.text[self.at..].starts_with(&[quote; 3])) {
                // Quotes may stand before those that end the string.
                while long && self.text.get(self.at + 3) == Some(&quote) {
                    out.push(quote);
                    self.at += 1;
                }
                self.at += if long { 3 } else { 1 };
                return Ok(String::from_utf8_lossy(&out).into_owned());
            }
            if byte == b'\n' && !long {
                return self.fail("a string does not end on its line");
            }
            self.at += 1;
            if byte == b'\\' && quote == b'"' {
                self.escape(&mut out)?;
            } else {
                out.push(byte);
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Read<()> {
        let Some(letter) = self.peek() else { return self.fail("a string does not end") };
        self.at += 1;
        if letter.is_ascii_whitespace() {
            while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            }
            return Ok(());
        }
        match super::scalar::escape(letter) {
            Ok(text) => out.extend(text.bytes()),
            Err(count) => {
                let digits = self.text.get(self.at..self.at + count).map(String::from_utf8_lossy).unwrap_or_default();
                let Some(c) = u32::from_str_radix(&digits, 16).ok().filter(|_| count > 0).and_then(char::from_u32) else { return self.fail("unknown escape") };
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
                self.at += count;
            }
        }
        Ok(())
    }
}

/// A map as a document; other values have none.
pub fn write(value: &Value) -> String {
    let Value::Object(map) = value else {
        return format!("{}\n", inline(value));
    };
    let mut out = String::new();
    tables(map, &mut Vec::new(), &mut out);
    out
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if bare { name.to_string() } else { crate::print::compact(&name.into()) }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => format!("{{ {} }}", map.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value))).collect::<Vec<_>>().join(", ")),
        // TOML has no null.
        Value::Null => "\"\"".to_string(),
        Value::Number(number) if number.is_infinite() => if *number > 0.0 { "inf" } else { "-inf" }.to_string(),
        Value::Number(number) if number.is_nan() => "nan".to_string(),
        value => crate::print::compact(value),
    }
}

fn is_tables(value: &Value) -> bool {
    matches!(value, Value::Array(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Value::Object(_))))
}

/// A table's own values first: what follows a header belongs to it.
fn tables(map: &Map, path: &mut Vec<String>, out: &mut String) {
    for (name, value) in map.iter().filter(|(_, value)| !matches!(value, Value::Object(_)) && !is_tables(value)) {
        out.push_str(&format!("{} = {}\n", key(name), inline(value)));
    }
    for (name, value) in map.iter() {
        path.push(key(name));
        match value {
            Value::Object(map) => table(map, path, ["[", "]"], out),
            Value::Array(items) if is_tables(value) => {
                for item in items.iter() {
                    if let Value::Object(map) = item {
                        table(map, path, ["[[", "]]"], out);
                    }
                }
            }
            _ => {}
        }
        path.pop();
    }
}

fn table(map: &Map, path: &mut Vec<String>, [open, close]: [&str; 2], out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&format!("{open}{}{close}\n", path.join(".")));
    tables(map, path, out);
}
