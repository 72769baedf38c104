//! diff3 and sdiff, against what GNU's print.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const MINE: &str = "a\nb\nc\nd\nmine\ne\nf\n.dot\ng\n";
const OLDER: &str = "a\nc\nd\ne\nold\nf\ng\nh\n";
const YOURS: &str = "a\nc\nD\n.x\ne\nnew\nf\ng\n";

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in [("m", MINE), ("o", OLDER), ("y", YOURS)] {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

/// Status and output of a program in the folder.
fn run(program: &str, arguments: &[&str], folder: &PathBuf, input: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diff"));
    command.arg0(program).args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn diff3_prints_what_gnu_diff3_prints() {
    let folder = folder("diff3");
    let table: [(&[&str], i32, &str); 13] = [
        (&[], 0, "====1\n1:2c\n  b\n2:1a\n3:1a\n====\n1:4,5c\n  d\n  mine\n2:3c\n  d\n3:3,4c\n  D\n  .x\n====\n1:6a\n2:5c\n  old\n3:6c\n  new\n====1\n1:8c\n  .dot\n2:6a\n3:7a\n====2\n1:9a\n3:8a\n2:8c\n  h\n"),
        (&["-m"], 1, "a\nb\nc\n<<<<<<< m\nd\nmine\n||||||| o\nd\n=======\nD\n.x\n>>>>>>> y\ne\n<<<<<<< m\n||||||| o\nold\n=======\nnew\n>>>>>>> y\nf\n.dot\ng\n<<<<<<< o\nh\n=======\n>>>>>>> y\n"),
        (&["-e"], 0, "6a\nnew\n.\n4,5c\nD\n..x\n.\n4,5s/^\\.//\n"),
        (&["-E"], 1, "6a\n=======\nnew\n>>>>>>> y\n.\n6a\n<<<<<<< m\n.\n5a\n=======\nD\n..x\n>>>>>>> y\n.\n7,10s/^\\.//\n3a\n<<<<<<< m\n.\n"),
        (&["-A"], 1, "9a\n>>>>>>> y\n.\n9a\n<<<<<<< o\nh\n=======\n.\n6a\n||||||| o\nold\n=======\nnew\n>>>>>>> y\n.\n6a\n<<<<<<< m\n.\n5a\n||||||| o\nd\n=======\nD\n..x\n>>>>>>> y\n.\n7,10s/^\\.//\n3a\n<<<<<<< m\n.\n"),
        (&["-x"], 0, "6a\nnew\n.\n4,5c\nD\n..x\n.\n4,5s/^\\.//\n"),
        (&["-X"], 0, "6a\nnew\n.\n4,5c\nD\n..x\n.\n4,5s/^\\.//\n"),
        (&["-3"], 0, ""),
        (&["-m", "-E"], 1, "a\nb\nc\n<<<<<<< m\nd\nmine\n=======\nD\n.x\n>>>>>>> y\ne\n<<<<<<< m\n=======\nnew\n>>>>>>> y\nf\n.dot\ng\n"),
        (&["-m", "-3"], 0, "a\nb\nc\nd\nmine\ne\nf\n.dot\ng\n"),
        (&["-m", "-L", "A", "-L", "B", "-L", "C"], 1, "a\nb\nc\n<<<<<<< A\nd\nmine\n||||||| B\nd\n=======\nD\n.x\n>>>>>>> C\ne\n<<<<<<< A\n||||||| B\nold\n=======\nnew\n>>>>>>> C\nf\n.dot\ng\n<<<<<<< B\nh\n=======\n>>>>>>> C\n"),
        (&["-i", "-e"], 0, "6a\nnew\n.\n4,5c\nD\n..x\n.\n4,5s/^\\.//\nw\nq\n"),
        (&["-T"], 0, "====1\n1:2c\n\tb\n2:1a\n3:1a\n====\n1:4,5c\n\td\n\tmine\n2:3c\n\td\n3:3,4c\n\tD\n\t.x\n====\n1:6a\n2:5c\n\told\n3:6c\n\tnew\n====1\n1:8c\n\t.dot\n2:6a\n3:7a\n====2\n1:9a\n3:8a\n2:8c\n\th\n"),
    ];
    for (options, status, expected) in table {
        let arguments = [options, &["m", "o", "y"]].concat();
        assert_eq!(run("diff3", &arguments, &folder, ""), (Some(status), expected.to_string()), "{options:?}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn sdiff_prints_and_merges_as_gnu_sdiff_does() {
    let folder = folder("sdiff");
    let table: [(&[&str], &str, i32, &str, &str); 5] = [
        (&[], "", 1, "a\t\t\t\t\t\t\t\ta\nb\t\t\t\t\t\t\t      <\nc\t\t\t\t\t\t\t\tc\nd\t\t\t\t\t\t\t      |\tD\nmine\t\t\t\t\t\t\t      |\t.x\ne\t\t\t\t\t\t\t\te\n\t\t\t\t\t\t\t      >\tnew\nf\t\t\t\t\t\t\t\tf\n.dot\t\t\t\t\t\t\t      <\ng\t\t\t\t\t\t\t\tg\n", ""),
        (&["-s", "-w", "40"], "", 1, "b\t\t   <\nd\t\t   |\tD\nmine\t\t   |\t.x\n\t\t   >\tnew\n.dot\t\t   <\n", ""),
        (&["-l", "-t", "-w", "40"], "", 1, "a                  (\nb                  <\nc                  (\nd                  |  D\nmine               |  .x\ne                  (\n                   >  new\nf                  (\n.dot               <\ng                  (\n", ""),
        (&["-w", "30", "-o", "out"], "l\nr\n1\n2\nl\n", 1, "a\t\ta\nb\t      <\n%c\t\tc\nd\t      |\tD\nmine\t      |\t.x\n%e\t\te\n\t      >\tnew\n%f\t\tf\n.dot\t      <\n%g\t\tg\n", "a\nb\nc\nD\n.x\ne\nf\ng\n"),
        (&["-s", "-o", "out"], "r\nl\nq\n", 2, "b\t\t\t\t\t\t\t      <\n%d\t\t\t\t\t\t\t      |\tD\nmine\t\t\t\t\t\t\t      |\t.x\n%\t\t\t\t\t\t\t      >\tnew\n%", "a\nc\nd\nmine\ne\n"),
    ];
    for (options, input, status, expected, merged) in table {
        let arguments = [options, &["m", "y"]].concat();
        assert_eq!(run("sdiff", &arguments, &folder, input), (Some(status), expected.to_string()), "{options:?}");
        assert_eq!(fs::read_to_string(folder.join("out")).unwrap_or_default(), merged, "{options:?}");
    }
    fs::remove_dir_all(folder).unwrap();
}
