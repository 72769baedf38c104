//! What a text is about: scripts, markup, sources.

/// What a text is called, before its encoding.
pub struct Topic {
    pub name: String,
    pub mime: &'static str,
    pub shape: Shape,
}

/// What follows a topic's name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Alone,
    /// The encoding.
    Text,
    /// The encoding, and `executable`.
    Executable,
}

/// Bytes that are searched.
const MOST: usize = 8192;

pub fn topic(bytes: &[u8]) -> Option<Topic> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    shebang(bytes).or_else(|| start(bytes)).or_else(|| {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST)]);
        markup(&text).or_else(|| source(&text))
    })
}

fn found(name: &str, mime: &'static str, shape: Shape) -> Option<Topic> {
    Some(Topic { name: name.to_string(), mime, shape })
}

/// The interpreters that have a name: the path's end, what the script is called, its type.
const SHELLS: [(&str, &str, &str); 14] = [
    ("bash", "Bourne-Again shell script", "text/x-shellscript"),
    ("zsh", "Paul Falstad's zsh script", "text/x-shellscript"),
    ("ksh", "Korn shell script", "text/x-shellscript"),
    ("tcsh", "Tenex C shell script", "text/x-shellscript"),
    ("csh", "C shell script", "text/x-shellscript"),
    ("fish", "fish shell script", "text/x-shellscript"),
    ("gawk", "GNU awk script", "text/x-gawk"),
    ("nawk", "new awk script", "text/x-nawk"),
    ("awk", "awk script", "text/x-awk"),
    ("ruby", "Ruby script", "text/x-ruby"),
    ("lua", "Lua script", "text/x-lua"),
    ("tclsh", "Tcl/Tk script", "text/x-tcl"),
    ("wish", "Tcl/Tk script", "text/x-tcl"),
    ("python", "Python script", "text/x-script.python"),
];

fn shebang(bytes: &[u8]) -> Option<Topic> {
    let rest = bytes.strip_prefix(b"#!")?;
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    let line = String::from_utf8_lossy(&rest[..end]);
    let line = line.trim();
    let mut words = line.split_whitespace();
    let path = words.next().unwrap_or_default();
    let by_env = path.ends_with("/env");
    let program = if by_env { words.next().unwrap_or_default() } else { path.rsplit('/').next().unwrap_or_default() };
    if path == "/bin/sh" || (by_env && program == "sh") {
        return found("POSIX shell script", "text/x-shellscript", Shape::Executable);
    }
    if program == "node" || program == "nodejs" {
        return found("Node.js script executable", "application/javascript", Shape::Text);
    }
    if program.starts_with("perl") {
        return found("Perl script text executable", "text/x-perl", Shape::Alone);
    }
    let known = SHELLS.iter().find(|(name, ..)| program == *name || (*name == "python" && program.starts_with(name)));
    if let Some((_, name, mime)) = known {
        return found(name, mime, Shape::Executable);
    }
    let command = if by_env { line[path.len()..].trim() } else { line };
    (!command.is_empty()).then(|| Topic { name: format!("a {command} script"), mime: "text/plain", shape: Shape::Executable })
}

