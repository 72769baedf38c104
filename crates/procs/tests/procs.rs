//! The process tools, against what the originals print.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Status, output and errors of the tool of that name.
fn tool(name: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_procs"));
    let output = command.arg0(name).args(arguments).stdin(Stdio::null()).env("TERM", "xterm").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn tools_print_what_the_originals_print() {
    let table: [(&str, &[&str], i32, &str, &str); 21] = [
        ("time", &["-f", "%x %C%%\\t|", "sh", "-c", "exit 3"], 3, "", "Command exited with non-zero status 3\n3 sh -c exit 3%\t|\n"),
        ("time", &["-q", "-f", "%x", "false"], 1, "", "1\n"),
        ("time", &["-f", "%x", "no-such-program"], 127, "", "time: cannot run no-such-program: No such file or directory\nCommand exited with non-zero status 127\n127\n"),
        ("watch", &["-t", "-n", "0.1", "-e", "echo out; exit 2"], 8, "out\n", "watch: command exit with a non-zero status\n"),
        ("watch", &["-t", "-n", "0.1", "-q", "2", "-x", "echo", "a  b"], 0, "a  b\na  b\na  b\n", ""),
        ("clear", &[], 0, "\x1b[H\x1b[2J\x1b[3J", ""),
        ("clear", &["-x"], 0, "\x1b[H\x1b[2J", ""),
        ("users", &[], 0, "", ""),
        ("getconf", &["NAME_MAX", "/"], 0, "255\n", ""),
        ("getconf", &["_NPROCESSORS_ONLN"], 0, "1\n", ""),
        ("getconf", &["SYMLINK_MAX", "."], 0, "undefined\n", ""),
        ("getconf", &["-v", "POSIX_V7_ILP32_OFFBIG", "INT_MAX"], 0, "2147483647\n", ""),
        ("getconf", &["NAME_MAX", "/no-such"], 3, "", "getconf: pathconf: /no-such: No such file or directory\n"),
        ("getconf", &["NO_SUCH"], 2, "", "getconf: Unrecognized variable `NO_SUCH'\n"),
        ("getconf", &["NAME_MAX"], 2, "", "Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n"),
        ("less", &["-R", "no-such-file"], 1, "", "no-such-file: No such file or directory\n"),
        ("less", &["/"], 1, "", "/ is a directory\n"),
        ("ps", &["-p", "999999999"], 1, "    PID TTY          TIME CMD\n", ""),
        ("pgrep", &["no-such-program-anywhere"], 1, "", ""),
        ("pgrep", &[], 2, "", "pgrep: no matching criteria specified\nTry `pgrep --help' for more information.\n"),
        ("pkill", &["-KILL", "no-such-program-anywhere"], 1, "", ""),
    ];
    for (name, arguments, status, output, errors) in table {
        let (got, mut printed, complained) = tool(name, arguments);
        // Numbers of processes are as wide as the system says.
        if name == "ps" {
            printed = format!("{:>7}{}", "PID", &printed[printed.find(" TTY").unwrap()..]);
        }
        assert_eq!((got, printed.as_str(), complained.as_str()), (Some(status), output, errors), "{name} {arguments:?}");
    }
}

#[test]
fn a_process_is_shown_found_and_ended() {
    let mut child = Command::new("sleep").arg("314.15").spawn().unwrap();
    let pid = child.id().to_string();
    assert_eq!(tool("ps", &["-o", "comm=,args=", "-p", &pid]).1.split_whitespace().collect::<Vec<_>>(), ["sleep", "sleep", "314.15"]);
    assert_eq!(tool("ps", &["-o", "pid=", "-C", "sleep", "--sort=-pid"]).1.lines().filter(|line| line.trim() == pid).count(), 1);
    assert_eq!(tool("pgrep", &["-f", "-a", "sleep 314[.]15"]).1, format!("{pid} sleep 314.15\n"));
    assert_eq!(tool("pgrep", &["-f", "-l", "-x", "sleep 314.15"]).1, format!("{pid} sleep\n"));
    assert_eq!(tool("pkill", &["-e", "-f", "sleep 314[.]15"]).1, format!("sleep killed (pid {pid})\n"));
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}
