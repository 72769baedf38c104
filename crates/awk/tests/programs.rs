//! Programs and what gawk 5.2 prints for them.

use std::io::Write;
use std::process::{Command, Stdio};

fn awk(program: &str, input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_awk"))
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn programs_print_what_gawk_prints() {
    let table = [
        ("{ print $2, $1, NF }", "a b c\n", "b a 3\n"),
        ("{ $5 = \"x\"; print; print NF }", "a b\n", "a b   x\n5\n"),
        ("BEGIN { print 1e6, 0.1 + 0.2, 1e30, -3 % 2 }", "", "1000000 0.3 1000000000000000019884624838656 -1\n"),
        ("BEGIN { print \"10\" < \"9\", 10 < 9 }", "", "1 0\n"),
        ("$1 > 9", "10\n9\nabc\n", "10\nabc\n"),
        ("BEGIN { print gensub(/(a)(b)/, \"\\\\2\\\\1\", \"g\", \"abab\") }", "", "baba\n"),
        ("BEGIN { s = \"aaa\"; print gsub(/x*/, \"-\", s), s }", "", "4 -a-a-a-\n"),
        ("BEGIN { printf \"%5.2f|%-4d|%x|%c|%s\\n\", 3.14159, 7, 255, 65, \"s\" }", "", " 3.14|7   |ff|A|s\n"),
        ("BEGIN { RS = \"\" } { print NR \": \" $1 \"|\" NF }", "a b\nc\n\nd\n", "1: a|3\n2: d|1\n"),
        ("function f(a) { a[1] = 5 } BEGIN { f(x); print x[1], length(x) }", "", "5 1\n"),
        ("BEGIN { PROCINFO[\"sorted_in\"] = \"@val_num_desc\"; a[\"x\"] = 1; a[\"y\"] = 2; for (k in a) print k }", "", "y\nx\n"),
        ("BEGIN { FPAT = \"[a-z]+\" } { print NF, $2 }", "ab1cd\n", "2 cd\n"),
        ("BEGIN { print length(\"héllo\"), substr(\"héllo\", 2, 1), toupper(\"é\") }", "", "5 é É\n"),
        ("BEGIN { print 1 +}", "", "awk: cmd. line:1: BEGIN { print 1 +}\nawk: cmd. line:1:                  ^ syntax error\n"),
        ("{ x = 0; print 1 / x }", "a\n", "awk: cmd. line:1: (FILENAME=- FNR=1) fatal: division by zero attempted\n"),
        ("BEGIN { print \"x\" > \"/dev/full\" }", "", "awk: fatal: flush to \"/dev/full\" failed: No space left on device\n"),
        (
            "BEGIN { print \"x\" > \"/dev/full\"; print fflush(\"/dev/full\") }",
            "",
            "awk: cmd. line:1: fatal: fflush: cannot flush file `/dev/full': No space left on device\n",
        ),
    ];
    for (program, input, expected) in table {
        assert_eq!(awk(program, input), expected, "{program}");
    }
}
