//! The commands that are not started in loops, in one module: which one it is, argv0 says.
use shadowbox_rt as _;

use std::ffi::OsString;
use std::io::Write;

type Main = fn(std::vec::IntoIter<OsString>) -> i32;

fn main() {
    let args: Vec<OsString> = std::env::args_os().collect();
    let name = args
        .first()
        .map(|argv0| argv0.to_string_lossy().rsplit('/').next().unwrap_or_default().to_owned())
        .unwrap_or_default();
    let Some(util) = find(&name) else {
        eprintln!("coreutils: no command {name:?} in this module");
        std::process::exit(127);
    };
    uucore::panic::preserve_inherited_sigpipe();
    uucore::panic::mute_sigpipe_panic();
    if let Err(error) = uucore::locale::setup_localization(texts(&name)) {
        eprintln!("{name}: could not load its texts: {error}");
        std::process::exit(99);
    }
    let code = util(args.into_iter());
    if let Err(error) = std::io::stdout().flush() {
        eprintln!("{name}: error flushing stdout: {error}");
    }
    std::process::exit(code);
}

/// Whose texts a command has.
fn texts(name: &str) -> &str {
    match name {
        "dir" | "vdir" => "ls",
        _ => name,
    }
}

fn find(name: &str) -> Option<Main> {
    Some(match name {
        "arch" => uu_arch::uumain,
        "b2sum" => uu_b2sum::uumain,
        "base32" => uu_base32::uumain,
        "base64" => uu_base64::uumain,
        "basenc" => uu_basenc::uumain,
        "chgrp" => uu_chgrp::uumain,
        "chmod" => uu_chmod::uumain,
        "chown" => uu_chown::uumain,
        "cksum" => uu_cksum::uumain,
        "comm" => uu_comm::uumain,
        "csplit" => uu_csplit::uumain,
        "date" => uu_date::uumain,
        "dd" => uu_dd::uumain,
        "df" => uu_df::uumain,
        "dir" => uu_dir::uumain,
        "dircolors" => uu_dircolors::uumain,
        "du" => uu_du::uumain,
        "expand" => uu_expand::uumain,
        "expr" => uu_expr::uumain,
        "factor" => uu_factor::uumain,
        "fmt" => uu_fmt::uumain,
        "fold" => uu_fold::uumain,
        "groups" => uu_groups::uumain,
        "hostname" => uu_hostname::uumain,
        "id" => uu_id::uumain,
        "install" => uu_install::uumain,
        "join" => uu_join::uumain,
        "kill" => uu_kill::uumain,
        "link" => uu_link::uumain,
        "ln" => uu_ln::uumain,
        "logname" => uu_logname::uumain,
        "md5sum" => uu_md5sum::uumain,
        "mkfifo" => uu_mkfifo::uumain,
        "mktemp" => uu_mktemp::uumain,
        "nice" => uu_nice::uumain,
        "nl" => uu_nl::uumain,
        "nohup" => uu_nohup::uumain,
        "nproc" => uu_nproc::uumain,
        "numfmt" => uu_numfmt::uumain,
        "od" => uu_od::uumain,
        "paste" => uu_paste::uumain,
        "pathchk" => uu_pathchk::uumain,
        "pr" => uu_pr::uumain,
        "printenv" => uu_printenv::uumain,
        "printf" => uu_printf::uumain,
        "ptx" => uu_ptx::uumain,
        "pwd" => uu_pwd::uumain,
        "readlink" => uu_readlink::uumain,
        "realpath" => uu_realpath::uumain,
        "rmdir" => uu_rmdir::uumain,
        "sha1sum" => uu_sha1sum::uumain,
        "sha224sum" => uu_sha224sum::uumain,
        "sha256sum" => uu_sha256sum::uumain,
        "sha384sum" => uu_sha384sum::uumain,
        "sha512sum" => uu_sha512sum::uumain,
        "shred" => uu_shred::uumain,
        "shuf" => uu_shuf::uumain,
        "sleep" => uu_sleep::uumain,
        "split" => uu_split::uumain,
        "stat" => uu_stat::uumain,
        "stty" => uu_stty::uumain,
        "sum" => uu_sum::uumain,
        "sync" => uu_sync::uumain,
        "tac" => uu_tac::uumain,
        "timeout" => uu_timeout::uumain,
        "touch" => uu_touch::uumain,
        "truncate" => uu_truncate::uumain,
        "tsort" => uu_tsort::uumain,
        "tty" => uu_tty::uumain,
        "uname" => uu_uname::uumain,
        "unexpand" => uu_unexpand::uumain,
        "unlink" => uu_unlink::uumain,
        "vdir" => uu_vdir::uumain,
        "whoami" => uu_whoami::uumain,
        "yes" => uu_yes::uumain,
        _ => return None,
    })
}
