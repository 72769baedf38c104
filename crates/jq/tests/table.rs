//! jq, against what jq 1.7 prints.

use std::io::Write;
use std::process::{Command, Stdio};

/// Status, output and messages of `jq ARGUMENTS` with an input.
fn jq(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jq"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ended with an error reads nothing more.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn programs_print_what_jq_prints() {
    let table = [
        (".a.b,.[\"a\"]?", r#"{"a":{"b":1}}"#, "1\n{\"b\":1}\n"),
        (".[1:],.[:-1],.[0]", "[1,2,3]", "[2,3]\n[1,2]\n1\n"),
        ("[(1,2)+(10,20)]", "null", "[11,12,21,22]\n"),
        ("[range(0,1;3,4)]", "null", "[0,1,2,0,1,2,3,1,2,1,2,3]\n"),
        (".[] as [$a,{b:$c}] | [$a,$c]", r#"[[1,{"b":5}]]"#, "[1,5]\n"),
        (".[] as [$a] ?// $a | $a", "[[1],2]", "1\n2\n"),
        ("reduce .[] as $x (0;.+$x), [foreach .[] as $x (0;.+$x;[$x,.])]", "[1,2]", "3\n[[1,1],[2,3]]\n"),
        ("def f(g;$n): g*$n; f(.[0];2)", "[4]", "8\n"),
        ("[limit(3;repeat(.*2))],[.,1]", "1", "[1,2,4]\n[1,1]\n"),
        ("label $f | 1, break $f, 2", "null", "1\n"),
        ("try error({a:1}) catch .a", "null", "1\n"),
        ("(.a,.b) |= .+1 | .c //= 9 | del(.a)", r#"{"a":1,"b":2}"#, "{\"b\":3,\"c\":9}\n"),
        ("(.[] | select(. >= 2)) |= empty", "[1,5,3,0,7]", "[1,0]\n"),
        (".[2:4] = [\"x\"]", "[0,1,2,3,4]", "[0,1,\"x\",4]\n"),
        ("[paths],[leaf_paths],[path(..)]", "[[1]]", "[[0],[0,0]]\n[[0,0]]\n[[],[0],[0,0]]\n"),
        ("to_entries,with_entries(.value+=1),(to_entries|from_entries)", r#"{"a":1}"#, "[{\"key\":\"a\",\"value\":1}]\n{\"a\":2}\n{\"a\":1}\n"),
        ("group_by(.a),unique_by(.a),min_by(.a)", r#"[{"a":2},{"a":1}]"#, "[[{\"a\":1}],[{\"a\":2}]]\n[{\"a\":1},{\"a\":2}]\n{\"a\":1}\n"),
        ("[match(\"(?<y>\\\\d)(x)?\";\"g\")|.offset,.captures[0].name]", "\"a1b2\"", "[1,\"y\",3,\"y\"]\n"),
        ("gsub(\"(?<d>\\\\d)\";\"<\\(.d)>\"), sub(\"b\";\"X\",\"Y\"), [scan(\"[a-z]\")], test(\"B\";\"i\")", "\"a1b\"", "\"a<1>b\"\n\"a1X\"\n\"a1Y\"\n[\"a\",\"b\"]\ntrue\n"),
        ("@csv,@tsv,@sh,@json,@html \"<\\(.[1])>\"", r#"[1,"a\"b"]"#, "\"1,\\\"a\\\"\\\"b\\\"\"\n\"1\\ta\\\"b\"\n\"1 'a\\\"b'\"\n\"[1,\\\"a\\\\\\\"b\\\"]\"\n\"<a&quot;b>\"\n"),
        ("@base64,(@base64|@base64d),@uri", "\"h\u{e9} \"", "\"aMOpIA==\"\n\"h\u{e9} \"\n\"h%C3%A9%20\"\n"),
        ("todate,strftime(\"%A %j %U %e\"),(todate|fromdate)", "1425599621", "\"2015-03-05T23:53:41Z\"\n\"Thursday 064 09  5\"\n1425599621\n"),
        ("[tostream],fromstream(tostream)", r#"{"a":[1]}"#, "[[[\"a\",0],1],[[\"a\",0]],[[\"a\"]]]\n{\"a\":[1]}\n"),
        ("[splits(\", *\")],split(\",\"),ascii_upcase,explode[0],ltrimstr(\"a\")", "\"a, b\"", "[\"a\",\"b\"]\n[\"a\",\" b\"]\n\"A, B\"\n97\n\", b\"\n"),
        ("[.[]|tojson]", "[1.0,1e1000,100000000000000000001,0.00001,1e17,-0]", "[\"1\",\"1.7976931348623157e+308\",\"100000000000000000001\",\"1e-05\",\"1e+17\",\"-0\"]\n"),
        ("if .a then 1 elif .b then 2 end, (.a and .b), ([.[]]|any,all)", r#"{"a":false,"b":true}"#, "2\nfalse\ntrue\nfalse\n"),
        ("walk(if type==\"number\" then .+1 else . end),pick(.[0]),[.[]|numbers],add", "[1,2]", "[2,3]\n[1]\n[1,2]\n3\n"),
        ("{a:1,\"b c\":2,(\"d\"):3,$__loc__,@base64 \"e\":4}|keys,.a", "null", "[\"__loc__\",\"a\",\"b c\",\"d\",\"e\"]\n1\n"),
        ("[.[]|[., (.%3)]]", "[5,-5,0]", "[[5,2],[-5,-2],[0,0]]\n"),
        ("{a:{b:1}}*{a:{c:2}}, \"ab\"*2, ([1,2,1]-[1]), (\"a,b\"/\",\")", "null", "{\"a\":{\"b\":1,\"c\":2}}\n\"abab\"\n[2]\n[\"a\",\"b\"]\n"),
        ("input,[inputs]", "1 2 3 4", "2\n[3,4]\n"),
        ("def f: if . >= 2000 then . else .+1 | f end; f", "0", "2000\n"),
    ];
    for (program, input, expected) in table {
        assert_eq!(jq(&["-c", program], input), (Some(0), expected.to_string(), String::new()), "{program}");
    }
}

#[test]
fn options_and_statuses_are_those_of_jq() {
    let table: [(&[&str], &str, i32, &str); 14] = [
        (&["."], "{\"a\":[1,{}]}", 0, "{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n"),
        (&["-S", "--tab", "."], "{\"b\":1,\"a\":2}", 0, "{\n\t\"a\": 2,\n\t\"b\": 1\n}\n"),
        (&["-rj", ".[]"], "[\"a\",1]", 0, "a1"),
        (&["-a", "."], "\"\u{1f600}\"", 0, "\"\\ud83d\\ude00\"\n"),
        (&["-Rn", "[inputs]", "-c"], "a\nb", 0, "[\"a\",\"b\"]\n"),
        (&["-sc", "."], "1 2", 0, "[1,2]\n"),
        (&["-nc", "[$a,$b,$ARGS.positional]", "--arg", "a", "1", "--argjson", "b", "[2]", "--args", "x"], "", 0, "[\"1\",[2],[\"x\"]]\n"),
        (&["-c", "--stream", "."], "[1]", 0, "[[0],1]\n[[0]]\n"),
        (&["-C", "-c", "."], "[1]", 0, "\x1b[1;39m[\x1b[0;39m1\x1b[0m\x1b[1;39m\x1b[1;39m]\x1b[0m\n"),
        (&["-e", ".a"], "{}", 1, "null\n"),
        (&["-e", "empty"], "{}", 4, ""),
        (&[".a"], "1", 5, ""),
        (&["."], "{", 5, ""),
        (&["foo"], "1", 3, ""),
    ];
    for (arguments, input, status, expected) in table {
        let (code, output, _) = jq(arguments, input);
        assert_eq!((code, output.as_str()), (Some(status), expected), "{arguments:?}");
    }
}

#[test]
fn errors_say_what_jq_says() {
    let table = [
        (".a", "[1]", "jq: error (at <stdin>:0): Cannot index array with string \"a\"\n"),
        (".[]", "5\n", "jq: error (at <stdin>:1): Cannot iterate over number (5)\n"),
        (".+1", "{\"a\":123456789}", "jq: error (at <stdin>:0): object ({\"a\":123456...) and number (1) cannot be added\n"),
        ("error({a:1})", "1", "jq: error (at <stdin>:0) (not a string): {\"a\":1}\n"),
        (".", "{a:1}", "jq: parse error: Invalid numeric literal at line 1, column 3\n"),
        (".", "[1 2]", "jq: parse error: Expected separator between values at line 1, column 5\n"),
        ("foo(1)", "1", "jq: error: foo/1 is not defined at <top-level>, line 1:\nfoo(1)\njq: 1 compile error\n"),
        (".a.b.c?", "{\"a\":1}", "jq: error (at <stdin>:0): Cannot index number with string \"b\"\n"),
        ("[., input]", "1", "jq: error (at <unknown>): break\n"),
        ("sort_by(.)", "1", "jq: error (at <stdin>:0): Cannot iterate over number (1)\n"),
        (".", "\"a\nb\"", "jq: parse error: Invalid string: control characters from U+0000 through U+001F must be escaped at line 2, column 2\n"),
        (".", "\"a\\qb\"", "jq: parse error: Invalid escape at line 1, column 6\n"),
        (".", "\"\\ud800\"", "jq: parse error: Invalid \\uXXXX\\uXXXX surrogate pair escape at line 1, column 8\n"),
        ("test(\"(\")", "\"a\"", "jq: error (at <stdin>:0): Regex failure: end pattern with unmatched parenthesis\n"),
        ("%", "1", "jq: error: syntax error, unexpected '%' (Unix shell quoting issues?) at <top-level>, line 1:\n%\njq: 1 compile error\n"),
        (".a | path(1|.b)", "1", "jq: error (at <stdin>:0): Cannot index number with string \"a\"\n"),
    ];
    for (program, input, expected) in table {
        assert_eq!(jq(&[program], input).2, expected, "{program}");
    }
}

#[test]
fn hostile_texts_end_with_an_error() {
    let deep = "[".repeat(200_000);
    assert_eq!(jq(&["."], &deep).0, Some(5));
    assert_eq!(jq(&[&format!("{}1{}", "(".repeat(5000), ")".repeat(5000))], "1").0, Some(3));
    assert_eq!(jq(&["def f: f; f"], "1").0, Some(5));
    assert_eq!(jq(&["def f: [f]; f"], "1").0, Some(5));
    assert_eq!(jq(&[".[1e9] = 1"], "[]").0, Some(5));
}
