//! Tools for processes and the terminal in one program, told apart by the name they are called by: ps, pgrep, pkill,
//! watch, time, users, getconf, clear, less and more. What they know of processes they read from `/proc`.

#![forbid(unsafe_code)]

mod columns;
mod getconf;
mod grep;
mod pager;
mod ps;
mod signals;
mod table;
mod time;
mod watch;

use cli::{Item, Order};

/// Only uses of the name link the system layer.
#[cfg(target_family = "wasm")]
use shadowbox_rt as _;

fn main() {
    let name = cli::called_as("procs");
    let status = match name.as_str() {
        "ps" => ps::main(),
        "pgrep" | "pkill" => grep::main(&name),
        "watch" => watch::main(),
        "time" => time::main(),
        "clear" => clear(),
        "users" => users(),
        "getconf" => getconf::main(),
        "less" | "more" => pager::main(&name),
        other => cli::fail(other, 127, "no such tool"),
    };
    std::process::exit(status)
}

/// Empties the screen, and unless `-x` is given what scrolled off it.
fn clear() -> i32 {
    let items = cli::parse(cli::args(), &["T=", "x", "V"], Order::Permute).unwrap_or_else(|message| cli::fail("clear", 1, &message));
    let (mut terminal, mut keep) = (std::env::var("TERM").unwrap_or_default(), false);
    for item in items {
        match item {
            Item::Option("T", Some(name)) => terminal = cli::show(&name),
            Item::Option("x", _) => keep = true,
            Item::Option("V", _) => cli::print_and_exit("clear (Shadowbox; compatible with ncurses) 6.4\n"),
            _ => cli::fail("clear", 1, "usage: clear [-T TERM] [-Vx]"),
        }
    }
    if terminal.is_empty() {
        eprintln!("TERM environment variable not set.");
        return 1;
    }
    cli::print_and_exit(if keep { "\x1b[H\x1b[2J" } else { "\x1b[H\x1b[2J\x1b[3J" })
}

/// Who is logged in: in a sandbox nobody is, as in any container.
fn users() -> i32 {
    let specs = ["help", "version"];
    match cli::parse(cli::args(), &specs, Order::Permute) {
        Err(message) => cli::bad_usage("users", 1, &message),
        Ok(items) => match items.first() {
            Some(Item::Option("help", _)) => cli::print_and_exit("Usage: users [OPTION]... [FILE]\nOutput who is currently logged in.\n"),
            Some(Item::Option(..)) => cli::print_and_exit("users (Shadowbox; compatible with GNU coreutils) 9.1\n"),
            _ => 0,
        },
    }
}
