//! Scripts and what GNU sed 4.9 does with them; real sed is the oracle where it is installed as GNU's.

use std::io::Write;
use std::process::{Command, Stdio};

fn sed(arguments: &[&str], input: &[u8]) -> (String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sed"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A script that is wrong ends before it reads.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.code())
}

#[test]
fn scripts_edit_as_gnu_sed_edits() {
    let table: [(&[&str], &str, &str); 16] = [
        (&["s/b*/x/2"], "abc\n", "axc\n"),
        (&["-E", "s/(foo|foobar)(bar)?/[\\1|\\2]/"], "foobarbar\n", "[foobar|bar]\n"),
        (&["s/\\(.*\\)/\\L\\u\\1/"], "HELLO\n", "Hello\n"),
        (&["-n", "$!{h;d};H;x;p"], "a\nb\n", "a\nb\n"),
        (&["1~2d"], "a\nb\nc\n", "b\n"),
        (&["0,/a/d"], "a\na\n", "a\n"),
        (&["2,~2p", "-n"], "1\n2\n3\n4\n5\n", "2\n3\n4\n"),
        (&["1a\\  x"], "a\n", "a\n  x\n"),
        (&["-e", "a\\", "-e", "x"], "a", "a\nx\n"),
        (&["-n", "l"], "\u{e9}\t\\\n", "\\303\\251\\t\\\\$\n"),
        (&["y/abc/\\n\\\\x/"], "abc\n", "\n\\x\n"),
        (&["-z", "s/\\n/,/g"], "a\nb\n", "a,b,"),
        (&["s/[/]/x/"], "a/b\n", "axb\n"),
        (&["$!N;P;D"], "a\nb\nc\n", "a\nb\nc\n"),
        (&["-s", "-n", "$="], "a\nb\n", "2\n"),
        (&["G"], "a", "a\n\n"),
    ];
    for (arguments, input, expected) in table {
        assert_eq!(sed(arguments, input.as_bytes()), (expected.to_string(), Some(0)), "{arguments:?}");
    }
}

#[test]
fn scripts_that_are_wrong_say_where() {
    let table = [
        ("s/a/b", 1, "char 5: unterminated `s' command"),
        ("k", 1, "char 1: unknown command: `k'"),
        ("s/a/\\1/", 1, "char 7: invalid reference \\1 on `s' command's RHS"),
        ("1,2q", 1, "char 4: command only uses one address"),
        ("{", 1, "char 0: unmatched `{'"),
        ("s/(/x/;p x", 1, "char 10: extra characters after command"),
    ];
    for (script, status, message) in table {
        let expected = format!("sed: -e expression #1, {message}\n");
        assert_eq!(sed(&[script], b""), (expected, Some(status)), "{script}");
    }
}
