//! getconf (POSIX): what the system's limits are. Of the variables that glibc knows, those of compilers and networks are left out.

use std::fs;

use cli::{Item, Order};

/// `NAME VALUE` or, where it is asked of a path, `/NAME VALUE`; without a value it is undefined: there is no such limit, or no such facility.
const VARIABLES: &str = include_str!("getconf.txt");

const USAGE: &str = "Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n";
const HELP: &str = "Usage: getconf [-v SPEC] VAR
  or:  getconf [-v SPEC] PATH_VAR PATH

Get the configuration value for variable VAR, or for variable PATH_VAR
for path PATH.  If SPEC is given, give values for compilation
environment SPEC.
";

const PAGE: u64 = 65536;

pub fn main() -> i32 {
    let items = cli::parse(cli::args(), &["v=", "a", "help", "version"], Order::OptionsFirst).unwrap_or_else(|_| usage());
    let (mut all, mut operands) = (false, Vec::new());
    for item in items {
        match item {
            Item::Option("a", _) => all = true,
            Item::Option("help", _) => cli::print_and_exit(HELP),
            Item::Option("version", _) => cli::print_and_exit("getconf (Shadowbox; compatible with GLIBC) 2.36\n"),
            // There is one environment of compilation.
            Item::Option(..) => {}
            Item::Operand(operand) => operands.push(cli::show(&operand)),
        }
    }
    match (all, operands.as_slice()) {
        (true, [] | [_]) => {
            for (name, value) in VARIABLES.lines().map(split) {
                println!("{:<35}{}", name.trim_start_matches('/'), known(value).unwrap_or_default());
            }
            0
        }
        (false, [name]) => one(name, None),
        (false, [name, path]) => one(name, Some(path)),
        _ => usage(),
    }
}

fn one(name: &str, path: Option<&str>) -> i32 {
    let Some((found, value)) = VARIABLES.lines().map(split).find(|(found, _)| found.trim_start_matches('/') == name) else {
        cli::fail("getconf", 2, &format!("Unrecognized variable `{name}'"))
    };
    match (found.starts_with('/'), path) {
        (true, Some(path)) => {
            if let Err(error) = fs::metadata(path) {
                cli::fail("getconf", 3, &format!("pathconf: {path}: {}", cli::reason(&error)));
            }
        }
        (false, None) => {}
        _ => usage(),
    }
    println!("{}", known(value).unwrap_or_else(|| "undefined".to_string()));
    0
}

fn split(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// The value of a variable; of memory it is what the system says now.
fn known(value: &str) -> Option<String> {
    match value {
        "" => None,
        "MemTotal" | "MemAvailable" => memory_pages(value).map(|pages| pages.to_string()),
        _ => Some(value.to_string()),
    }
}

fn memory_pages(entry: &str) -> Option<u64> {
    let facts = fs::read_to_string("/proc/meminfo").ok()?;
    let line = facts.lines().find_map(|line| line.strip_prefix(entry)?.strip_prefix(':'))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024 / PAGE)
}

fn usage() -> ! {
    eprint!("{USAGE}");
    std::process::exit(2)
}
