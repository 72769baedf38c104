//! The processes, read from `/proc`.

use std::fs;

#[derive(Clone, Default)]
pub struct Process {
    pub pid: i32,
    pub ppid: i32,
    pub group: i32,
    pub session: i32,
    pub uid: u32,
    pub gid: u32,
    pub state: char,
    pub terminal: i64,
    /// The name of the program, as the system cuts it.
    pub name: String,
    /// Arguments; empty for a process that has none any more.
    pub args: Vec<String>,
    /// CPU time in hundredths of a second, and when it began after the system did; 0 and None where nobody counts.
    pub cpu: u64,
    pub started: Option<u64>,
    pub nice: i64,
    pub threads: i64,
    pub virtual_kb: u64,
    pub resident_kb: u64,
}

/// All processes, by number.
pub fn processes() -> Vec<Process> {
    let mut all: Vec<Process> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(process)
        .collect();
    all.sort_by_key(|process| process.pid);
    all
}

/// None: it ended meanwhile.
fn process(pid: i32) -> Option<Process> {
    let read = |file: &str| fs::read(format!("/proc/{pid}/{file}")).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let stat = read("stat").ok()?;
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    let fields: Vec<&str> = stat[close + 1..].split_whitespace().collect();
    let number = |index: usize| fields.get(index).and_then(|text| text.parse::<i64>().ok());
    let status = read("status").unwrap_or_default();
    let id = |key: &str| status_field(&status, key).unwrap_or(0) as u32;
    let args = read("cmdline").unwrap_or_default();
    let name = stat[open + 1..close].to_string();
    Some(Process {
        pid,
        ppid: number(1)? as i32,
        group: number(2).unwrap_or(0) as i32,
        session: number(3).unwrap_or(0) as i32,
        uid: id("Uid:"),
        gid: id("Gid:"),
        state: fields.first()?.chars().next()?,
        terminal: number(4).unwrap_or(0),
        // A sandbox gives the name a program was called by, with its folder; what it began with has none.
        name: if name.starts_with(['/', '.']) { name.rsplit('/').next().unwrap_or_default().to_string() } else if name.is_empty() && pid == 1 { "shadowbox".to_string() } else { name },
        args: args.split_terminator('\0').map(str::to_string).collect(),
        cpu: (number(11).unwrap_or(0) + number(12).unwrap_or(0)) as u64,
        started: number(19).map(|ticks| ticks as u64 / 100),
        nice: number(16).unwrap_or(0),
        threads: number(17).unwrap_or(1),
        virtual_kb: status_field(&status, "VmSize:").unwrap_or(0),
        resident_kb: status_field(&status, "VmRSS:").unwrap_or(0),
    })
}

fn status_field(status: &str, key: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

impl Process {
    /// The command line, or the name in brackets.
    pub fn command(&self) -> String {
        match (self.args.is_empty(), self.state) {
            (false, _) => self.args.join(" "),
            (true, 'Z') => format!("[{}] <defunct>", self.name),
            (true, _) => format!("[{}]", self.name),
        }
    }
}

/// The name of a user, from `/etc/passwd`, or the number.
pub fn user(uid: u32) -> String {
    match (uid, name_in("/etc/passwd", uid)) {
        (_, Some(name)) => name,
        (1000, None) => "user".to_string(),
        (0, None) => "root".to_string(),
        _ => uid.to_string(),
    }
}

pub fn group(gid: u32) -> String {
    name_in("/etc/group", gid).unwrap_or_else(|| user(gid))
}

fn name_in(file: &str, id: u32) -> Option<String> {
    fs::read_to_string(file).ok()?.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        (fields.get(2)?.parse() == Ok(id)).then(|| fields[0].to_string())
    })
}

/// Seconds since the system began.
pub fn uptime() -> u64 {
    let text = fs::read_to_string("/proc/uptime").unwrap_or_default();
    text.split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Thu Nov 26 18:22:02 2026`, local.
pub fn date(seconds: i64) -> String {
    let date = cli::time::local(seconds);
    let days = cli::time::days_from_civil(date.year, date.month, date.day);
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {}",
        DAYS[days.rem_euclid(7) as usize],
        MONTHS[(date.month - 1) as usize],
        date.day,
        date.hour,
        date.minute,
        date.second,
        date.year
    )
}
