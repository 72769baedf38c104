//! pgrep and pkill: processes by name and by what they are.

use cli::{Item, Order, Output};
use posix_regex::{Regex, Syntax};
use rustix::process::{kill_process, Pid, Signal};

use crate::signals;
use crate::table::{self, Process};

const SPECS: &[&str] = &[
    "a|list-full", "c|count", "d|delimiter=", "e|echo", "f|full", "g|pgroup=", "G|group=", "i|ignore-case", "l|list-name", "n|newest",
    "o|oldest", "O|older=", "P|parent=", "q|queue=", "r|runstates=", "s|session=", "signal=", "t|terminal=", "u|euid=", "U|uid=",
    "v|inverse", "w|lightweight", "x|exact", "h|help", "V|version",
];

#[derive(Default)]
struct Options {
    signal: i32,
    list_full: bool,
    list_name: bool,
    count: bool,
    echo: bool,
    full: bool,
    ignore_case: bool,
    newest: bool,
    oldest: bool,
    inverse: bool,
    exact: bool,
    delimiter: Option<String>,
    parents: Vec<i32>,
    groups: Vec<i32>,
    sessions: Vec<i32>,
    users: Vec<String>,
    states: String,
    any: bool,
}

/// The exit status: 0 something matched, 1 nothing did, 2 wrong usage, 3 a signal could not be sent.
pub fn main(name: &str) -> i32 {
    let usage = |message: &str| -> ! {
        eprintln!("{name}: {message}\nTry `{name} --help' for more information.");
        std::process::exit(2)
    };
    let mut args = cli::args();
    let mut options = Options { signal: signals::TERM, ..Options::default() };
    if name == "pkill" {
        take_signal(&mut args, &mut options);
    }
    let mut patterns = Vec::new();
    for item in cli::parse(args, SPECS, Order::Permute).unwrap_or_else(|message| usage(&message)) {
        match item {
            Item::Operand(pattern) => patterns.push(pattern),
            Item::Option(key, value) => set(&mut options, key, &cli::show(&value.unwrap_or_default()), name).unwrap_or_else(|message| usage(&message)),
        }
    }
    if patterns.len() > 1 {
        usage("only one pattern can be provided");
    }
    if patterns.is_empty() && !options.any {
        usage("no matching criteria specified");
    }
    let regex = patterns.first().map(|pattern| {
        let whole = if options.exact { [b"^(", &pattern[..], b")$"].concat() } else { pattern.clone() };
        Regex::new(&whole, Syntax::Extended, options.ignore_case, false).unwrap_or_else(|error| usage(&error.to_string()))
    });
    let matched = choose(&options, regex.as_ref());
    if name == "pkill" { kill(&options, &matched) } else { list(&options, &matched) }
}

/// `-9`, `-KILL` and `-SIGKILL` before the other options.
fn take_signal(args: &mut Vec<Vec<u8>>, options: &mut Options) {
    let found = args.iter().enumerate().find_map(|(index, arg)| {
        let text = cli::show(arg.strip_prefix(b"-")?);
        let looks = text.len() > 1 || text.parse::<i32>().is_ok();
        signals::number(&text).filter(|_| looks).map(|signal| (index, signal))
    });
    if let Some((index, signal)) = found {
        args.remove(index);
        options.signal = signal;
    }
}

