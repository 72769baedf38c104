//! What a person sees of a transfer: curl's meter, or its bar.

use crate::options::Global;
use std::time::{Duration, Instant};

const HEAD: &str = "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n\
                    \x20                                Dload  Upload   Total   Spent    Left  Speed\n";
/// Seconds over which the current speed is taken.
const WINDOW: usize = 5;
const WIDEST: usize = 256;

enum Look {
    None,
    Meter,
    Bar(Bar),
}

/// Bytes of a body so far, and of the whole where that is known.
#[derive(Clone, Copy, Default)]
pub struct Way {
    pub done: u64,
    pub size: Option<u64>,
}

/// Progress of one URL, over all its redirects and tries.
pub struct Progress {
    look: Look,
    headed: bool,
    started: Instant,
    second: u64,
    /// Time and bytes, the last few seconds.
    samples: Vec<(Duration, u64)>,
    pub down: Way,
    pub up: Way,
}

impl Progress {
    pub fn new(global: &Global, to_terminal: bool) -> Progress {
        let look = match (global.silent || to_terminal, global.bar, global.no_meter) {
            (true, ..) => Look::None,
            (_, true, _) => Look::Bar(Bar::new()),
            (.., true) => Look::None,
            _ => Look::Meter,
        };
        let started = Instant::now();
        Progress { look, headed: false, started, second: 0, samples: Vec::new(), down: Way::default(), up: Way::default() }
    }

    /// A try begins; `resumed` bytes are there already.
    pub fn begin(&mut self, resumed: u64) {
        (self.started, self.samples, self.second) = (Instant::now(), Vec::new(), 0);
        (self.down, self.up) = (Way::default(), Way::default());
        if let Look::Bar(bar) = &mut self.look {
            bar.shown = Some(self.started);
        }
        if let Look::Meter = self.look {
            if resumed > 0 && !self.headed {
                eprintln!("** Resuming transfer from byte position {resumed}");
            }
            eprint!("{}", if self.headed { "" } else { HEAD });
            self.headed = true;
            self.line();
        }
    }

    /// The next hop begins.
    pub fn hop(&mut self) {
        (self.down, self.up) = (Way::default(), Way::default());
    }

    /// Bytes have come or gone.
    pub fn update(&mut self) {
        let spent = self.started.elapsed().as_secs();
        let (total, point) = self.sums();
        match &mut self.look {
            Look::None => {}
            Look::Bar(bar) => bar.update(total, point),
            Look::Meter if spent == self.second => {}
            Look::Meter => {
                self.second = spent;
                self.line();
            }
        }
    }

    /// A hop has ended, well or not.
    pub fn end(&mut self) {
        self.update();
        if let Look::Meter = self.look {
            self.line();
            eprintln!();
        }
    }

    /// The URL has been dealt with, and what went wrong was said.
    pub fn close(&self) {
        if let Look::Bar(_) = self.look {
            eprintln!();
        }
    }

    fn sums(&self) -> (u64, u64) {
        (self.down.size.unwrap_or(0) + self.up.size.unwrap_or(0), self.down.done + self.up.done)
    }

    fn line(&mut self) {
        let spent = self.started.elapsed();
        let Way { done: received, size: down_size } = self.down;
        let Way { done: sent, size: up_size } = self.up;
        let speed = |count: u64| (count as f64 / spent.as_secs_f64().max(1e-6)) as u64;
        let estimate = [self.down, self.up].map(|way| way.size.filter(|_| speed(way.done) > 0).map_or(0, |size| size / speed(way.done)));
        let whole = estimate[0].max(estimate[1]);
        let expected = down_size.unwrap_or(received) + up_size.unwrap_or(sent);
        let left = if whole > 0 { whole.saturating_sub(spent.as_secs()) } else { 0 };
        eprint!(
            "\r{:3} {}  {:3} {}  {:3} {}  {}  {} {} {} {} {}",
            percent(received + sent, expected),
            short(expected),
            percent(received, down_size.unwrap_or(0)),
            short(received),
            percent(sent, up_size.unwrap_or(0)),
            short(sent),
            short(speed(received)),
            short(speed(sent)),
            clock(whole),
            clock(spent.as_secs()),
            clock(left),
            short(self.current(spent, received + sent)),
        );
    }