/// What stands at the very beginning.
fn start(bytes: &[u8]) -> Option<Topic> {
    let starts: [(&str, &str, &'static str, Shape); 24] = [
        ("<?php", "PHP script", "text/x-php", Shape::Text),
        ("-----BEGIN CERTIFICATE-----", "PEM certificate", "text/plain", Shape::Alone),
        ("-----BEGIN CERTIFICATE REQUEST-----", "PEM certificate request", "text/plain", Shape::Alone),
        ("-----BEGIN RSA PRIVATE KEY-----", "PEM RSA private key", "text/plain", Shape::Alone),
        ("-----BEGIN DSA PRIVATE KEY-----", "PEM DSA private key", "text/plain", Shape::Alone),
        ("-----BEGIN EC PRIVATE KEY-----", "PEM EC private key", "text/plain", Shape::Alone),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "OpenSSH private key", "text/plain", Shape::Alone),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-", "PGP public key block", "application/pgp-keys", Shape::Alone),
        ("-----BEGIN PGP MESSAGE-", "PGP message", "application/pgp", Shape::Alone),
        ("-----BEGIN PGP SIGNATURE-", "PGP signature", "application/pgp-signature", Shape::Alone),
        ("ssh-rsa ", "OpenSSH RSA public key", "text/plain", Shape::Alone),
        ("ssh-ed25519 ", "OpenSSH ED25519 public key", "text/plain", Shape::Alone),
        ("ssh-dss ", "OpenSSH DSA public key", "text/plain", Shape::Alone),
        ("diff ", "unified diff output", "text/x-diff", Shape::Text),
        ("BEGIN:VCALENDAR", "vCalendar calendar file", "text/calendar", Shape::Alone),
        ("From: ", "news or mail", "message/rfc822", Shape::Text),
        ("Return-Path:", "SMTP mail", "message/rfc822", Shape::Text),
        ("Received:", "SMTP mail", "message/rfc822", Shape::Text),
        (".TH ", "troff or preprocessor input", "text/troff", Shape::Text),
        (".\\\"", "troff or preprocessor input", "text/troff", Shape::Text),
        ("'use strict'", "JavaScript source", "application/javascript", Shape::Text),
        ("\"use strict\"", "JavaScript source", "application/javascript", Shape::Text),
        ("\"\"\"", "Python script", "text/plain", Shape::Executable),
        ("'''", "Python script", "text/x-script.python", Shape::Executable),
    ];
    for (text, name, mime, shape) in starts {
        if bytes.starts_with(text.as_bytes()) {
            return found(name, mime, shape);
        }
    }
    if bytes.starts_with(b"--- ") && bytes.windows(5).any(|part| part == b"\n+++ ") {
        return found("unified diff output", "text/x-diff", Shape::Text);
    }
    if let Some(level) = bytes.strip_prefix(b"%!PS-Adobe-") {
        let level: String = level.iter().take_while(|byte| !byte.is_ascii_whitespace()).map(|byte| *byte as char).collect();
        return found(&format!("PostScript document text conforming DSC level {level}"), "application/postscript", Shape::Alone);
    }
    if bytes.starts_with(b"1\n00:") && bytes.windows(5).any(|part| part == b" --> ") {
        return found("SubRip", "application/x-subrip", Shape::Text);
    }
    None
}

fn markup(text: &str) -> Option<Topic> {
    let lower = text[..text.floor_char_boundary(4096)].to_ascii_lowercase();
    if lower.contains("<svg") && (text.starts_with("<svg") || text.starts_with("<?xml")) {
        return found("SVG Scalable Vector Graphics image", "image/svg+xml", Shape::Alone);
    }
    if let Some(rest) = text.strip_prefix("<?xml version=") {
        let version = rest.get(1..4).unwrap_or("1.0");
        return found(&format!("XML {version} document"), "text/xml", Shape::Text);
    }
    let tags = ["<!doctype html", "<html>", "<html ", "<head>", "<head ", "<title>", "<body>", "<body "];
    let begins = lower.trim_start().starts_with('<');
    if begins && tags.iter().any(|tag| lower.trim_start().starts_with(tag)) && !lower.trim_start().starts_with("<body>\n") {
        return found("HTML document", "text/html", Shape::Text);
    }
    if lower.contains("\\documentclass") {
        return found("LaTeX 2e document", "text/x-tex", Shape::Text);
    }
    None
}

/// A name of letters, digits and `_`, and what follows it.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()))
}

