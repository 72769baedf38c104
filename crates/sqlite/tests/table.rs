//! The shell, against what sqlite3 3.40.1 prints (cases.txt: command line, input, `---- STATUS`, both outputs). Each case runs in
//! a folder with im.csv.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

const CSV: &str = "a,b\n1,\"x, y\"\n2,\"q\"\"z\"\n3\n4,5,6\n\"multi\nline\",\n";

/// Words in quotes of either kind, without escapes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars().chain([' ']) {
        match quote {
            Some(end) if c == end => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == ' ' => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words
}

/// Both outputs in one, and the status.
fn run(folder: &std::path::Path, line: &str, input: &str) -> (String, i32) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sqlite3"));
    command.args(&words(line)[1..]).current_dir(folder).env("HOME", folder).stdin(Stdio::piped()).stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = command.spawn().unwrap();
    drop(command);
    // A statement on the command line leaves the input unread.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let mut output = Vec::new();
    reader.read_to_end(&mut output).unwrap();
    let folder = std::fs::canonicalize(folder).unwrap().display().to_string();
    (String::from_utf8_lossy(&output).replace(&folder, "DIR"), child.wait().unwrap().code().unwrap())
}

#[test]
fn the_shell_prints_what_sqlite3_prints() {
    let base = std::env::temp_dir().join(format!("sqlite-table-{}", std::process::id()));
    let mut count = 0;
    for case in include_str!("cases.txt").split("\n====\n").filter(|case| !case.trim().is_empty()) {
        let (line, rest) = case.split_once('\n').unwrap();
        let (input, expected) = rest.split_once("\n---- ").unwrap();
        let (status, expected) = expected.split_once('\n').unwrap();
        let folder = base.join(count.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("im.csv"), CSV).unwrap();
        let (output, got) = run(&folder, line, &format!("{input}\n"));
        assert_eq!((output.as_str(), got), (expected, status.parse().unwrap()), "{line}\n{input}");
        count += 1;
    }
    std::fs::remove_dir_all(&base).unwrap();
    assert!(count > 90, "{count}");
}
