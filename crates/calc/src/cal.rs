//! cal, as util-linux's: months of the Gregorian calendar, before September 1752 of the Julian one.

use std::io::{IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use cli::time::days_from_civil;
use cli::{Item, Order};

const HELP: &str = "
Usage:
 cal [options] [[[day] month] year]
 cal [options] <month name>

Display a calendar, or some part of it.
Without any arguments, display the current month.

Options:
 -1, --one             show only a single month (default)
 -3, --three           show three months spanning the date
 -n, --months <num>    show num months starting with date's month
 -S, --span            span the date when displaying multiple months
 -s, --sunday          Sunday as first day of week
 -m, --monday          Monday as first day of week
 -j, --julian          use day-of-year for all calendars
 -y, --year            show the whole year
 -Y, --twelve          show the next twelve months
 -w, --week[=<num>]    show US or ISO-8601 week numbers
     --color[=<when>]  colorize messages (auto, always or never)

 -h, --help            display this help
 -V, --version         display version
";

const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// The first day of the Gregorian calendar in Britain, as days since 1970: 14 September 1752.
const REFORM: i64 = -79_366;
const YEAR_MAX: i64 = i32::MAX as i64;
/// Weeks that a month has room for.
const WEEKS: i64 = 6;

struct Options {
    months: Option<i64>,
    span: bool,
    monday: bool,
    julian: bool,
    whole_year: bool,
    twelve: bool,
    weeks: bool,
    colour: bool,
}

#[derive(Clone, Copy)]
struct Month {
    year: i64,
    month: i64,
}

impl Month {
    fn plus(self, count: i64) -> Month {
        let index = self.year * 12 + self.month - 1 + count;
        Month { year: index.div_euclid(12), month: index.rem_euclid(12) + 1 }
    }

    /// Its days, as days since 1970, and how they are called; those that the reform left out are not there.
    fn days(self) -> Vec<(i64, i64)> {
        let next = self.plus(1);
        let (start, end) = (first_day(self), first_day(next));
        (start..end).map(|day| (day, if start < REFORM && day >= REFORM { day - start + 12 } else { day - start + 1 })).collect()
    }

    fn day_of_year(self, day: i64) -> i64 {
        day - first_day(Month { year: self.year, month: 1 }) + 1
    }
}

/// The first of a month, as days since 1970.
fn first_day(Month { year, month }: Month) -> i64 {
    let gregorian = days_from_civil(year, month, 1);
    if gregorian >= REFORM {
        return gregorian;
    }
    // The Julian calendar's day: March starts its years, every fourth has a day more; it starts two days earlier.
    let (years, months) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    years * 365 + years.div_euclid(4) + (153 * months + 2) / 5 - 719_470
}

fn fail(message: &str) -> ! {
    cli::fail("cal", 1, message)
}

fn options() -> (Options, Vec<Vec<u8>>) {
    let specs = ["1|one", "3|three", "n|months=", "S|span", "s|sunday", "m|monday", "j|julian", "y|year", "Y|twelve", "w|week?", "color?", "h|help", "V|version"];
    let items = cli::parse(cli::args(), &specs, Order::Permute).unwrap_or_else(|message| cli::bad_usage("cal", 1, &message));
    let terminal = std::io::stdout().is_terminal();
    let mut options = Options { months: None, span: false, monday: false, julian: false, whole_year: false, twelve: false, weeks: false, colour: terminal };
    let mut words = Vec::new();
    for item in items {
        match item {
            Item::Operand(word) => words.push(word),
            Item::Option("1", _) => options.months = Some(1),
            Item::Option("3", _) => (options.months, options.span) = (Some(3), true),
            Item::Option("n", value) => {
                let text = cli::show(&value.unwrap_or_default());
                options.months = Some(text.parse().ok().filter(|count| *count > 0).unwrap_or_else(|| fail(&format!("invalid month argument: '{text}'"))));
            }
            Item::Option("S", _) => options.span = true,
            Item::Option("s", _) => options.monday = false,
            Item::Option("m", _) => options.monday = true,
            Item::Option("j", _) => options.julian = true,
            Item::Option("y", _) => options.whole_year = true,
            Item::Option("Y", _) => options.twelve = true,
            Item::Option("w", _) => options.weeks = true,
            Item::Option("color", when) => options.colour = when.is_none_or(|when| when == b"always" || (when == b"auto" && terminal)),
            Item::Option("h", _) => cli::print_and_exit(HELP),
            Item::Option(..) => cli::print_and_exit("cal (Shadowbox; compatible with util-linux) 2.38.1\n"),
        }
    }
    (options, words)
}

fn number(word: &[u8], least: i64, most: i64, message: &str) -> i64 {
    cli::show(word).parse().ok().filter(|number| (least..=most).contains(number)).unwrap_or_else(|| fail(message))
}

/// A month by number, name or three letters.
fn month(word: &[u8]) -> i64 {
    if word.iter().all(u8::is_ascii_digit) {
        return number(word, 1, 12, "illegal month value: use 1-12");
    }
    let name = cli::show(word).to_ascii_lowercase();
    let matches = |full: &&str| full.to_ascii_lowercase() == name || full[..3].to_ascii_lowercase() == name;
    match MONTHS.iter().position(|full| matches(&full)) {
        Some(index) => index as i64 + 1,
        None => fail(&format!("unknown month name: {}", cli::show(word))),
    }
}

pub fn main() -> i32 {
    let (mut options, words) = options();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64);
    let today = cli::time::local(now);
    let mut marked = days_from_civil(today.year, today.month, today.day);
    let mut start = Month { year: today.year, month: today.month };
    let year = |word: &[u8]| number(word, 1, YEAR_MAX, "illegal year value: use positive integer");
    match &words[..] {
        [] => {}
        [only] if only.iter().all(u8::is_ascii_digit) => {
            start.year = year(only);
            options.whole_year |= options.months.is_none() && !options.twelve;
            if !options.whole_year {
                start.month = 1;
            }
        }
        [name] => start.month = month(name),
        [name, of] => start = Month { year: year(of), month: month(name) },
        [day, name, of] => {
            start = Month { year: year(of), month: month(name) };
            let days = start.days();
            let last = days.last().map_or(31, |(_, called)| *called);
            let day = number(day, 1, last, &format!("illegal day value: use 1-{last}"));
            marked = days.iter().find(|(_, called)| *called == day).map_or(marked, |(at, _)| *at);
        }
        _ => cli::bad_usage("cal", 1, "bad usage"),
    }
    let mut out = cli::Output::new("cal", 1);
    Page { options: &options, marked }.write(&mut out, start);
    0
}