fn set(options: &mut Options, key: &str, value: &str, name: &str) -> Result<(), String> {
    let numbers = || value.split(',').map(|item| item.parse::<i32>().map_err(|_| format!("not a number: {value}"))).collect::<Result<Vec<_>, _>>();
    options.any |= matches!(key, "P" | "g" | "s" | "u" | "U" | "r" | "G" | "t" | "n" | "o");
    match key {
        "a" => options.list_full = true,
        "c" => options.count = true,
        "d" => options.delimiter = Some(value.replace("\\n", "\n").replace("\\t", "\t")),
        "e" => options.echo = true,
        "f" => options.full = true,
        "g" => options.groups = numbers()?,
        "i" => options.ignore_case = true,
        "l" => options.list_name = true,
        "n" => options.newest = true,
        "o" => options.oldest = true,
        "P" => options.parents = numbers()?,
        "r" => options.states = value.to_string(),
        "s" => options.sessions = numbers()?,
        "signal" => options.signal = signals::number(value).ok_or_else(|| format!("Unknown signal \"{value}\"."))?,
        "u" | "U" => options.users = value.split(',').map(str::to_string).collect(),
        "v" => options.inverse = true,
        "x" => options.exact = true,
        "h" => cli::print_and_exit(&format!("Usage: {name} [options] <pattern>\n\n -a list full, -c count, -d delimiter, -e echo, -f full command line, -g groups, -i ignore case, -l list name,\n -n newest, -o oldest, -P parents, -r states, -s sessions, --signal SIG, -u users, -v inverse, -x exact\n")),
        "V" => cli::print_and_exit(&format!("{name} from procps-ng 4.0.2 (Shadowbox; compatible)\n")),
        _ => {}
    }
    Ok(())
}

fn choose(options: &Options, regex: Option<&Regex>) -> Vec<Process> {
    let own = std::process::id() as i32;
    let in_list = |list: &[i32], number: i32| list.is_empty() || list.contains(&number);
    let matches = |process: &Process| {
        let text = if options.full { process.command() } else { process.name.clone() };
        in_list(&options.parents, process.ppid)
            && in_list(&options.groups, process.group)
            && in_list(&options.sessions, process.session)
            && (options.states.is_empty() || options.states.contains(process.state))
            && (options.users.is_empty() || options.users.iter().any(|user| *user == table::user(process.uid) || *user == process.uid.to_string()))
            && regex.is_none_or(|regex| regex.is_match(text.as_bytes()))
    };
    let mut all: Vec<Process> = table::processes().into_iter().filter(|process| process.pid != own && matches(process) != options.inverse).collect();
    // Numbers go up, so the last one is the newest.
    all.sort_by_key(|process| (process.started, process.pid));
    if options.newest {
        all = all.pop().into_iter().collect();
    } else if options.oldest {
        all.truncate(1);
    }
    all.sort_by_key(|process| process.pid);
    all
}

fn list(options: &Options, matched: &[Process]) -> i32 {
    let mut out = Output::new("pgrep", 3);
    if options.count {
        out.put(format!("{}\n", matched.len()).as_bytes());
        return i32::from(matched.is_empty());
    }
    let lines: Vec<String> = matched
        .iter()
        .map(|process| match (options.list_full, options.list_name) {
            (true, _) => format!("{} {}", process.pid, process.command()),
            (_, true) => format!("{} {}", process.pid, process.name),
            _ => process.pid.to_string(),
        })
        .collect();
    if !lines.is_empty() {
        out.put(lines.join(options.delimiter.as_deref().unwrap_or("\n")).as_bytes());
        out.put(b"\n");
    }
    i32::from(matched.is_empty())
}

fn kill(options: &Options, matched: &[Process]) -> i32 {
    let mut out = Output::new("pkill", 3);
    let mut killed = 0;
    for process in matched {
        match send(process.pid, options.signal) {
            Ok(()) => {
                killed += 1;
                if options.echo {
                    out.put(format!("{} killed (pid {})\n", process.name, process.pid).as_bytes());
                }
            }
            // It ended by itself meanwhile.
            Err(error) if error == rustix::io::Errno::SRCH => {}
            Err(error) => eprintln!("pkill: killing pid {} failed: {}", process.pid, cli::reason(&error.into())),
        }
    }
    if options.count {
        out.put(format!("{}\n", matched.len()).as_bytes());
    }
    i32::from(killed == 0)
}

fn send(pid: i32, signal: i32) -> rustix::io::Result<()> {
    let pid = Pid::from_raw(pid).ok_or(rustix::io::Errno::SRCH)?;
    match Signal::from_named_raw(signal) {
        Some(signal) => kill_process(pid, signal),
        None if signal == 0 => rustix::process::test_kill_process(pid),
        None => Err(rustix::io::Errno::INVAL),
    }
}
