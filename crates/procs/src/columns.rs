//! What ps can show of a process.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::table::{self, Process};

/// A column: its header, its width (0: as wide as it is) and which side it stands on.
#[derive(Clone)]
pub struct Column {
    pub key: &'static str,
    pub header: String,
    pub width: usize,
    pub right: bool,
}

/// Names, the key that they mean, header, width, right side.
const KNOWN: &[(&str, &str, &str, usize, bool)] = &[
    ("pid|tgid", "pid", "PID", 7, true),
    ("ppid", "ppid", "PPID", 7, true),
    ("pgid|pgrp", "pgid", "PGID", 7, true),
    ("sid|sess|session", "sid", "SID", 7, true),
    ("user|euser|uname", "user", "USER", 8, false),
    ("ruser", "user", "RUSER", 8, false),
    ("uid|euid", "uid", "UID", 5, true),
    ("ruid", "uid", "RUID", 5, true),
    ("group|egroup", "group", "GROUP", 8, false),
    ("rgroup", "group", "RGROUP", 8, false),
    ("gid|egid", "gid", "GID", 5, true),
    ("stat", "stat", "STAT", 4, false),
    ("s|state", "s", "S", 1, false),
    ("tty|tt|tname", "tty", "TT", 8, false),
    ("time|cputime", "time", "TIME", 8, true),
    ("bsdtime", "bsdtime", "TIME", 6, true),
    ("etime", "etime", "ELAPSED", 11, true),
    ("etimes", "etimes", "ELAPSED", 7, true),
    ("cmd", "args", "CMD", 27, false),
    ("args|command", "args", "COMMAND", 27, false),
    ("comm|ucmd|ucomm", "comm", "COMMAND", 15, false),
    ("%cpu|pcpu", "%cpu", "%CPU", 4, true),
    ("c|cp", "c", "C", 2, true),
    ("%mem|pmem", "%mem", "%MEM", 4, true),
    ("vsz|vsize", "vsz", "VSZ", 6, true),
    ("rss|rssize|rsz", "rss", "RSS", 5, true),
    ("ni|nice", "ni", "NI", 3, true),
    ("pri", "pri", "PRI", 3, true),
    ("priority", "priority", "PRI", 3, true),
    ("opri", "opri", "PRI", 3, true),
    ("psr", "f", "PSR", 3, true),
    ("nlwp|thcount", "nlwp", "NLWP", 4, true),
    ("start_time", "start", "START", 5, true),
    ("stime", "start", "STIME", 5, true),
    ("start", "start", "STARTED", 8, true),
    ("lstart", "lstart", "STARTED", 24, false),
    ("f|flag|flags", "f", "F", 1, true),
    ("wchan", "wchan", "WCHAN", 6, false),
    ("addr", "wchan", "ADDR", 4, false),
    ("sz", "sz", "SZ", 5, true),
    ("addr_sz", "addr_sz", "ADDR SZ", 7, true),
];

/// The column of that name (`NAME:WIDTH`), with that header if one is given.
pub fn named(name: &str, header: Option<&str>) -> Result<Column, String> {
    let (name, wanted) = name.split_once(':').map_or((name, None), |(name, width)| (name, width.parse::<usize>().ok()));
    let found = KNOWN.iter().find(|(names, ..)| names.split('|').any(|known| known == name));
    let Some(&(_, key, usual, width, right)) = found else {
        return Err(format!("error: unknown user-defined format specifier \"{name}\""));
    };
    // The system says how long its numbers get; most have seven digits.
    let short = key.ends_with("id") && width == 7 && small_pids();
    let width = wanted.unwrap_or(if short { 5 } else { width });
    let header = header.unwrap_or(usual).to_string();
    Ok(Column { key, width: width.max(header.chars().count()), header, right })
}

fn small_pids() -> bool {
    let text = std::fs::read_to_string("/proc/sys/kernel/pid_max").unwrap_or_default();
    text.trim().parse::<u64>().is_ok_and(|most| most <= 99_999)
}

pub fn value(column: &Column, process: &Process) -> String {
    match column.key {
        "pid" => process.pid.to_string(),
        "ppid" => process.ppid.to_string(),
        "pgid" => process.group.to_string(),
        "sid" => process.session.to_string(),
        "user" => table::user(process.uid),
        "uid" => process.uid.to_string(),
        "group" => table::group(process.gid),
        "gid" => process.gid.to_string(),
        "s" => process.state.to_string(),
        "stat" => state(process),
        "tty" => terminal(process),
        "time" => format!("{:02}:{:02}:{:02}", process.cpu / 360_000, process.cpu / 6000 % 60, process.cpu / 100 % 60),
        "bsdtime" => format!("{}:{:02}", process.cpu / 6000, process.cpu / 100 % 60),
        "etime" => process.started.map_or("-".to_string(), |started| elapsed(table::uptime().saturating_sub(started))),
        "etimes" => process.started.map_or("-".to_string(), |started| table::uptime().saturating_sub(started).to_string()),
        "args" => process.command(),
        "comm" => if process.state == 'Z' { format!("{} <defunct>", process.name) } else { process.name.clone() },
        "%cpu" => format!("{:.1}", share(process)),
        "c" => format!("{:.0}", share(process).floor()),
        "%mem" => "0.0".to_string(),
        "vsz" => process.virtual_kb.to_string(),
        "addr_sz" => format!("- {:>5}", process.virtual_kb / 4),
        "sz" => (process.virtual_kb / 4).to_string(),
        "rss" => process.resident_kb.to_string(),
        "ni" => process.nice.to_string(),
        "pri" => (19 - process.nice).to_string(),
        "priority" => (20 + process.nice).to_string(),
        "opri" => (80 + process.nice).to_string(),
        "nlwp" => process.threads.to_string(),
        "start" => began(process).map_or("-".to_string(), |at| { let date = cli::time::local(at); format!("{:02}:{:02}", date.hour, date.minute) }),
        "lstart" => began(process).map_or("-".to_string(), table::date),
        "f" => "0".to_string(),
        _ => "-".to_string(),
    }
}

fn state(process: &Process) -> String {
    let mut text = process.state.to_string();
    if process.session == process.pid {
        text.push('s');
    }
    text
}

/// Linux's number of a terminal: the major in the middle bits, the minor around it.
fn terminal(process: &Process) -> String {
    let (major, minor) = (process.terminal >> 8 & 0xfff, process.terminal & 0xff | process.terminal >> 12 & 0xfff00);
    match major {
        0 => "?".to_string(),
        4 => format!("tty{minor}"),
        136..=143 => format!("pts/{}", (major - 136) * 256 + minor),
        _ => format!("{major}/{minor}"),
    }
}

/// Percent of one processor since it began.
fn share(process: &Process) -> f64 {
    let Some(started) = process.started else { return 0.0 };
    let seconds = table::uptime().saturating_sub(started);
    if seconds == 0 { 0.0 } else { (process.cpu * 10 / seconds) as f64 / 10.0 }
}

fn began(process: &Process) -> Option<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let ago = table::uptime().saturating_sub(process.started?);
    Some(now.saturating_sub(ago) as i64)
}

/// `[[DD-]hh:]mm:ss`.
fn elapsed(seconds: u64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes:02}:{rest:02}"),
        (0, _) => format!("{hours:02}:{minutes:02}:{rest:02}"),
        _ => format!("{days}-{hours:02}:{minutes:02}:{rest:02}"),
    }
}
