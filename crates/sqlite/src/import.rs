//! `.import`: rows of separated values into a table.

use std::fs;

use crate::db::{Db, Value};
use crate::render::{Mode, Style};
use crate::shell::Shell;
use crate::text;

struct Options<'a> {
    csv: bool,
    ascii: bool,
    skip: usize,
    schema: Option<&'a str>,
    words: Vec<&'a String>,
}

fn options(words: &[String]) -> Result<Options<'_>, String> {
    let mut options = Options { csv: false, ascii: false, skip: 0, schema: None, words: Vec::new() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-').map(|rest| rest.trim_start_matches('-')) {
            None => options.words.push(word),
            Some("csv") => options.csv = true,
            Some("ascii") => options.ascii = true,
            Some("v") => {}
            Some("skip") => options.skip = words.next().and_then(|count| count.parse().ok()).unwrap_or(0),
            Some("schema") => options.schema = words.next().map(String::as_str),
            Some(_) => return Err(format!("ERROR: unknown option: \"{word}\"")),
        }
    }
    Ok(options)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
    separator: Vec<u8>,
    end: Vec<u8>,
    quotes: bool,
}

impl Reader<'_> {
    /// The next row's fields, and its line.
    fn row(&mut self) -> Option<(Vec<Vec<u8>>, usize)> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.line;
        let mut fields = Vec::new();
        loop {
            let (field, last) = self.field();
            fields.push(field);
            if last {
                return Some((fields, start));
            }
        }
    }

    fn ends(&self) -> Option<(usize, bool)> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            Some((0, true))
        } else if rest.starts_with(&self.separator) {
            Some((self.separator.len(), false))
        } else if rest.starts_with(&self.end) {
            Some((self.end.len(), true))
        } else if self.quotes && self.end == b"\n" && rest.starts_with(b"\r\n") {
            Some((2, true))
        } else {
            None
        }
    }

    /// A field, and whether its row ends with it.
    fn field(&mut self) -> (Vec<u8>, bool) {
        let mut field = Vec::new();
        let mut quoted = false;
        if self.quotes && self.text.get(self.at) == Some(&b'"') {
            self.at += 1;
            quoted = true;
        }
        loop {
            if quoted {
                match self.text.get(self.at) {
                    Some(b'"') if self.text.get(self.at + 1) == Some(&b'"') => {
                        field.push(b'"');
                        self.at += 2;
                        continue;
                    }
                    Some(b'"') => {
                        quoted = false;
                        self.at += 1;
                        continue;
                    }
                    Some(_) => {}
                    None => return (field, true),
                }
            } else if let Some((length, last)) = self.ends() {
                self.at += length;
                self.line += usize::from(last);
                return (field, last);
            }
            let byte = self.text[self.at];
            self.line += usize::from(quoted && byte == b'\n');
            field.push(byte);
            self.at += 1;
        }
    }
}

/// Columns of a table; none if it is not there.
fn columns(db: &Db, table: &[u8]) -> usize {
    match db.prepare(&[b"SELECT * FROM ", table].concat()) {
        Ok((Some(statement), _)) => statement.columns(),
        _ => 0,
    }
}

/// Names for the columns of a new table: those of the first row, numbered where they repeat.
fn column_names(header: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = Vec::new();
    for (index, name) in header.into_iter().enumerate() {
        let base = if name.is_empty() { b"?".to_vec() } else { name };
        let taken = names.iter().any(|other| other.eq_ignore_ascii_case(&base));
        names.push(if taken { [&base[..], format!("_{}", index + 1).as_bytes()].concat() } else { base });
    }
    names
}

pub fn import(shell: &mut Shell, words: &[String], usage: &str) -> Result<(), String> {
    let options = options(words)?;
    let [file, table] = options.words[..] else {
        let missing = if options.words.is_empty() { "FILE" } else { "TABLE" };
        return Err(format!("ERROR: missing {missing} argument. Usage:\n{usage}"));
    };
    let text = fs::read(file).map_err(|_| format!("Error: cannot open \"{file}\""))?;
    let mut style: Style = shell.style.clone();
    if options.csv {
        (style.column_separator, style.row_separator) = (b",".to_vec(), b"\n".to_vec());
    } else if options.ascii {
        style.set_mode(Mode::Ascii);
    }
    if style.row_separator == b"\r\n" {
        style.row_separator = b"\n".to_vec();
        // As the original: what is written later ends so too.
        shell.style.row_separator.clone_from(&style.row_separator);
    }
    if style.column_separator.is_empty() {
        return Err("Error: non-null column separator required for import".to_string());
    }
    let quotes = !options.ascii && (options.csv || style.mode != Mode::Ascii);
    let mut reader = Reader { text: &text, at: 0, line: 1, separator: style.column_separator, end: style.row_separator, quotes };
    for _ in 0..options.skip {
        reader.row();
    }
    let full = match options.schema {
        Some(schema) => [&text::quoted_name(schema.as_bytes())[..], b".", &text::quoted_name(table.as_bytes())].concat(),
        None => text::quoted_name(table.as_bytes()),
    };
    let problems = fill(&shell.db, &mut reader, file, &full)?;
    if !problems.is_empty() {
        shell.complain(&problems.join("\n"));
    }
    Ok(())
}

/// Puts the rows into the table, which is made if it is not there; what did not fit.
fn fill(db: &Db, reader: &mut Reader, file: &str, table: &[u8]) -> Result<Vec<String>, String> {
    let failed = |failure: crate::db::Failure| format!("Error: {}", failure.message);
    let run = |sql: &[u8]| -> Result<(), String> {
        let (Some(statement), _) = db.prepare(sql).map_err(failed)? else { return Ok(()) };
        statement.step().map(|_| ()).map_err(failed)
    };
    if columns(db, table) == 0 {
        let Some((header, _)) = reader.row() else { return Err(format!("{file}: empty file")) };
        let names: Vec<Vec<u8>> = column_names(header).iter().map(|name| [&text::quoted_name(name)[..], b" TEXT"].concat()).collect();
        let create = [b"CREATE TABLE ", table, b"(\n", &names.join(&b", "[..]), b")"].concat();
        run(&create).map_err(|message| format!("{} failed with\n{message}", String::from_utf8_lossy(&create)))?;
    }
    let count = columns(db, table);
    let places = vec!["?"; count].join(",");
    let insert = [b"INSERT INTO ", table, b" VALUES(", places.as_bytes(), b")"].concat();
    let (Some(statement), _) = db.prepare(&insert).map_err(failed)? else { return Ok(Vec::new()) };
    let own = db.autocommit();
    if own {
        run(b"BEGIN")?;
    }
    let mut problems = Vec::new();
    while let Some((fields, line)) = reader.row() {
        if fields.len() < count {
            problems.push(format!("{file}:{line}: expected {count} columns but found {} - filling the rest with NULL", fields.len()));
        } else if fields.len() > count {
            problems.push(format!("{file}:{line}: expected {count} columns but found {} - extras ignored", fields.len()));
        }
        let mut fields = fields.into_iter();
        for index in 1..=count {
            statement.bind(index, &fields.next().map_or(Value::Null, Value::Text));
        }
        if let Err(failure) = statement.step() {
            problems.push(format!("{file}:{line}: INSERT failed: {}", failure.message));
        }
        statement.reset();
    }
    if own {
        run(b"COMMIT")?;
    }
    Ok(problems)
}
