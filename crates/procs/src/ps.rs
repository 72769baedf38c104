//! ps: the processes, in Unix, BSD and GNU options.

use cli::Output;

use crate::columns::{self, Column};
use crate::table::{self, Process};

const HELP: &str = "Usage: ps [options]

  -A, -e, ax            all processes
  -f, -F, -l, u, l, j   full, extra full, long, user oriented, BSD long and job formats
  -o, o, --format LIST  these columns: pid ppid pgid sid user uid group gid stat s tty time etime args comm
                        %cpu c %mem vsz rss ni pri nlwp stime start lstart; NAME=HEADER renames one
  -p, p, --pid LIST     by number              -C LIST    by name
  --ppid LIST           by parent              -g, -s     by session
  -u, -U, U LIST        by user                -t, t      by terminal
  -N, --deselect        all but those
  --sort KEYS, k KEYS   by columns, +up or -down
  --no-headers, h       no header              --headers  (of no effect)
  -w, w                 wide (it always is)    f, -H, --forest  children under their parents
";

#[derive(Default)]
struct Options {
    columns: Vec<Column>,
    all: bool,
    negate: bool,
    pids: Vec<i32>,
    parents: Vec<i32>,
    sessions: Vec<i32>,
    users: Vec<u32>,
    names: Vec<String>,
    terminals: Vec<String>,
    sort: Vec<(Column, bool)>,
    no_header: bool,
    forest: bool,
    style: Style,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Style {
    #[default]
    Plain,
    Full,
    ExtraFull,
    Long,
    Bsd,
    User,
    BsdLong,
    Jobs,
}

/// The exit status: 0 a process was shown, 1 none was, or the options are wrong.
pub fn main() -> i32 {
    let mut options = Options::default();
    if let Err(message) = read(&mut options) {
        eprintln!("{message}\n\nUsage:\n ps [options]\n\n Try 'ps --help'\n for additional help text.");
        return 1;
    }
    if options.columns.is_empty() {
        options.columns = usual(options.style);
    }
    let mut shown: Vec<Process> = table::processes().into_iter().filter(|process| selected(&options, process)).collect();
    for (column, down) in options.sort.iter().rev() {
        shown.sort_by(|a, b| {
            let order = compare(&columns::value(column, a), &columns::value(column, b));
            if *down { order.reverse() } else { order }
        });
    }
    let shown = if options.forest { forest(shown) } else { shown.into_iter().map(|process| (process, 0)).collect() };
    print(&options, &shown);
    i32::from(shown.is_empty())
}

fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}

fn usual(style: Style) -> Vec<Column> {
    let list = match style {
        Style::Plain => "pid,tty=TTY,time,comm=CMD",
        Style::Full => "user=UID,pid,ppid,c,stime,tty=TTY,time,cmd",
        Style::ExtraFull => "user=UID,pid,ppid,c,sz,rss,psr,stime,tty=TTY,time,cmd",
        Style::Long => "f,s,uid,pid,ppid,c,opri,ni,addr_sz,wchan,tty=TTY,time,comm=CMD",
        Style::Bsd => "pid,tty=TTY,stat,bsdtime,args",
        Style::User => "user,pid,%cpu,%mem,vsz,rss,tty=TTY,stat,start_time,bsdtime,args",
        Style::BsdLong => "f,uid,pid,ppid,priority,ni,vsz,rss,wchan,stat,tty=TTY,bsdtime,args",
        Style::Jobs => "ppid,pid,pgid,sid,tty=TTY,stat,uid,bsdtime,args",
    };
    let one = |item: &str| {
        let (name, header) = item.split_once('=').map_or((item, None), |(name, header)| (name, Some(header)));
        columns::named(name, header).unwrap_or_else(|_| unreachable!("our own lists name known columns"))
    };
    list.split(',').map(one).collect()
}

fn read(options: &mut Options) -> Result<(), String> {
    let args: Vec<String> = cli::args().iter().map(|arg| cli::show(arg)).collect();
    let mut at = 0;
    while at < args.len() {
        let arg = &args[at];
        at += 1;
        let mut next = || {
            let value = args.get(at).cloned();
            at += 1;
            value
        };
        if let Some(long) = arg.strip_prefix("--") {
            read_long(options, long, &mut next)?;
        } else if let Some(letters) = arg.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            read_letters(options, letters, true, &mut next)?;
        } else if arg.starts_with(|c: char| c.is_ascii_digit()) {
            options.pids.extend(numbers(arg)?);
        } else {
            read_letters(options, arg, false, &mut next)?;
        }
    }
    Ok(())
}

