//! bc and dc, against what GNU bc 1.07.1 and dc 1.4.1 print (cases.txt: command line, input, `---- STATUS`, both outputs).

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Both outputs in one, and the status.
fn run(line: &str, input: &str) -> (String, i32) {
    let mut words = line.split(' ');
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_calc"));
    command.arg0(words.next().unwrap()).args(words).stdin(Stdio::piped()).stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = command.spawn().unwrap();
    drop(command);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let mut output = String::new();
    reader.read_to_string(&mut output).unwrap();
    (output, child.wait().unwrap().code().unwrap())
}

#[test]
fn bc_and_dc_print_what_gnus_print() {
    let mut count = 0;
    for case in include_str!("cases.txt").split("\n====\n").filter(|case| !case.trim().is_empty()) {
        let (line, rest) = case.split_once('\n').unwrap();
        let (input, expected) = rest.split_once("\n---- ").unwrap();
        let (status, expected) = expected.split_once('\n').unwrap();
        let (output, got) = run(line, &format!("{input}\n"));
        assert_eq!((output.as_str(), got), (expected, status.parse().unwrap()), "{line}\n{input}");
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn cal_prints_months() {
    let table = [
        ("cal 2 2024", "    February 2024   \nSu Mo Tu We Th Fr Sa\n             1  2  3\n 4  5  6  7  8  9 10\n11 12 13 14 15 16 17\n18 19 20 21 22 23 24\n25 26 27 28 29      \n                    \n", 0),
        ("cal sep 1752", "   September 1752   \nSu Mo Tu We Th Fr Sa\n       1  2 14 15 16\n17 18 19 20 21 22 23\n24 25 26 27 28 29 30\n                    \n                    \n                    \n", 0),
        ("cal -mw 12 2023", "     December 2023     \n   Mo Tu We Th Fr Sa Su\n48              1  2  3\n49  4  5  6  7  8  9 10\n50 11 12 13 14 15 16 17\n51 18 19 20 21 22 23 24\n52 25 26 27 28 29 30 31\n                       \n", 0),
        ("cal 13 2024", "cal: illegal month value: use 1-12\n", 1),
        ("cal 30 2 2024", "cal: illegal day value: use 1-29\n", 1),
        ("cal nomonth", "cal: unknown month name: nomonth\n", 1),
    ];
    for (line, expected, status) in table {
        assert_eq!(run(line, ""), (expected.to_string(), status), "{line}");
    }
    let (year, _) = run("cal -3 1 2024", "");
    assert!(year.starts_with("    December 2023         January 2024          February 2024   \n"), "{year}");
}
