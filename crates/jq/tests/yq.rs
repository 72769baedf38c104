//! yq, against what mikefarah's version 4 is documented to print.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

fn yq(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jq"));
    command.arg0("yq").args(arguments).env("FOO", "bar").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that ended with an error reads nothing more.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

const COMPOSE: &str = "# top\nversion: \"3.8\" # quoted\nservices:\n  # the web\n  web:\n    image: nginx:1.25 # pinned\n    ports:\n      - \"80:80\"\n      - 443:443\n    env: {A: 1, B: 'two'}\n  db:\n    cmd: |\n      one\n        two\n8080: p\nempty:\n# foot\n";

#[test]
fn expressions_print_what_yq_prints() {
    let table: [(&[&str], &str, &str); 24] = [
        (&["."], COMPOSE, COMPOSE),
        (&[".services.web.image"], COMPOSE, "nginx:1.25\n"),
        (&[".services.web.ports"], COMPOSE, "- \"80:80\"\n- 443:443\n"),
        (&[".services | keys"], COMPOSE, "- web\n- db\n"),
        (&["... comments=\"\" | .services.web.image"], COMPOSE, "nginx:1.25\n"),
        (&[".a = strenv(FOO)"], "a: 1 # n\nb: 2\n", "a: bar # n\nb: 2\n"),
        (&["del(.a)"], "a: 1\nb: 2 # n\n", "b: 2 # n\n"),
        (&[".x-y"], "x-y: 3\n", "3\n"),
        (&[".a"], "a: 1\n---\na: 2\n", "1\n---\n2\n"),
        (&["-N", ".a"], "a: 1\n---\na: 2\n", "1\n2\n"),
        (&["ea", "select(di == 0) * select(di == 1)"], "a: {x: 1}\n---\na: {y: 2}\n", "a: {x: 1, \"y\": 2}\n"),
        (&["ea", ". as $item ireduce ({}; . * $item)"], "a: 1\nb: 1\n---\nb: 2\n", "a: 1\nb: 2\n"),
        (&["-o", "json", "-I0", "."], "a: [1, yes, true, ~, 0x1F, 1.50, .5]\n", "{\"a\":[1,\"yes\",true,null,31,1.5,0.5]}\n"),
        (&["-o=json", ".a"], "a: q\n", "\"q\"\n"),
        (&["-r", "-oj", ".a"], "a: q\n", "q\n"),
        (&["-p", "json", "-o", "yaml", "."], "{\"a\":{\"b\":[1,\"x\",null,\"yes\",\"1\"]},\"c\":\"a: b\",\"d\":\"\",\"e\":[],\"m\":\"l1\\nl2\\n\"}", "a:\n  b:\n    - 1\n    - x\n    - null\n    - \"yes\"\n    - \"1\"\nc: 'a: b'\nd: \"\"\ne: []\nm: |\n  l1\n  l2\n"),
        (&["-p", "toml", "-o", "json", "-I0", "."], "n = 1_000\n[o]\n'a b'.c = 1.5\nd = 1979-05-27\n[[p]]\nk = [1, 2]\n[[p]]\ns = \"\"\"\nx\\\n  y\"\"\"\n", "{\"n\":1000,\"o\":{\"a b\":{\"c\":1.5},\"d\":\"1979-05-27\"},\"p\":[{\"k\":[1,2]},{\"s\":\"xy\"}]}\n"),
        (&["-o", "toml", "."], "a: {b: [1, x]}\nt: x y\n", "t = \"x y\"\n\n[a]\nb = [1, \"x\"]\n"),
        (&["-n", ".a.b = \"x\" | .c = [1]"], "", "a:\n  b: x\nc:\n  - 1\n"),
        (&[".a | tag"], "a: 1.5\n", "!!float\n"),
        (&["-P", "."], "{a: [1, {b: 'c'}]}\n", "a:\n  - 1\n  - b: c\n"),
        (&["."], "base: &b\n  x: 1\nd:\n  <<: *b\n  y: 2\n", "base:\n  x: 1\nd:\n  y: 2\n  x: 1\n"),
        (&["."], "---\na: >-\n  x\n  y\nb: 'it''s'\n", "---\na: >-\n  x\n  y\nb: 'it''s'\n"),
        (&[".a"], "a: >\n  x\n  y\n\n  z\n", "x y\nz\n\n"),
    ];
    for (arguments, input, expected) in table {
        assert_eq!(yq(arguments, input), (Some(0), expected.to_string(), String::new()), "{arguments:?}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let table: [(&[&str], &str, &str); 6] = [
        (&[".a +"], "a: 1\n", "Error: syntax error, unexpected end of file\n"),
        (&["."], "a: b: c\n", "Error: bad file '-': yaml: line 1: mapping values are not allowed in this context\n"),
        (&["."], "a: [1, 2\n", "Error: bad file '-': yaml: line 2: did not find expected ',' or ']'\n"),
        (&["."], "{a[ 'b'}\n", "Error: bad file '-': yaml: line 1: did not find expected node content\n"),
        (&[".", "nofile"], "", "Error: open nofile: no such file or directory\n"),
        (&["-p", "toml", "."], "a = \n", "Error: bad file '-': toml: line 1: expected a value\n"),
    ];
    for (arguments, input, expected) in table {
        assert_eq!(yq(arguments, input), (Some(1), String::new(), expected.to_string()), "{arguments:?}");
    }
    assert_eq!(yq(&["-e", ".b"], "a: 1\n"), (Some(1), "null\n".to_string(), "Error: no matches found\n".to_string()));
}

#[test]
fn a_file_is_updated_in_place() {
    let file = std::env::temp_dir().join(format!("yq-{}.yaml", std::process::id()));
    std::fs::write(&file, "a: 1 # one\nb: [x]\n").unwrap();
    assert_eq!(yq(&["-i", ".a = 2 | .b += [\"y\"]", file.to_str().unwrap()], "").0, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a: 2 # one\nb: [x, \"y\"]\n");
    std::fs::remove_file(&file).unwrap();
}
