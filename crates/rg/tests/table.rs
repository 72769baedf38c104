//! rg and fd, against what ripgrep 13 and fd 8.6 print in the same folder.

use std::path::PathBuf;
use std::process::{Command, Stdio};

const FILES: &[(&str, &str)] = &[
    ("src/a.rs", "fn main() {\n    println!(\"Hello hello\");\n}\n"),
    ("src/b.py", "# TODO: hello there\ndef foo(x):\n    return x + 1\nhello end\n"),
    ("src/deep/t.txt", "foo bar\nhello\nabc ABC\nfoo foobar\n"),
    (".hidden", "hello\n"),
    (".ignore", "*.log\nskipped/\n"),
    ("a.log", "hello log\n"),
    ("skipped/i.js", "hello\n"),
    ("bin.dat", "hello\0 hello\n"),
    ("empty", ""),
];

type Case<'a> = (&'a [&'a str], i32, &'a str);

/// A fresh folder with the files.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("rg-{name}-{}", std::process::id()));
    for (file, text) in FILES {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn check(program: &str, table: &[Case]) {
    use std::os::unix::process::CommandExt;
    let folder = folder(program);
    for (arguments, status, expected) in table {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rg"));
        let output = command.arg0(program).args(*arguments).current_dir(&folder).stdin(Stdio::null()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!((output.status.code(), text.as_str()), (Some(*status), *expected), "{program} {arguments:?}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn rg_prints_what_ripgrep_prints() {
    let table: [Case; 38] = [
        (&["--sort", "path", "hello"], 0, "src/a.rs:    println!(\"Hello hello\");\nsrc/b.py:# TODO: hello there\nsrc/b.py:hello end\nsrc/deep/t.txt:hello\n"),
        (&["--sort", "path", "-n", "hello"], 0, "src/a.rs:2:    println!(\"Hello hello\");\nsrc/b.py:1:# TODO: hello there\nsrc/b.py:4:hello end\nsrc/deep/t.txt:2:hello\n"),
        (&["--sort", "path", "-i", "-w", "HELLO"], 0, "src/a.rs:    println!(\"Hello hello\");\nsrc/b.py:# TODO: hello there\nsrc/b.py:hello end\nsrc/deep/t.txt:hello\n"),
        (&["--sort", "path", "-S", "Hello"], 0, "src/a.rs:    println!(\"Hello hello\");\n"),
        (&["--sort", "path", "-l", "hello"], 0, "src/a.rs\nsrc/b.py\nsrc/deep/t.txt\n"),
        (&["--sort", "path", "-c", "hello"], 0, "src/a.rs:1\nsrc/b.py:2\nsrc/deep/t.txt:1\n"),
        (&["--sort", "path", "--count-matches", "hello"], 0, "src/a.rs:1\nsrc/b.py:2\nsrc/deep/t.txt:1\n"),
        (&["--sort", "path", "--files-without-match", "hello"], 0, "empty\n"),
        (&["--sort", "path", "-o", "-n", "--column", "hel+o"], 0, "src/a.rs:2:21:hello\nsrc/b.py:1:9:hello\nsrc/b.py:4:1:hello\nsrc/deep/t.txt:2:1:hello\n"),
        (&["-v", "-n", "hello", "src/b.py"], 0, "2:def foo(x):\n3:    return x + 1\n"),
        (&["-g", "*.rs", "hello"], 0, "src/a.rs:    println!(\"Hello hello\");\n"),
        (&["-t", "py", "hello"], 0, "src/b.py:# TODO: hello there\nsrc/b.py:hello end\n"),
        (&["--sort", "path", "-T", "py", "-l", "hello"], 0, "src/a.rs\nsrc/deep/t.txt\n"),
        (&["-A1", "-n", "hello", "src/b.py"], 0, "1:# TODO: hello there\n2-def foo(x):\n--\n4:hello end\n"),
        (&["-C1", "foo", "src/b.py"], 0, "# TODO: hello there\ndef foo(x):\n    return x + 1\n"),
        (&["--sort", "path", "-e", "abc", "-e", "foo"], 0, "src/b.py:def foo(x):\nsrc/deep/t.txt:foo bar\nsrc/deep/t.txt:abc ABC\nsrc/deep/t.txt:foo foobar\n"),
        (&["-F", "x+1", "src"], 1, ""),
        (&["-F", "(x)", "src"], 0, "src/b.py:def foo(x):\n"),
        (&["-U", "-o", "ello\\nabc", "src"], 0, "src/deep/t.txt:ello\nsrc/deep/t.txt:abc\n"),
        (&["-P", "(?<=hel)lo", "src/deep"], 0, "src/deep/t.txt:hello\n"),
        (&["-P", "(\\w)\\1", "src/deep"], 0, "src/deep/t.txt:foo bar\nsrc/deep/t.txt:hello\nsrc/deep/t.txt:foo foobar\n"),
        (&["-r", "X", "hello", "src/b.py"], 0, "# TODO: X there\nX end\n"),
        (&["-r", "$2-$1", "(h)(ello)", "src/b.py"], 0, "# TODO: ello-h there\nello-h end\n"),
        (&["--files", "--sort", "path"], 0, "bin.dat\nempty\nsrc/a.rs\nsrc/b.py\nsrc/deep/t.txt\n"),
        (&["--sort", "path", "--hidden", "-l", "hello"], 0, ".hidden\nsrc/a.rs\nsrc/b.py\nsrc/deep/t.txt\n"),
        (&["--sort", "path", "--no-ignore", "-l", "hello"], 0, "a.log\nskipped/i.js\nsrc/a.rs\nsrc/b.py\nsrc/deep/t.txt\n"),
        (&["-q", "hello"], 0, ""),
        (&["nothere"], 1, ""),
        (&["-m1", "hello", "src/b.py"], 0, "# TODO: hello there\n"),
        (&["--heading", "-n", "hello", "src/b.py"], 0, "1:# TODO: hello there\n4:hello end\n"),
        (&["--color", "always", "-n", "hello", "src/b.py"], 0, "\x1b[0m\x1b[32m1\x1b[0m:# TODO: \x1b[0m\x1b[1m\x1b[31mhello\x1b[0m there\n\x1b[0m\x1b[32m4\x1b[0m:\x1b[0m\x1b[1m\x1b[31mhello\x1b[0m end\n"),
        (&["-0", "-l", "hello", "src/a.rs"], 0, "src/a.rs\0"),
        (&["--passthru", "foo", "src/deep/t.txt"], 0, "foo bar\nhello\nabc ABC\nfoo foobar\n"),
        (&["--vimgrep", "hello", "src/a.rs"], 0, "src/a.rs:2:21:    println!(\"Hello hello\");\n"),
        (&["-M", "10", "hello", "src/b.py"], 0, "[Omitted long matching line]\nhello end\n"),
        (&["--sort", "path", "--max-depth", "1", "-l", "hello"], 1, ""),
        (&["-t", "nosuch", "hello"], 2, ""),
        (&["hello", "absent"], 2, ""),
    ];
    check("rg", &table);
}

#[test]
fn fd_prints_what_fd_prints() {
    let table: [Case; 28] = [
        (&[], 0, "bin.dat\nempty\nsrc/\nsrc/a.rs\nsrc/b.py\nsrc/deep/\nsrc/deep/t.txt\n"),
        (&["a"], 0, "bin.dat\nsrc/a.rs\n"),
        (&["\\.rs$"], 0, "src/a.rs\n"),
        (&["-e", "rs", "-e", "py"], 0, "src/a.rs\nsrc/b.py\n"),
        (&["-H", "hidden"], 0, ".hidden\n"),
        (&["-I", "log"], 0, "a.log\n"),
        (&["-u", "."], 0, ".hidden\n.ignore\na.log\nbin.dat\nempty\nskipped/\nskipped/i.js\nsrc/\nsrc/a.rs\nsrc/b.py\nsrc/deep/\nsrc/deep/t.txt\n"),
        (&["-t", "f"], 0, "bin.dat\nempty\nsrc/a.rs\nsrc/b.py\nsrc/deep/t.txt\n"),
        (&["-t", "d"], 0, "src/\nsrc/deep/\n"),
        (&["-t", "f", "-t", "e"], 0, "empty\n"),
        (&["-E", "src"], 0, "bin.dat\nempty\n"),
        (&["-g", "*.rs"], 0, "src/a.rs\n"),
        (&["-p", "src/.*\\.rs"], 0, "src/a.rs\n"),
        (&["-F", ".r"], 0, "src/a.rs\n"),
        (&["-0", "rs"], 0, "./src/a.rs\0"),
        (&["A"], 0, ""),
        (&[".", "src"], 0, "src/a.rs\nsrc/b.py\nsrc/deep/\nsrc/deep/t.txt\n"),
        (&["a", "./src"], 0, "./src/a.rs\n"),
        (&["-d", "1"], 0, "bin.dat\nempty\nsrc/\n"),
        (&["--min-depth", "3"], 0, "src/deep/t.txt\n"),
        (&["-S", "+60b"], 0, ""),
        (&["-e", "rs", "-x", "echo", "{}", "{/}", "{//}", "{.}", "{/.}"], 0, "./src/a.rs a.rs ./src src/a a\n"),
        (&[".", "src/deep", "-X", "echo", "all"], 0, "all src/deep/t.txt\n"),
        (&["-e", "rs", "-x", "false"], 1, ""),
        (&["-q", "rs"], 0, ""),
        (&["-q", "absent"], 1, ""),
        (&["--prune", "src"], 0, "src/\n"),
        (&["-c", "never", "--threads", "1", "b"], 0, "bin.dat\nsrc/b.py\n"),
    ];
    check("fd", &table);
}
