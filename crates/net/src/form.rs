//! Bodies of forms: `-d` and `-F` of curl.

use crate::here;
use crate::text::percent_encode;
use std::fs::File;
use std::io::{self, Cursor, Read};

/// The bytes of a file; `-` is standard input.
pub fn read_file(name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if name == "-" {
        io::stdin().read_to_end(&mut bytes)?;
    } else {
        File::open(here(name))?.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// `--data-urlencode`: `content`, `=content`, `name=content`, `@file`, `name@file`.
pub fn url_encoded(text: &str) -> io::Result<Vec<u8>> {
    let at = text.find(['=', '@']);
    let (name, content) = match at {
        None => ("", text.as_bytes().to_vec()),
        Some(at) if text.as_bytes()[at] == b'=' => (&text[..at], text[at + 1..].as_bytes().to_vec()),
        Some(at) => (&text[..at], read_file(&text[at + 1..])?),
    };
    let coded = percent_encode(&content).replace("%20", "+");
    Ok(if name.is_empty() { coded } else { format!("{name}={coded}") }.into_bytes())
}

/// One `-F name=value`, `name=@file`, `name=<file`, each with `;type=` and `;filename=`.
pub struct Part {
    name: String,
    file_name: Option<String>,
    kind: Option<String>,
    content: Content,
}

enum Content {
    Bytes(Vec<u8>),
    File(String, u64),
}

impl Part {
    /// Throws what reading the file says; `None` for a text without `=`.
    pub fn parse(text: &str, literal: bool) -> Option<io::Result<Part>> {
        let (name, value) = text.split_once('=')?;
        Some(Part::make(name, value, literal))
    }

    fn make(name: &str, value: &str, literal: bool) -> io::Result<Part> {
        let name = name.to_string();
        if literal {
            return Ok(Part { name, file_name: None, kind: None, content: Content::Bytes(value.into()) });
        }
        let mut fields = fields(value).into_iter();
        let first = fields.next().unwrap_or_default();
        let (mut kind, mut file_name) = (None, None);
        for field in fields {
            match field.trim().split_once('=') {
                Some(("type", value)) => kind = Some(value.to_string()),
                Some(("filename", value)) => file_name = Some(value.to_string()),
                // Other words are none of curl's.
                _ => {}
            }
        }
        if let Some(path) = first.strip_prefix('@') {
            let content = match path {
                "-" => Content::Bytes(read_file("-")?),
                path => Content::File(path.into(), std::fs::metadata(here(path)).and_then(|f| readable(path, f.len()))?),
            };
            let base = path.rsplit('/').next().unwrap_or(path).to_string();
            let kind = kind.or_else(|| (path != "-").then(|| guess(&base).into()));
            return Ok(Part { name, file_name: file_name.or(Some(base)), kind, content });
        }
        let content = match first.strip_prefix('<') {
            Some(path) => read_file(path)?,
            None => first.into_bytes(),
        };
        Ok(Part { name, file_name, kind, content: Content::Bytes(content) })
    }

    fn head(&self, boundary: &str) -> Vec<u8> {
        let quoted = |text: &str| text.replace('"', "%22").replace('\n', "%0A").replace('\r', "%0D");
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data");
        if !self.name.is_empty() {
            head.push_str(&format!("; name=\"{}\"", quoted(&self.name)));
        }
        if let Some(name) = &self.file_name {
            head.push_str(&format!("; filename=\"{}\"", quoted(name)));
        }
        head.push_str("\r\n");
        if let Some(kind) = &self.kind {
            head.push_str(&format!("Content-Type: {kind}\r\n"));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}

/// What stands between semicolons; within quotes they are letters like others.
fn fields(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        let starts = all.last().is_some_and(|field| field.is_empty() || field.ends_with(['=', '@', '<']));
        match letter {
            '"' if quoted => quoted = false,
            '"' if starts => quoted = true,
            ';' if !quoted => all.push(String::new()),
            _ => {
                let escaped = letters.next_if(|next| quoted && letter == '\\' && ['"', '\\'].contains(next));
                all.last_mut().into_iter().for_each(|field| field.push(escaped.unwrap_or(letter)));
            }
        }
    }
    all
}

fn readable(path: &str, length: u64) -> io::Result<u64> {
    File::open(here(path)).map(|_| length)
}

/// A multipart body and its length.
pub fn multipart(parts: &[Part], boundary: &str) -> io::Result<(Box<dyn Read>, u64)> {
    let mut whole: Box<dyn Read> = Box::new(io::empty());
    let mut length = 0;
    let mut add = |reader: Box<dyn Read>, count: u64| {
        let before = std::mem::replace(&mut whole, Box::new(io::empty()));
        whole = Box::new(before.chain(reader));
        length += count;
    };
    for part in parts {
        let head = part.head(boundary);
        let count = head.len() as u64;
        add(Box::new(Cursor::new(head)), count);
        match &part.content {
            Content::Bytes(bytes) => add(Box::new(Cursor::new(bytes.clone())), bytes.len() as u64),
            Content::File(path, size) => add(Box::new(File::open(here(path))?.take(*size)), *size),
        }
        add(Box::new(Cursor::new(b"\r\n".to_vec())), 2);
    }
    let end = format!("--{boundary}--\r\n").into_bytes();
    let count = end.len() as u64;
    add(Box::new(Cursor::new(end)), count);
    Ok((whole, length))
}

fn guess(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase().as_str() {
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "htm" | "html" => "text/html",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_forms_may_be_quoted() {
        for (text, expected) in [
            ("a;type=b", vec!["a", "type=b"]),
            ("\"x;y\";type=\"t\"", vec!["x;y", "type=t"]),
            ("{\"a\":1}", vec!["{\"a\":1}"]),
            ("\"a\\\"b\\\\\"", vec!["a\"b\\"]),
        ] {
            assert_eq!(fields(text), expected, "{text}");
        }
    }
}
