//! Several commands in one module.
use shadowbox_rt as _;

use std::ffi::OsString;

pub type Main = fn(std::vec::IntoIter<OsString>) -> i32;

/// Runs the command that argv0 names, and ends the program.
pub fn run(module: &str, find: fn(&str) -> Option<Main>) -> ! {
    let args: Vec<OsString> = std::env::args_os().collect();
    let name = args
        .first()
        .map(|argv0| argv0.to_string_lossy().rsplit('/').next().unwrap_or_default().to_owned())
        .unwrap_or_default();
    let Some(util) = find(&name) else {
        eprintln!("{module}: no command {name:?} in this module");
        std::process::exit(127);
    };
    uucore::panic::preserve_inherited_sigpipe();
    uucore::panic::mute_sigpipe_panic();
    if let Err(error) = uucore::locale::setup_localization(texts(&name)) {
        eprintln!("{name}: could not load its texts: {error}");
        std::process::exit(99);
    }
    let code = util(args.into_iter());
    std::process::exit(uucore::panic::flushed(code));
}

/// Whose texts a command has.
fn texts(name: &str) -> &str {
    match name {
        "dir" | "vdir" => "ls",
        _ => name,
    }
}
