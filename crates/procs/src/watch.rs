//! watch: runs a command again and again and shows what it prints.

use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cli::{Item, Order};

const HELP: &str = "Usage: watch [options] command
Run a command again and again until watch is killed.

Options:
  -c, --color            colours pass (they always do)
  -d, --differences      mark what changed, on a terminal
  -e, --errexit          end with status 8 when the command fails
  -g, --chgexit          end when the output changes
  -n, --interval <secs>  seconds to wait between two runs (2)
  -p, --precise          start at even intervals
  -q, --equexit <cycles> end when the output stays the same so often
  -t, --no-title         no header
  -x, --exec             run the command itself, not by sh -c
  -b, -w                 of no effect
  -h, --help             this text
  -v, --version          the version
";

#[derive(Default)]
struct Options {
    differences: bool,
    error_exit: bool,
    change_exit: bool,
    equal_exit: Option<u32>,
    interval: Duration,
    precise: bool,
    no_title: bool,
    direct: bool,
}

/// The exit status: 0 when the output changed with `-g`, 8 when the command failed with `-e`.
pub fn main() -> i32 {
    let (options, command) = read();
    let screen = std::io::stdout().is_terminal();
    let mut last: Option<Vec<u8>> = None;
    let mut equal = 0;
    loop {
        let started = SystemTime::now();
        let (output, ok) = run(&options, &command);
        show(&options, &command, &output, last.as_deref(), screen);
        if options.error_exit && !ok {
            eprintln!("watch: command exit with a non-zero status");
            return 8;
        }
        let same = last.as_ref().is_none_or(|before| *before == output);
        if options.change_exit && !same {
            return 0;
        }
        equal = if same && last.is_some() { equal + 1 } else { 0 };
        if options.equal_exit.is_some_and(|cycles| equal >= cycles) {
            return 0;
        }
        last = Some(output);
        let spent = if options.precise { started.elapsed().unwrap_or_default() } else { Duration::ZERO };
        std::thread::sleep(options.interval.saturating_sub(spent));
    }
}

fn read() -> (Options, Vec<Vec<u8>>) {
    let specs = ["b|beep", "c|color", "d|differences?", "e|errexit", "g|chgexit", "q|equexit=", "n|interval=", "p|precise", "t|no-title", "w|no-wrap", "x|exec", "h|help", "v|version"];
    let items = cli::parse(cli::args(), &specs, Order::OptionsFirst).unwrap_or_else(|message| cli::bad_usage("watch", 1, &message));
    let interval = std::env::var("WATCH_INTERVAL").ok().and_then(|text| seconds(&text)).unwrap_or(Duration::from_secs(2));
    let mut options = Options { interval, ..Options::default() };
    let mut command = Vec::new();
    for item in items {
        match item {
            Item::Operand(word) => command.push(word),
            Item::Option("d", _) => options.differences = true,
            Item::Option("e", _) => options.error_exit = true,
            Item::Option("g", _) => options.change_exit = true,
            Item::Option("q", value) => options.equal_exit = cli::show(&value.unwrap_or_default()).parse().ok(),
            Item::Option("n", value) => {
                let text = cli::show(&value.unwrap_or_default());
                options.interval = seconds(&text).unwrap_or_else(|| cli::fail("watch", 1, &format!("failed to parse argument: '{text}': Invalid argument")));
            }
            Item::Option("p", _) => options.precise = true,
            Item::Option("t", _) => options.no_title = true,
            Item::Option("x", _) => options.direct = true,
            Item::Option("h", _) => cli::print_and_exit(HELP),
            Item::Option("v", _) => cli::print_and_exit("watch from procps-ng 4.0.2 (Shadowbox; compatible)\n"),
            Item::Option(..) => {}
        }
    }
    if command.is_empty() {
        eprint!("{HELP}");
        std::process::exit(1);
    }
    (options, command)
}

/// At least a tenth of a second; a comma is a point.
fn seconds(text: &str) -> Option<Duration> {
    let value: f64 = text.replace(',', ".").parse().ok()?;
    value.is_finite().then(|| Duration::from_secs_f64(value.clamp(0.1, 4_294_967.0)))
}

/// What the command prints on both outputs, and whether it ended well.
fn run(options: &Options, command: &[Vec<u8>]) -> (Vec<u8>, bool) {
    let words: Vec<&std::path::Path> = command.iter().map(|word| cli::path(word)).collect();
    let mut child = if options.direct {
        let mut child = Command::new(words[0]);
        child.args(&words[1..]);
        child
    } else {
        let mut child = Command::new("sh");
        child.arg("-c").arg(cli::path(&command.join(&b' ')));
        child
    };
    match child.stdin(Stdio::null()).output() {
        Ok(output) => ([output.stdout, output.stderr].concat(), output.status.success()),
        Err(error) => (format!("watch: unable to execute '{}': {}\n", cli::show(&command[0]), cli::reason(&error)).into_bytes(), false),
    }
}

/// A terminal is cleared first; elsewhere one run follows another.
fn show(options: &Options, command: &[Vec<u8>], output: &[u8], last: Option<&[u8]>, screen: bool) {
    let mut page = Vec::new();
    if screen {
        page.extend(b"\x1b[H\x1b[2J");
    }
    if !options.no_title {
        page.extend(title(options, command).into_bytes());
    }
    match last.filter(|_| screen && options.differences) {
        Some(last) => mark(&mut page, output, last),
        None => page.extend(output),
    }
    let mut out = std::io::stdout().lock();
    if out.write_all(&page).and_then(|()| out.flush()).is_err() {
        std::process::exit(141);
    }
}

/// `Every 2.0s: COMMAND`, and at the right end the host and the time.
fn title(options: &Options, command: &[Vec<u8>]) -> String {
    let left = format!("Every {:.1}s: {}", options.interval.as_secs_f64(), cli::show(&command.join(&b' ')));
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "shadowbox" } else { host.trim() };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    let right = format!("{host}: {}", crate::table::date(now));
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80usize);
    format!("{left}{right:>rest$}\n\n", rest = width.saturating_sub(left.chars().count()).max(right.len() + 1))
}

/// Characters that were others before, in reverse.
fn mark(page: &mut Vec<u8>, output: &[u8], last: &[u8]) {
    let mut before = last.split(|byte| *byte == b'\n');
    for line in output.split_inclusive(|byte| *byte == b'\n') {
        let old = before.next().unwrap_or_default();
        for (column, byte) in line.iter().enumerate() {
            if *byte != b'\n' && old.get(column) != Some(byte) {
                page.extend([b"\x1b[7m", &[*byte][..], b"\x1b[27m"].concat());
            } else {
                page.push(*byte);
            }
        }
    }
}
