//! diff and cmp, against what GNU's print.

use std::fs;
use std::process::Command;

/// The exit status and the output of `program` in a fresh folder with files `a` and `b`.
fn run(program: &str, arguments: &[&str], a: &str, b: &str) -> (Option<i32>, String) {
    let folder = std::env::temp_dir().join(format!("diff-{}-{:?}", std::process::id(), std::thread::current().id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("a"), a).unwrap();
    fs::write(folder.join("b"), b).unwrap();
    let output = Command::new(program).args(arguments).args(["a", "b"]).current_dir(&folder).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

#[test]
fn every_style_prints_what_gnu_diff_prints() {
    let (a, b) = ("a\nb\nc\nd\n", "a\nc\nX\nd\ne");
    let table: [(&[&str], &str); 8] = [
        (&[], "2d1\n< b\n3a3\n> X\n4a5\n> e\n\\ No newline at end of file\n"),
        (&["-U0", "--label=A", "--label=B"], "--- A\n+++ B\n@@ -2 +1,0 @@\n-b\n@@ -3,0 +3 @@\n+X\n@@ -4,0 +5 @@\n+e\n\\ No newline at end of file\n"),
        (&["-C0", "-LA", "-LB"], "*** A\n--- B\n***************\n*** 2 ****\n- b\n--- 1 ----\n***************\n*** 3 ****\n--- 3 ----\n+ X\n***************\n*** 4 ****\n--- 5 ----\n+ e\n\\ No newline at end of file\n"),
        (&["-n"], "d2 1\na3 1\nX\na4 1\ne"),
        (&["-y", "-W20"], "a\ta\nb     <\nc\tc\n      >\tX\nd\td\n      >\te"),
        (&["--changed-group-format=[%<|%>]", "--unchanged-group-format="], "[b\n|][|X\n][|e\n]"),
        (&["--line-format=", "--old-group-format=%df,%dl %dn %de %dm %(f=l?yes:no)\n"], "2,2 1 1 3 yes\n"),
        (&["-q"], "Files a and b differ\n"),
    ];
    for (arguments, expected) in table {
        assert_eq!(run(env!("CARGO_BIN_EXE_diff"), arguments, a, b), (Some(1), expected.to_string()), "{arguments:?}");
    }
}

#[test]
fn lines_compare_by_what_counts() {
    let table = [("-i", "A\n", "a\n"), ("-w", "a b\n", "ab\n"), ("-b", "a  b \n", "a b"), ("-B", "a\n\nb\n", "a\nb\n"), ("-Ix", "a\nx\n", "a\n")];
    for (option, a, b) in table {
        assert_eq!(run(env!("CARGO_BIN_EXE_diff"), &[option, "-s"], a, b).0, Some(0), "{option}");
        assert_eq!(run(env!("CARGO_BIN_EXE_diff"), &[], a, b).0, Some(1), "{option}");
    }
}

#[test]
fn cmp_names_the_first_difference() {
    let table: [(&[&str], &str, &str, i32, &str); 5] = [
        (&[], "a\nb\n", "a\nc\n", 1, "a b differ: byte 3, line 2\n"),
        (&["-b"], "a\nb\n", "a\nc\n", 1, "a b differ: byte 3, line 2 is 142 b 143 c\n"),
        (&["-l"], "abc", "axy", 1, "2 142 170\n3 143 171\n"),
        (&[], "a\n", "a\nb\n", 1, "cmp: EOF on a after byte 2, line 1\n"),
        (&["-n1"], "ab", "ac", 0, ""),
    ];
    for (arguments, a, b, status, expected) in table {
        assert_eq!(run(env!("CARGO_BIN_EXE_cmp"), arguments, a, b), (Some(status), expected.to_string()), "{arguments:?}");
    }
}
