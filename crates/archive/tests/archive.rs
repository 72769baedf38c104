//! gzip and tar, against GNU's and hostile archives.

mod random;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const TAR: &str = env!("CARGO_BIN_EXE_archive");
const GZIP: &str = env!("CARGO_BIN_EXE_gzip");

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("archive-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("in/d")).unwrap();
    fs::write(folder.join("in/a"), "hello\n").unwrap();
    fs::write(folder.join("in/d/b"), "b\n".repeat(5000)).unwrap();
    folder
}

fn run(program: &str, arguments: &[&str], folder: &Path, input: &[u8]) -> Output {
    let mut child = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that ended reads nothing more.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn each_reads_what_the_other_wrote() {
    let folder = folder("both");
    for (flag, programs) in [("", [TAR, "tar"]), ("", ["tar", TAR]), ("z", [TAR, "tar"]), ("z", ["tar", TAR]), ("j", [TAR, "tar"]), ("j", ["tar", TAR]), ("J", [TAR, "tar"]), ("J", ["tar", TAR])] {
        let made = run(programs[0], &[&format!("-c{flag}f"), "-", "a", "d"], &folder.join("in"), b"");
        assert!(made.status.success(), "{flag} {programs:?} {}", String::from_utf8_lossy(&made.stderr));
        let out = folder.join("out");
        fs::create_dir_all(&out).unwrap();
        let read = run(programs[1], &[&format!("-x{flag}vf"), "-"], &out, &made.stdout);
        assert_eq!(String::from_utf8_lossy(&read.stdout), "a\nd/\nd/b\n", "{flag} {programs:?}");
        assert_eq!(fs::read(out.join("d/b")).unwrap(), fs::read(folder.join("in/d/b")).unwrap());
        fs::remove_dir_all(out).unwrap();
    }
    for programs in [[GZIP, "gzip"], ["gzip", GZIP]] {
        let made = run(programs[0], &["-c"], &folder, &vec![b'x'; 100_000]);
        assert_eq!(run(programs[1], &["-dc"], &folder, &made.stdout).stdout, vec![b'x'; 100_000]);
    }
    fs::remove_dir_all(folder).unwrap();
}

/// A member's header with what a test wants of it, and its content.
fn member(name: &str, kind: u8, link: &str, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    block[136..147].copy_from_slice(b"00000000000");
    block[156] = kind;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar  \0");
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block.extend_from_slice(content);
    block.resize(block.len().div_ceil(512) * 512, 0);
    block
}

#[test]
fn nothing_is_written_outside_the_folder() {
    let archives: [&[Vec<u8>]; 5] = [
        &[member("../evil", b'0', "", b"x")],
        &[member("d/../../evil", b'0', "", b"x")],
        &[member("s", b'2', "..", b""), member("s/evil", b'0', "", b"x")],
        &[member("s", b'2', "t", b""), member("t", b'2', "..", b""), member("s/evil", b'0', "", b"x")],
        &[member("h", b'1', "../in/a", b""), member("h", b'0', "", b"x")],
    ];
    for (index, archive) in archives.iter().enumerate() {
        let folder = folder(&format!("hostile{index}"));
        let out = folder.join("out");
        fs::create_dir(&out).unwrap();
        run(TAR, &["-xf", "-"], &out, &archive.concat());
        assert!(!folder.join("evil").exists(), "{index}");
        assert_eq!(fs::read(folder.join("in/a")).unwrap(), b"hello\n", "{index}");
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn changed_archives_end_without_panic() {
    let folder = folder("fuzz");
    let whole = run(TAR, &["-cf", "-", "a", "d"], &folder.join("in"), b"").stdout;
    let packed = run(TAR, &["-czf", "-", "a", "d"], &folder.join("in"), b"").stdout;
    let mut next = random::numbers(88_172_645_463_325_252);
    let out = folder.join("out");
    for round in 0..200 {
        let mut bytes = if round % 4 == 0 { packed.clone() } else { whole.clone() };
        for _ in 0..1 + next(6) {
            let at = next(bytes.len().min(2048));
            bytes[at] = next(256) as u8;
        }
        bytes.truncate(if round % 5 == 0 { next(bytes.len()) } else { bytes.len() });
        fs::create_dir_all(&out).unwrap();
        let ended = run(TAR, &["-xf", "-"], &out, &bytes);
        assert!(matches!(ended.status.code(), Some(0..=2)), "{round}: {:?}", ended.status);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "{round}");
        let _ = fs::remove_dir_all(&out);
    }
    fs::remove_dir_all(folder).unwrap();
}