type Next<'a> = &'a mut dyn FnMut() -> Option<String>;

fn read_long(options: &mut Options, long: &str, next: Next) -> Result<(), String> {
    let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_string())));
    let mut value = || value.clone().or_else(&mut *next).ok_or_else(|| "error: list of options must follow".to_string());
    match name {
        "help" => cli::print_and_exit(HELP),
        "version" => cli::print_and_exit("ps from procps-ng 4.0.2 (Shadowbox; compatible)\n"),
        "pid" => options.pids.extend(numbers(&value()?)?),
        "ppid" => options.parents.extend(numbers(&value()?)?),
        "sid" => options.sessions.extend(numbers(&value()?)?),
        "user" | "User" => options.users.extend(users(&value()?)?),
        "tty" => options.terminals.extend(list(&value()?)),
        "format" => format(options, &value()?)?,
        "sort" => sort(options, &value()?)?,
        "no-headers" | "no-heading" | "noheaders" => options.no_header = true,
        "deselect" => options.negate = true,
        "forest" => options.forest = true,
        "headers" | "heading" | "cols" | "columns" | "width" | "rows" | "lines" | "cumulative" => {
            if matches!(name, "cols" | "columns" | "width" | "rows" | "lines") {
                value()?;
            }
        }
        _ => return Err("error: unknown gnu long option".to_string()),
    }
    Ok(())
}

/// Options of one letter; with a dash they are Unix's, without BSD's.
fn read_letters(options: &mut Options, letters: &str, dash: bool, next: Next) -> Result<(), String> {
    for (index, letter) in letters.char_indices() {
        let rest = &letters[index + letter.len_utf8()..];
        let takes = matches!((letter, dash), ('o' | 'p' | 'U' | 't', _) | ('C' | 'u' | 'g' | 's' | 'G', true) | ('k' | 'O', _));
        if takes {
            let value = if rest.is_empty() { next() } else { Some(rest.to_string()) };
            // `ps t` alone means this terminal, of which there is none.
            let value = value.ok_or_else(|| format!("error: {} must follow -{letter}", if letter == 'p' { "process ID list syntax" } else { "list of options" }))?;
            return read_value(options, letter, &value);
        }
        match (letter, dash) {
            ('A' | 'e', true) | ('a' | 'x', false) => options.all = true,
            ('a' | 'd', true) => options.all = true,
            ('f', true) => options.style = if options.style == Style::ExtraFull { Style::ExtraFull } else { Style::Full },
            ('F', true) => options.style = Style::ExtraFull,
            ('l', true) => options.style = Style::Long,
            ('j', true) => options.columns = ["pid", "pgid", "sid"].iter().map(|name| columns::named(name, None)).chain([columns::named("tty", Some("TTY")), columns::named("time", None), columns::named("comm", Some("CMD"))]).collect::<Result<_, _>>()?,
            ('N', true) => options.negate = true,
            ('V', _) => cli::print_and_exit("ps from procps-ng 4.0.2 (Shadowbox; compatible)\n"),
            ('f' | 'H', _) => options.forest = true,
            ('u', false) => options.style = Style::User,
            ('l', false) => options.style = Style::BsdLong,
            ('j', false) => options.style = Style::Jobs,
            ('h', false) => options.no_header = true,
            // BSD's e shows the environment, r only what runs; widths and threads change nothing.
            ('w' | 'c' | 'L' | 'T' | 'y' | 'm' | 'M' | 'Z', _) | ('e' | 'n' | 'S' | 'r' | 'g' | 'v' | 's', false) => {}
            _ => return Err("error: unsupported option".to_string()),
        }
        if !dash && options.style == Style::Plain {
            options.style = Style::Bsd;
        }
    }
    Ok(())
}

fn read_value(options: &mut Options, letter: char, value: &str) -> Result<(), String> {
    match letter {
        'o' => format(options, value)?,
        'O' => format(options, &format!("pid,{value},s,tty,time,cmd"))?,
        'p' => options.pids.extend(numbers(value)?),
        'u' | 'U' => options.users.extend(users(value)?),
        'C' => options.names.extend(list(value)),
        't' => options.terminals.extend(list(value)),
        'k' => sort(options, value)?,
        'g' | 's' => options.sessions.extend(numbers(value)?),
        _ => {}
    }
    Ok(())
}