    fn current(&mut self, now: Duration, count: u64) -> u64 {
        self.samples.push((now, count));
        if self.samples.len() > WINDOW + 1 {
            self.samples.remove(0);
        }
        let (from, before) = if now < Duration::from_secs(1) { (Duration::ZERO, 0) } else { self.samples[0] };
        let span = (now - from).as_millis().max(1) as u64;
        count.saturating_sub(before).saturating_mul(1000) / span
    }
}

fn percent(part: u64, whole: u64) -> u64 {
    match whole {
        0 => 0,
        small if small <= 10_000 => part * 100 / small,
        large => part / (large / 100),
    }
}

/// Five letters for a number of bytes.
fn short(count: u64) -> String {
    const K: u64 = 1024;
    const M: u64 = K * K;
    const G: u64 = M * K;
    match count {
        count if count < 100_000 => format!("{count:5}"),
        count if count < 10_000 * K => format!("{:4}k", count / K),
        count if count < 100 * M => format!("{:2}.{}M", count / M, (count % M) / (M / 10)),
        count if count < 10_000 * M => format!("{:4}M", count / M),
        count if count < 100 * G => format!("{:2}.{}G", count / G, (count % G) / (G / 10)),
        count => format!("{:4}G", count / G),
    }
}

/// Eight letters for seconds.
fn clock(seconds: u64) -> String {
    let hours = seconds / 3600;
    match seconds {
        0 => "--:--:--".into(),
        _ if hours <= 99 => format!("{hours:2}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
        _ if hours / 24 <= 999 => format!("{:3}d {:02}h", hours / 24, hours % 24),
        _ => format!("{:7}d", hours / 24),
    }
}

/// `-#`.
struct Bar {
    width: usize,
    shown: Option<Instant>,
    point: u64,
    tick: usize,
    ship: isize,
    course: isize,
}

impl Bar {
    fn new() -> Bar {
        let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|columns| (21..10_000).contains(columns));
        Bar { width: columns.or_else(net::columns).unwrap_or(79).min(WIDEST), shown: None, point: 0, tick: 150, ship: 0, course: 1 }
    }

    fn update(&mut self, total: u64, point: u64) {
        let recent = self.shown.is_some_and(|shown| shown.elapsed() < Duration::from_millis(100));
        if self.shown.is_some() && ((total > 0 && point == self.point) || (recent && (total == 0 || point < total))) {
            return;
        }
        if total == 0 && self.shown.is_some() {
            self.fly(point != self.point);
        } else if total > 0 && point != self.point {
            let part = point.min(total) as f64 / total as f64;
            let room = self.width - 7;
            let marks = ((room as f64 * part) as usize).min(WIDEST);
            eprint!("\r{:room$} {:5.1}%", "#".repeat(marks), part * 100.0);
        }
        (self.shown, self.point) = (Some(Instant::now()), point);
    }

    /// Where the whole is not known, something moves.
    fn fly(&mut self, moved: bool) {
        let mut line = vec![b' '; self.width - 1];
        let ship = self.ship as usize;
        line[ship..ship + 5].copy_from_slice(b"-=O=-");
        for step in 0..4 {
            let angle = (self.tick + 5 * step + 1) as f64 * std::f64::consts::PI / 100.0;
            let at = ((1.0 + angle.sin()) / 2.0 * (self.width - 2) as f64) as usize;
            line[at.min(self.width - 2)] = b'#';
        }
        eprint!("{}\r", String::from_utf8_lossy(&line));
        self.tick = (self.tick + 2) % 200;
        self.ship += if moved { self.course } else { 0 };
        let last = self.width as isize - 6;
        if self.ship >= last {
            (self.course, self.ship) = (-1, last);
        } else if self.ship < 0 {
            (self.course, self.ship) = (1, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_their_columns() {
        for (count, text) in [(0, "    0"), (99_999, "99999"), (300_000, " 292k"), (26 << 20, "26.0M"), (5 << 30, "5120M")] {
            assert_eq!(short(count), text);
        }
        for (seconds, text) in [(0, "--:--:--"), (5, " 0:00:05"), (3661, " 1:01:01"), (400_000, "  4d 15h")] {
            assert_eq!(clock(seconds), text);
        }
        assert_eq!([percent(5, 100), percent(300_000, 300_010), percent(1, 0)], [5, 100, 0]);
    }
}
