//! patch, against what GNU's says and leaves.

#[path = "../../archive/tests/random/mod.rs"]
mod random;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("patch-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Status and output of patch in a folder.
fn patch(folder: &PathBuf, arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_patch")).args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

const CHANGE: &str = "--- x\n+++ x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";

fn numbers(count: usize) -> String {
    (1..=count).map(|number| format!("{number}\n")).collect()
}

#[test]
fn hunks_are_placed_and_told_as_gnu_does() {
    let table = [
        (numbers(9), 0, "patching file x\n", "four"),
        (format!("top\n{}", numbers(9)), 0, "patching file x\nHunk #1 succeeded at 3 (offset 1 line).\n", "offset"),
        (numbers(9).replace("3\n", "three\n"), 0, "patching file x\nHunk #1 succeeded at 2 with fuzz 2.\n", "fuzz"),
        (numbers(9).replace("5\n", "V\n"), 1, "patching file x\nHunk #1 FAILED at 2.\n1 out of 1 hunk FAILED -- saving rejects to file x.rej\n", "rejects"),
        (numbers(9).replace("5\n", "five\n"), 1, "patching file x\nReversed (or previously applied) patch detected!  Assume -R? [n] \nApply anyway? [n] \nSkipping patch.\n1 out of 1 hunk ignored -- saving rejects to file x.rej\n", "applied"),
    ];
    for (text, status, expected, name) in table {
        let folder = folder(name);
        fs::write(folder.join("x"), text).unwrap();
        assert_eq!(patch(&folder, &[], CHANGE.as_bytes()), (Some(status), expected.to_string()), "{name}");
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn names_that_lead_out_are_refused() {
    let folder = folder("out");
    fs::create_dir(folder.join("in")).unwrap();
    std::os::unix::fs::symlink("..", folder.join("in/up")).unwrap();
    for name in ["../evil", "/tmp/evil-of-patch", "up/evil"] {
        let text = format!("--- {name}\n+++ {name}\n@@ -0,0 +1 @@\n+x\n");
        patch(&folder.join("in"), &["-p0"], text.as_bytes());
    }
    assert!(!folder.join("evil").exists() && !folder.join("in/up/evil").exists() && !std::path::Path::new("/tmp/evil-of-patch").exists());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn changed_patches_end_without_panic() {
    let folder = folder("mutated");
    let mut next = random::numbers(0x2545_f491_4f6c_dd1d);
    let context = "*** x\n--- x\n***************\n*** 1,3 ****\n  1\n! 2\n  3\n--- 1,3 ----\n  1\n! two\n  3\n";
    for round in 0..300 {
        fs::write(folder.join("x"), numbers(9)).unwrap();
        let mut bytes = [CHANGE, context, "2c2\n< 2\n---\n> two\n"][round % 3].as_bytes().to_vec();
        for _ in 0..1 + next(4) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = b"0123456789,-+@ *!\n/."[next(20)],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"0123456789,-+@ *!\n/."[next(20)]),
            }
        }
        let (status, _) = patch(&folder, &["-f"], &bytes);
        assert!(matches!(status, Some(0..=2)), "{status:?} of {:?}", String::from_utf8_lossy(&bytes));
    }
    fs::remove_dir_all(folder).unwrap();
}