fn list(text: &str) -> Vec<String> {
    text.split([',', ' ', '\t']).filter(|item| !item.is_empty()).map(str::to_string).collect()
}

fn numbers(text: &str) -> Result<Vec<i32>, String> {
    list(text).iter().map(|item| item.parse().map_err(|_| "error: process ID list syntax error".to_string())).collect()
}

fn users(text: &str) -> Result<Vec<u32>, String> {
    let known = |name: &String| (0..=1000).chain([65_534]).find(|uid| table::user(*uid) == *name);
    list(text).iter().map(|item| item.parse().ok().or_else(|| known(item)).ok_or_else(|| "error: user name does not exist".to_string())).collect()
}

/// Columns; what follows `=` is the header of that column and goes to the end.
fn format(options: &mut Options, text: &str) -> Result<(), String> {
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find([',', ' ', '\t', '=']).unwrap_or(rest.len());
        let name = &rest[..end];
        let (header, after) = match rest[end..].strip_prefix('=') {
            Some(header) if header.is_empty() || !header.starts_with(',') => (Some(header), ""),
            Some(after) => (Some(""), &after[1..]),
            None => (None, rest.get(end + 1..).unwrap_or_default()),
        };
        if !name.is_empty() {
            options.columns.push(columns::named(name, header)?);
        }
        rest = after;
    }
    Ok(())
}

fn sort(options: &mut Options, text: &str) -> Result<(), String> {
    for key in list(text) {
        let down = key.starts_with('-');
        options.sort.push((columns::named(key.trim_start_matches(['+', '-']), None)?, down));
    }
    Ok(())
}

fn selected(options: &Options, process: &Process) -> bool {
    let lists = !(options.pids.is_empty() && options.parents.is_empty() && options.sessions.is_empty() && options.users.is_empty() && options.names.is_empty() && options.terminals.is_empty());
    let listed = options.pids.contains(&process.pid)
        || options.parents.contains(&process.ppid)
        || options.sessions.contains(&process.session)
        || options.users.contains(&process.uid)
        || options.names.contains(&process.name);
    // Without a choice: what shares the user and the terminal, which in a sandbox is everything.
    (if lists { listed || options.all } else { true }) != options.negate
}

/// Children behind their parents, with how deep they stand.
fn forest(processes: Vec<Process>) -> Vec<(Process, usize)> {
    let known: Vec<i32> = processes.iter().map(|process| process.pid).collect();
    let mut out = Vec::new();
    for root in processes.iter().filter(|process| !known.contains(&process.ppid) || process.ppid == process.pid) {
        below(root, 0, &processes, &mut out);
    }
    out
}

fn below(process: &Process, depth: usize, all: &[Process], out: &mut Vec<(Process, usize)>) {
    out.push((process.clone(), depth));
    for child in all.iter().filter(|child| child.ppid == process.pid && child.pid != process.pid) {
        below(child, depth + 1, all, out);
    }
}

fn print(options: &Options, processes: &[(Process, usize)]) {
    let mut out = Output::new("ps", 1);
    if !options.no_header && options.columns.iter().any(|column| !column.header.is_empty()) {
        line(&mut out, &options.columns, |column| column.header.clone());
    }
    for (process, depth) in processes {
        line(&mut out, &options.columns, |column| {
            let value = columns::value(column, process);
            let tree = *depth > 0 && matches!(column.key, "args" | "comm");
            if tree { format!("{}\\_ {value}", " ".repeat(1 + (depth - 1) * 4)) } else { value }
        });
    }
}

fn line(out: &mut Output, columns: &[Column], text: impl Fn(&Column) -> String) {
    let mut line = String::new();
    for (index, column) in columns.iter().enumerate() {
        let last = index + 1 == columns.len();
        let text = text(column);
        if index > 0 {
            line.push(' ');
        }
        // A user name that is too long for its column is cut and marked.
        let cut = column.key == "user" && text.chars().count() > column.width && !last;
        let text = if cut { text.chars().take(column.width - 1).chain(['+']).collect() } else { text };
        match (column.right, last) {
            (true, _) => line.push_str(&format!("{text:>width$}", width = column.width)),
            (false, true) => line.push_str(&text),
            (false, false) => line.push_str(&format!("{text:<width$}", width = column.width)),
        }
    }
    line.push('\n');
    out.put(line.as_bytes());
}
