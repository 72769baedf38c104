//! wget's bar and its dots.

use crate::log::{decimals, elapsed, eta, human, rate, Dots, Log, Style};
use std::time::{Duration, Instant};

const REFRESH: Duration = Duration::from_millis(200);
/// The rate is taken over this many stretches of at least this many seconds.
const STRETCHES: usize = 20;
const STRETCH: f64 = 0.15;
/// Seconds before the time that is left is told.
const FIRST: f64 = 3.0;

pub struct Progress {
    style: Option<Style>,
    name: String,
    /// Bytes that were there before, and of the whole if it is known.
    initial: u64,
    size: Option<u64>,
    count: u64,
    started: Instant,
    shown: Instant,
    tick: usize,
    width: usize,
    stretches: Vec<(f64, u64)>,
    recent: (f64, u64),
    /// Of dots: those in the line, lines before it, bytes since the last dot, seconds until the line began.
    dots: u64,
    rows: u64,
    rest: u64,
    line_from: f64,
}

impl Progress {
    /// Shows that it begins, unless there is `nothing` to come.
    pub fn begin(log: &mut Log, name: &str, initial: u64, size: Option<u64>, nothing: bool) -> Progress {
        let now = Instant::now();
        let width = net::columns().unwrap_or(80).max(45) - 1;
        let mut progress = Progress {
            style: log.style().filter(|_| !nothing),
            name: name.into(),
            initial,
            size,
            count: 0,
            started: now,
            shown: now,
            tick: 0,
            width,
            stretches: Vec::new(),
            recent: (0.0, 0),
            dots: 0,
            rows: 0,
            rest: 0,
            line_from: 0.0,
        };
        match progress.style {
            Some(Style::Bar) => {
                log.full("\n");
                progress.draw(log, false);
            }
            Some(Style::Dots(dots)) if initial > 0 => progress.skip(log, dots),
            _ => {}
        }
        progress
    }

    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    pub fn add(&mut self, log: &mut Log, count: u64) {
        self.count += count;
        let now = self.seconds();
        self.recent.1 += count;
        if now - self.recent.0 >= STRETCH {
            self.stretches.push((now - self.recent.0, self.recent.1));
            self.recent = (now, 0);
            if self.stretches.len() > STRETCHES {
                self.stretches.remove(0);
            }
        }
        match self.style {
            Some(Style::Dots(dots)) => self.dot(log, dots, count),
            Some(Style::Bar) if self.shown.elapsed() >= REFRESH => self.draw(log, false),
            _ => {}
        }
    }

    pub fn end(&mut self, log: &mut Log) {
        match self.style {
            Some(Style::Bar) => {
                self.draw(log, true);
                log.put("\n");
                log.full("\n");
            }
            Some(Style::Dots(dots)) => {
                self.last_row(log, dots);
                log.put("\n\n");
            }
            None => {}
        }
    }

    fn draw(&mut self, log: &mut Log, done: bool) {
        let now = self.seconds();
        let room = self.width / 4;
        let bar = self.width.saturating_sub(room + 1 + 4 + 2 + 8 + 10 + 15).max(5);
        let here = self.initial + self.count;
        let name = self.shown_name(room, done);
        let field = match self.size.filter(|size| *size > 0) {
            Some(size) => self.gauge(bar, here.min(size.max(here)), size.max(here)),
            None => self.ball(bar),
        };
        let (seconds, bytes) = self.stretches.iter().fold((now - self.recent.0, self.recent.1), |sum, each| (sum.0 + each.0, sum.1 + each.1));
        let speed = if self.stretches.is_empty() || bytes == 0 {
            "  --.-KB/s".into()
        } else {
            let (value, unit) = rate(bytes, seconds);
            format!("  {value:4.*}{}", decimals(value), ["B/s", "KB/s", "MB/s", "GB/s"][unit])
        };
        let left = self.size.filter(|size| *size > here && self.count > 0 && now > FIRST);
        let time = match (done, left) {
            (true, _) => format!("    in {}", elapsed(now, false)),
            (_, Some(size)) => format!("    eta {}", eta(now * (size - here) as f64 / self.count as f64, false)),
            _ => String::new(),
        };
        log.put(&format!("\r{name:room$} {field} {:>7}{speed}{time:15}", human(here, 1000.0, 2)));
        self.shown = Instant::now();
        self.tick += 1;
    }

