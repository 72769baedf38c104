//! `true` and `false`, without the texts and the option parser of the others: nothing is started more often.
use shadowbox_rt as _;

use std::ffi::OsString;
use std::io::Write;

const OPTIONS: &str = "Options:\n      --help     Print help information\n      --version  Print version information\n";
const VERSION: &str = concat!("(Shadowbox) ", env!("CARGO_PKG_VERSION"));

fn main() {
    let mut args = std::env::args_os();
    let is_false = args.next().is_some_and(|argv0| argv0.to_string_lossy().rsplit('/').next() == Some("false"));
    let (name, status) = if is_false { ("false", 1) } else { ("true", 0) };
    if let (Some(only), None) = (args.next(), args.next()) {
        tell(name, &only);
    }
    std::process::exit(status);
}

/// What `--help` or `--version`, as the only argument, prints; ends with 1 if that cannot be written.
fn tell(name: &str, option: &OsString) {
    let text = if option == "--version" {
        format!("{name} {VERSION}\n")
    } else if option == "--help" {
        help(name)
    } else {
        return;
    };
    if let Err(error) = std::io::stdout().write_all(text.as_bytes()) {
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            eprintln!("{name}: {}", reason(&error));
        }
        std::process::exit(1);
    }
}

fn help(name: &str) -> String {
    let about = if name == "true" {
        "Returns true, a successful exit status."
    } else {
        "Returns false, an unsuccessful exit status."
    };
    format!("{about}\n\nUsage: {name}\n\n{OPTIONS}")
}

/// The system's words, without the number that std adds.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
