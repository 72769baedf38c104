//! time: runs a program and tells how long it took.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use cli::{Item, Order};

const USUAL: &str = "%Uuser %Ssystem %Eelapsed %PCPU (%Xavgtext+%Davgdata %Mmaxresident)k\n%Iinputs+%Ooutputs (%Fmajor+%Rminor)pagefaults %Wswaps";
const PORTABLE: &str = "real %e\nuser %U\nsys %S";
const VERBOSE: &str = "\tCommand being timed: \"%C\"
\tUser time (seconds): %U
\tSystem time (seconds): %S
\tPercent of CPU this job got: %P
\tElapsed (wall clock) time (h:mm:ss or m:ss): %E
\tAverage shared text size (kbytes): %X
\tAverage unshared data size (kbytes): %D
\tAverage stack size (kbytes): %p
\tAverage total size (kbytes): %K
\tMaximum resident set size (kbytes): %M
\tAverage resident set size (kbytes): %t
\tMajor (requiring I/O) page faults: %F
\tMinor (reclaiming a frame) page faults: %R
\tVoluntary context switches: %w
\tInvoluntary context switches: %c
\tSwaps: %W
\tFile system inputs: %I
\tFile system outputs: %O
\tSocket messages sent: %s
\tSocket messages received: %r
\tSignals delivered: %k
\tPage size (bytes): %Z
\tExit status: %x";
const HELP: &str = "Usage: time [OPTIONS] COMMAND [ARG]...
Run COMMAND, then print how long it took. What the system does not count prints as 0.

  -a, --append        append to the file of -o
  -f, --format=FORMAT use FORMAT (%e %E elapsed, %U user, %S system, %P share, %C command, %x status, ...)
  -o, --output=FILE   write to FILE
  -p, --portability   real, user and sys, a line each
  -q, --quiet         say nothing of a status that is not 0
  -v, --verbose       everything, a line each
  -h, --help          this text
  -V, --version       the version
";

struct Run {
    command: Vec<Vec<u8>>,
    elapsed: Duration,
    status: i32,
}

/// The program's exit status; 126 or 127 when it cannot be run.
pub fn main() -> i32 {
    let specs = ["a|append", "f|format=", "o|output=", "p|portability", "q|quiet", "v|verbose", "h|help", "V|version"];
    let items = cli::parse(cli::args(), &specs, Order::OptionsFirst).unwrap_or_else(|message| cli::bad_usage("time", 125, &message));
    let mut format = std::env::var("TIME").unwrap_or_else(|_| USUAL.to_string());
    let (mut append, mut output, mut quiet, mut command) = (false, None, false, Vec::new());
    for item in items {
        match item {
            Item::Operand(word) => command.push(word),
            Item::Option("a", _) => append = true,
            Item::Option("f", Some(text)) => format = cli::show(&text),
            Item::Option("o", name) => output = name,
            Item::Option("p", _) => format = PORTABLE.to_string(),
            Item::Option("q", _) => quiet = true,
            Item::Option("v", _) => format = VERBOSE.to_string(),
            Item::Option("V", _) => cli::print_and_exit("time (Shadowbox; compatible with GNU Time) 1.9\n"),
            Item::Option(..) => cli::print_and_exit(HELP),
        }
    }
    if command.is_empty() {
        cli::bad_usage("time", 125, "missing program to run");
    }
    let mut report = String::new();
    let run = run(command, &mut report);
    if run.status != 0 && !quiet && format != VERBOSE {
        report += &if run.status > 128 { format!("Command terminated by signal {}\n", run.status - 128) } else { format!("Command exited with non-zero status {}\n", run.status) };
    }
    report += &fill(&format, &run);
    report.push('\n');
    write(&report, output.as_deref(), append);
    run.status
}

fn run(command: Vec<Vec<u8>>, report: &mut String) -> Run {
    let started = Instant::now();
    let result = Command::new(cli::path(&command[0])).args(command[1..].iter().map(|word| cli::path(word))).status();
    let elapsed = started.elapsed();
    let status = match result {
        Ok(status) => code(status),
        Err(error) => {
            *report = format!("time: cannot run {}: {}\n", cli::show(&command[0]), cli::reason(&error));
            if error.kind() == std::io::ErrorKind::NotFound { 127 } else { 126 }
        }
    };
    Run { command, elapsed, status }
}

fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}

fn write(report: &str, output: Option<&[u8]>, append: bool) {
    let Some(name) = output else {
        eprint!("{report}");
        return;
    };
    let file = OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(cli::path(name));
    if let Err(error) = file.and_then(|mut file| file.write_all(report.as_bytes())) {
        cli::fail("time", 125, &format!("{}: {}", cli::show(name), cli::reason(&error)));
    }
}

/// The format with what is known filled in: time goes by and programs end; nobody counts the rest.
fn fill(format: &str, run: &Run) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => conversion(chars.next(), run, &mut out),
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('\\') => out.push('\\'),
                Some(other) => out.extend(['?', '\\', other]),
                None => out.push_str("?\\"),
            },
            c => out.push(c),
        }
    }
    out
}

fn conversion(letter: Option<char>, run: &Run, out: &mut String) {
    let hundredths = run.elapsed.as_millis() / 10;
    let (seconds, rest) = (hundredths / 100, hundredths % 100);
    match letter {
        Some('%') => out.push('%'),
        Some('C') => out.push_str(&run.command.iter().map(|word| cli::show(word)).collect::<Vec<_>>().join(" ")),
        Some('e') => out.push_str(&format!("{seconds}.{rest:02}")),
        Some('E') if seconds < 3600 => out.push_str(&format!("{}:{:02}.{rest:02}", seconds / 60, seconds % 60)),
        Some('E') => out.push_str(&format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)),
        Some('U' | 'S') => out.push_str("0.00"),
        Some('P') => out.push_str("0%"),
        Some('x') => out.push_str(&run.status.to_string()),
        Some('Z') => out.push_str("4096"),
        Some('D' | 'F' | 'I' | 'K' | 'M' | 'O' | 'R' | 'W' | 'X' | 'c' | 'k' | 'p' | 'r' | 's' | 't' | 'w') => out.push('0'),
        Some(other) => out.extend(['?', other]),
        None => out.push('?'),
    }
}
