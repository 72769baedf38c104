//! grep; as egrep and fgrep it says, as GNU's scripts do, that they are grep -E and grep -F.
use shadowbox_rt as _;

use std::ffi::OsString;
use std::io::Write;

fn main() {
    uucore::panic::mute_sigpipe_panic();
    let mut args: Vec<OsString> = std::env::args_os().collect();
    let name = args.first().map(|argv0| argv0.to_string_lossy().rsplit('/').next().unwrap_or_default().to_owned());
    if let Some((name, flag)) = match name.as_deref() {
        Some("egrep") => Some(("egrep", "-E")),
        Some("fgrep") => Some(("fgrep", "-F")),
        _ => None,
    } {
        eprintln!("{name}: warning: {name} is obsolescent; using grep {flag}");
        args[0] = "grep".into();
        args.insert(1, flag.into());
    }
    // Its own messages are no resources; what uucore says for it, uucore has.
    let _ = uucore::locale::setup_localization("grep");
    let code = uu_grep::uumain(args.into_iter());
    if let Err(error) = std::io::stdout().flush() {
        eprintln!("grep: write error: {error}");
        std::process::exit(2);
    }
    std::process::exit(code);
}