fn source(text: &str) -> Option<Topic> {
    let any = |fits: &dyn Fn(&str) -> bool| text.lines().any(fits);
    let after = |line: &str, key: &str| line.strip_prefix(key).filter(|rest| rest.starts_with([' ', '\t'])).map(|rest| rest.trim_start().to_string());
    let class_body = any(&|line| after(line.trim_start(), "class").is_some_and(|rest| word(&rest).1.trim_start().starts_with('{')));
    let namespace = any(&|line| after(line, "namespace").is_some_and(|rest| word(&rest).1.trim_start().starts_with('{')));
    let template = any(&|line| line.trim_start().starts_with("template") && line.trim_end().ends_with('>'));
    let access = any(&|line| ["public:", "private:", "protected:"].contains(&line.trim()));
    if class_body && !any(&|line| line.starts_with("import ") || line.starts_with("export ")) || namespace || template || access || text.contains("using namespace ") {
        return found("C++ source", "text/x-c++", Shape::Text);
    }
    if any(&|line| line.starts_with("#include")) {
        let quoted = any(&|line| line.strip_prefix("#include").is_some_and(|rest| rest.contains(['<', '"'])));
        if quoted {
            let plain = any(&|line| line.strip_prefix("#include").is_some_and(|rest| rest.contains('<') && !rest.contains('.')));
            return if plain { found("C++ source", "text/x-c++", Shape::Text) } else { found("C source", "text/x-c", Shape::Text) };
        }
    }
    if any(&|line| after(line, "package").is_some_and(|rest| rest.trim_end().ends_with(';') && rest.contains('.'))) || any(&|line| line.starts_with("import java")) {
        return found("Java source", "text/x-java", Shape::Text);
    }
    if perl_module(text) {
        return found("Perl5 module source", "text/plain", Shape::Text);
    }
    if python(text) {
        return found("Python script", "text/x-script.python", Shape::Executable);
    }
    if javascript(text) {
        return found("JavaScript source", "application/javascript", Shape::Text);
    }
    let directive = |line: &str, word: &str| line.strip_prefix('#').is_some_and(|rest| rest.trim_start().starts_with(word));
    let conditional = any(&|line| directive(line, "ifdef") || directive(line, "ifndef")) && any(&|line| directive(line, "endif") || directive(line, "define"));
    let main = text.find("main(").is_some_and(|at| text[at..].lines().next().is_some_and(|line| line.split_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('{'))));
    let typed = any(&|line| after(line, "struct").is_some_and(|rest| word(&rest).1.trim_start().starts_with('{')) || after(line, "extern").is_some());
    if conditional || main || typed || any(&|line| directive(line, "pragma")) {
        return found("C source", "text/x-c", Shape::Text);
    }
    if ruby(text) {
        return found("Ruby script", "text/x-ruby", Shape::Text);
    }
    let rule = |line: &str| line.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._-/%".contains(c)));
    if any(&|line| line.starts_with(".PHONY")) || text.lines().zip(text.lines().skip(1)).any(|(line, next)| rule(line) && next.starts_with('\t')) {
        return found("makefile script", "text/x-makefile", Shape::Text);
    }
    None
}

fn perl_module(text: &str) -> bool {
    let named = |line: &str| line.strip_prefix("package ").is_some_and(|rest| rest.trim_end().ends_with(';'));
    text.lines().any(named) && (text.contains("use ") || text.contains("1;"))
}

fn python(text: &str) -> bool {
    let has = |first: &str, then: &str| text.find(first).is_some_and(|at| text[at..].contains(then));
    if has("if __name__", "__main__") || has("def __init__", "self") {
        return true;
    }
    let mut tries = false;
    for line in text.lines() {
        let inner = line.trim_start();
        let end = line.trim_end();
        if line.starts_with("from ") && line.split_whitespace().nth(2) == Some("import") && !line.contains(['\'', '"']) {
            return true;
        }
        if let Some(rest) = inner.strip_prefix("def ") {
            let arguments = word(rest.trim_start()).1.trim_start().strip_prefix('(').and_then(|rest| rest.strip_suffix("):"));
            if arguments.is_some_and(|list| list.chars().all(|c| c.is_alphabetic() || "*_, ".contains(c))) {
                return true;
            }
        }
        if line.strip_prefix("class ").is_some_and(|rest| {
            let rest = word(rest.trim_start()).1;
            rest == ":" || (rest.starts_with('(') && rest.trim_end().ends_with("):"))
        }) {
            return true;
        }
        tries |= inner == "try:" && end.ends_with(':');
        if tries && (inner.starts_with("except") || inner.starts_with("finally")) && end.ends_with(':') {
            return true;
        }
    }
    false
}

fn javascript(text: &str) -> bool {
    text.lines().any(|line| {
        let required = ["const ", "let ", "var "].iter().any(|key| line.starts_with(key)) && line.contains("require(");
        let imported = line.starts_with("import ") && line.contains(" from ") && line.contains(['\'', '"']);
        let exported = ["export default ", "export const ", "export function ", "export {"].iter().any(|key| line.starts_with(key));
        required || imported || exported
    })
}

fn ruby(text: &str) -> bool {
    let ended = text.lines().any(|line| line.trim() == "end");
    text.lines().any(|line| {
        let named = |key: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(char::is_uppercase) && !rest.contains(['{', ':', ';']));
        (ended && (named("module ") || named("class "))) || (ended && line.starts_with("require ") && line.contains(['\'', '"']))
    })
}
