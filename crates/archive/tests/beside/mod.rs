//! Runs scripts once with our commands and once with the machine's.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with files to work on, which goes with the value.
pub struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A new folder in which `setup` has run.
pub fn beside(setup: &str) -> Beside {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = std::env::temp_dir().join(format!("beside-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir_all(folder.join("w")).unwrap();
    let made = Beside(folder);
    assert_eq!(made.run(&[], false, setup), "=> 0\n");
    made
}

impl Beside {
    pub fn folder(&self) -> PathBuf {
        self.0.join("w")
    }

    /// What a script wrote to both outputs, and its status.
    pub fn run(&self, names: &[&str], ours: bool, script: &str) -> String {
        let bin = self.0.join("bin");
        let _ = fs::create_dir(&bin);
        for name in names {
            let _ = symlink(super::PROGRAM, bin.join(name));
        }
        let path = std::env::var("PATH").unwrap();
        let path = if ours { format!("{}:{path}", Path::new(&bin).display()) } else { path };
        let script = format!("exec 2>&1\n{script}\n");
        let mut command = Command::new("timeout");
        command.args(["60", "bash", "-c", &script]).current_dir(self.folder()).env("PATH", path).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
        let output = command.stdin(std::process::Stdio::null()).output().unwrap();
        format!("{}=> {}\n", String::from_utf8_lossy(&output.stdout), output.status.code().unwrap_or(-1))
    }
}

/// Every script gives the same with both; `with` makes the text to run of it.
pub fn each(names: &[&str], scripts: &[&str], with: impl Fn(&str) -> String) {
    let mut differing = Vec::new();
    for script in scripts {
        let text = with(script);
        let [usual, ours] = [false, true].map(|ours| beside("seq 1000 > a; seq 2000 > b; mkdir d").run(names, ours, &text));
        if usual != ours {
            let without = |one: &str, other: &str, sign: &str| one.lines().filter(|line| !other.lines().any(|own| own == *line)).map(|line| format!("{sign}{line}\n")).collect::<String>();
            differing.push(format!("{text}\n{}{}", without(&usual, &ours, "usual: "), without(&ours, &usual, "ours: ")));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