    /// The name; one that is too long passes by until it is done.
    fn shown_name(&self, room: usize, done: bool) -> String {
        let length = self.name.chars().count();
        if done || length <= room {
            return self.name.chars().take(room).collect();
        }
        let line = std::iter::repeat_n(' ', room / 2 + 1).chain(self.name.chars());
        line.cycle().skip(self.tick % (length + room / 2 + 1)).take(room).collect()
    }

    fn gauge(&self, bar: usize, here: u64, size: u64) -> String {
        let part = |count: u64| (count as f64 / size as f64 * bar as f64) as usize;
        let (old, all) = (part(self.initial).min(bar), part(here).min(bar));
        let mut marks: Vec<u8> = (0..bar).map(|at| if at < old { b'+' } else if at < all { b'=' } else { b' ' }).collect();
        if all > old {
            marks[all - 1] = b'>';
        }
        format!("{:3}%[{}]", here * 100 / size, String::from_utf8_lossy(&marks))
    }

    fn ball(&self, bar: usize) -> String {
        let at = self.tick % (bar * 2 - 6);
        let middle = if at < bar - 2 { at + 1 } else { bar - (at - bar + 5) };
        let marks: String = (0..bar)
            .map(|place| match place + 1 {
                left if left == middle => '<',
                here if here == middle + 1 => '=',
                right if right == middle + 2 => '>',
                _ => ' ',
            })
            .collect();
        format!("    [{marks}]")
    }

    /// Dots of what was there before are commas.
    fn skip(&mut self, log: &mut Log, Dots(bytes, gap, line): Dots) {
        let row = bytes * line;
        self.rows = self.initial / row;
        if self.rows > 0 {
            let kibs = self.rows * row / 1024;
            log.put(&format!("\n{:width$}[ skipping {kibs}K ]", "", width = 2 + kibs.to_string().len().max(6)));
        }
        log.put(&format!("\n{:6}K", self.rows * row / 1024));
        self.rest = self.initial % row;
        while self.rest >= bytes {
            log.put(if self.dots % gap == 0 { " ," } else { "," });
            (self.rest, self.dots) = (self.rest - bytes, self.dots + 1);
        }
    }

    fn dot(&mut self, log: &mut Log, dots: Dots, count: u64) {
        let Dots(bytes, gap, line) = dots;
        self.rest += count;
        let mut text = String::new();
        while self.rest >= bytes {
            self.rest -= bytes;
            if self.dots == 0 {
                text.push_str(&format!("\n{:6}K", self.rows * bytes * line / 1024));
            }
            text.push_str(if self.dots % gap == 0 { " ." } else { "." });
            self.dots += 1;
            if self.dots >= line {
                (self.rows, self.dots) = (self.rows + 1, 0);
                text.push_str(&self.row(dots, false));
            }
        }
        log.put(&text);
    }

    fn last_row(&mut self, log: &mut Log, dots: Dots) {
        let Dots(bytes, gap, line) = dots;
        let mut text = String::new();
        if self.dots == 0 {
            text.push_str(&format!("\n{:6}K", self.rows * bytes * line / 1024));
        }
        for at in self.dots..line {
            text.push_str(if at % gap == 0 { "  " } else { " " });
        }
        text.push_str(&self.row(dots, true));
        log.put(&text);
    }

    /// What stands at the end of a line of dots.
    fn row(&mut self, Dots(bytes, _, line): Dots, last: bool) -> String {
        let now = self.seconds();
        let told = self.rows * bytes * line + self.dots * bytes + if last { self.rest } else { 0 };
        let mut here = if last { self.dots * bytes + self.rest } else { bytes * line };
        let first = self.initial / (bytes * line);
        if self.rows == first + u64::from(!last) {
            here = here.saturating_sub(self.initial % (bytes * line));
        }
        let size = self.size.filter(|size| *size > 0);
        let percent = size.map_or(String::new(), |size| format!("{:3}%", told * 100 / size));
        let (value, unit) = rate(here, now - self.line_from);
        let speed = format!(" {value:4.*}{}", decimals(value), [' ', 'K', 'M', 'G'][unit]);
        self.line_from = now;
        let time = match size {
            _ if last => format!("={}", elapsed(now, true)),
            Some(size) => format!(" {}", eta(now * size.saturating_sub(told) as f64 / told.saturating_sub(self.initial).max(1) as f64, true)),
            None => String::new(),
        };
        format!("{percent}{speed}{time}")
    }
}