struct Page<'a> {
    options: &'a Options,
    /// The day that is shown inverse.
    marked: i64,
}

impl Page<'_> {
    fn day_width(&self) -> usize {
        if self.options.julian { 3 } else { 2 }
    }

    /// Of the column of a month.
    fn width(&self) -> usize {
        7 * (self.day_width() + 1) - 1 + if self.options.weeks { 3 } else { 0 }
    }

    fn write(&self, out: &mut cli::Output, start: Month) {
        let options = self.options;
        let year = options.whole_year;
        let count = options.months.filter(|_| !year).unwrap_or(if year || options.twelve { 12 } else { 1 });
        let mut first = if year { Month { month: 1, ..start } } else { start };
        if options.span && !year {
            first = first.plus(-(count / 2));
        }
        let columns = if options.julian && year { 2 } else { 3 }.min(count);
        let gutter = if year || options.twelve { 3 } else { 2 };
        if year {
            let width = columns as usize * (self.width() + gutter) - gutter;
            let _ = write!(out, "{}\n\n", centred(&start.year.to_string(), width));
        }
        let mut shown = 0;
        while shown < count {
            let months: Vec<Month> = (shown..count.min(shown + columns)).map(|index| first.plus(index)).collect();
            self.row(out, &months, gutter);
            shown += columns;
        }
    }

    /// Months beside each other.
    fn row(&self, out: &mut cli::Output, months: &[Month], gutter: usize) {
        let gap = " ".repeat(gutter);
        let line = |cells: Vec<String>| cells.join(&gap) + "\n";
        let title = |month: &Month| match MONTHS[month.month as usize - 1] {
            name if self.options.whole_year => name.to_string(),
            name => format!("{name} {}", month.year),
        };
        out.put(line(months.iter().map(|month| centred(&title(month), self.width())).collect()).as_bytes());
        out.put(line(months.iter().map(|_| self.names()).collect()).as_bytes());
        let grids: Vec<Vec<String>> = months.iter().map(|month| self.weeks(*month)).collect();
        for week in 0..WEEKS as usize {
            out.put(line(grids.iter().map(|grid| grid[week].clone()).collect()).as_bytes());
        }
    }

    fn names(&self) -> String {
        let first = usize::from(self.options.monday);
        let names: Vec<&str> = (first..first + 7).map(|day| &DAYS[day % 7][..self.day_width()]).collect();
        format!("{}{}", if self.options.weeks { "   " } else { "" }, names.join(" "))
    }

    fn weeks(&self, month: Month) -> Vec<String> {
        let days = month.days();
        // 1 January 1970 was a Thursday.
        let start = days[0].0;
        let blank = (start + 4 - i64::from(self.options.monday)).rem_euclid(7);
        (0..WEEKS).map(|week| {
            let indexes = week * 7 - blank..week * 7 - blank + 7;
            let day = |index: i64| usize::try_from(index).ok().and_then(|index| days.get(index));
            let mut cells = Vec::new();
            if self.options.weeks {
                let number = indexes.clone().find_map(day).map(|(at, _)| self.week_number(*at));
                cells.push(number.map_or("  ".to_string(), |number| format!("{number:2}")));
            }
            cells.extend(indexes.map(|index| self.cell(month, day(index))));
            cells.join(" ")
        }).collect()
    }

    fn cell(&self, month: Month, day: Option<&(i64, i64)>) -> String {
        let width = self.day_width();
        let Some((at, called)) = day else { return " ".repeat(width) };
        let text = format!("{:width$}", if self.options.julian { month.day_of_year(*at) } else { *called });
        if self.options.colour && *at == self.marked { format!("\x1b[7m{text}\x1b[27m") } else { text }
    }

    /// The week's number: ISO 8601's where Monday comes first, else counted from the one with 1 January.
    fn week_number(&self, day: i64) -> i64 {
        let (year, ..) = cli::time::civil_from_days(day);
        let start = |year: i64| {
            let first = days_from_civil(year, 1, 1);
            let monday = i64::from(self.options.monday);
            let weekday = (first + 4 - monday).rem_euclid(7);
            // A week of ISO 8601 belongs to the year that has its Thursday.
            if self.options.monday && weekday > 3 { first - weekday + 7 } else { first - weekday }
        };
        let begin = [start(year + 1), start(year), start(year - 1)].into_iter().find(|begin| *begin <= day).unwrap_or(day);
        if !self.options.monday && begin == start(year + 1) { 1 } else { (day - begin) / 7 + 1 }
    }
}

fn centred(text: &str, width: usize) -> String {
    let room = width.saturating_sub(text.len());
    format!("{}{text}{}", " ".repeat(room.div_ceil(2)), " ".repeat(room / 2))
}
