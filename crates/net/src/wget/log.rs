//! What wget tells: to standard error or a file, as much as is wanted.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};

/// Where messages go; a file anew, or at its end.
#[derive(Default)]
pub enum Place {
    #[default]
    Stderr,
    File(String, bool),
    Open(File),
}

/// Dots: bytes of each, dots between spaces, dots in a line.
#[derive(Clone, Copy, PartialEq)]
pub struct Dots(pub u64, pub u64, pub u64);

#[derive(Clone, Copy, PartialEq)]
pub enum Style {
    Bar,
    Dots(Dots),
}

pub const DOTS: Dots = Dots(1024, 10, 50);

#[derive(Default)]
pub struct Log {
    pub place: Place,
    /// `-q`: nothing but what `--show-progress` asks for.
    pub quiet: bool,
    /// `-nv`: a line a file.
    pub terse: bool,
    pub always_progress: bool,
    pub no_progress: bool,
    style: Option<Style>,
    /// A bar where there is no terminal too.
    forced: bool,
}

impl Log {
    /// `--progress=bar[:force][:noscroll]`, `dot[:default|binary|mega|giga]`.
    pub fn set_style(&mut self, text: &str) -> Result<(), String> {
        let mut words = text.split(':');
        let style = match words.next().unwrap_or("") {
            "bar" => Style::Bar,
            "dot" => Style::Dots(DOTS),
            _ => return Err(format!("--progress: Invalid progress type ‘{text}’.\nValid choices are: ")),
        };
        self.style = Some(style);
        for word in words {
            match (style, word) {
                (Style::Bar, "force") => self.forced = true,
                (Style::Dots(_), "binary") => self.style = Some(Style::Dots(Dots(8192, 16, 48))),
                (Style::Dots(_), "mega") => self.style = Some(Style::Dots(Dots(65536, 8, 48))),
                (Style::Dots(_), "giga") => self.style = Some(Style::Dots(Dots(1 << 20, 8, 32))),
                _ => {}
            }
        }
        Ok(())
    }

    /// Opens the file that messages go to.
    pub fn open(&mut self) -> io::Result<()> {
        if let Place::File(name, append) = &self.place {
            let file = OpenOptions::new().create(true).write(true).append(*append).truncate(!append).open(net::here(name))?;
            self.place = Place::Open(file);
        }
        Ok(())
    }

    /// How progress is shown: a bar on a terminal, dots elsewhere; none with `-q` or `-nv` but where it is asked for.
    pub fn style(&self) -> Option<Style> {
        let is_terminal = matches!(self.place, Place::Stderr) && io::stderr().is_terminal();
        let shown = self.always_progress || !(self.quiet || self.terse || self.no_progress);
        let style = self.style.unwrap_or(Style::Bar);
        shown.then_some(if style == Style::Bar && !is_terminal && !self.forced { Style::Dots(DOTS) } else { style })
    }

    /// Whether all is told.
    pub fn is_full(&self) -> bool {
        !self.quiet && !self.terse
    }

    /// Tells it where all is told.
    pub fn full(&mut self, text: &str) {
        if self.is_full() {
            self.put(text);
        }
    }

    /// Tells it but with `-q`.
    pub fn tell(&mut self, text: &str) {
        if !self.quiet {
            self.put(text);
        }
    }

    pub fn put(&mut self, text: &str) {
        let _ = match &mut self.place {
            Place::Open(file) => file.write_all(text.as_bytes()),
            _ => io::stderr().write_all(text.as_bytes()),
        };
    }
}

/// Three letters of a number with a unit of 1024: `98K`, `1.5M`.
pub fn human(count: u64, below: f64, decimals: usize) -> String {
    if count < 1024 {
        return count.to_string();
    }
    let mut value = count as f64;
    let mut unit = ' ';
    for next in "KMGTPE".chars() {
        (value, unit) = (value / 1024.0, next);
        if value < 1024.0 {
            break;
        }
    }
    let digits = if value < below { decimals } else { 0 };
    format!("{value:.digits$}{unit}")
}

/// A rate and which of B, KB, MB, GB it is in.
pub fn rate(bytes: u64, seconds: f64) -> (f64, usize) {
    let mut value = if bytes == 0 { 0.0 } else { bytes as f64 / seconds.max(1e-9) };
    let mut unit = 0;
    while value >= 1024.0 && unit < 3 {
        (value, unit) = (value / 1024.0, unit + 1);
    }
    (value, unit)
}

pub fn decimals(rate: f64) -> usize {
    if rate >= 99.95 {
        0
    } else if rate >= 9.995 {
        1
    } else {
        2
    }
}

/// `3.25 MB/s`.
pub fn speed(bytes: u64, seconds: f64) -> String {
    let (value, unit) = rate(bytes, seconds);
    format!("{value:.*} {}", decimals(value), ["B/s", "KB/s", "MB/s", "GB/s"][unit])
}

/// `0.001s`, `3.2s`, `1m 5s`; without the space where it has to be short.
pub fn elapsed(seconds: f64, condensed: bool) -> String {
    if seconds >= 10.0 {
        return eta(seconds, condensed);
    }
    match seconds {
        some if some >= 9.95 => format!("{some:.0}s"),
        some if some >= 0.95 => format!("{some:.1}s"),
        some if some >= 0.001 => {
            let places = (-some.log10().floor()) as usize;
            format!("{some:.places$}s")
        }
        _ => "0s".into(),
    }
}

pub fn eta(seconds: f64, condensed: bool) -> String {
    let whole = (seconds + 0.5) as u64;
    let space = if condensed { "" } else { " " };
    match whole {
        few if few < 100 => format!("{few}s"),
        some if some < 6000 => format!("{}m{space}{}s", some / 60, some % 60),
        many if many < 48 * 3600 => format!("{}h{space}{}m", many / 3600, many / 60 % 60),
        days if days < 100 * 86400 => format!("{}d{space}{}h", days / 86400, days / 3600 % 24),
        days => format!("{}d", days / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_wget_tells_them() {
        for (count, text) in [(10, "10"), (100_000, "98K"), (250_000, "244K"), (1_600_000, "1.5M")] {
            assert_eq!(human(count, 10.0, 1), text);
        }
        assert_eq!(human(100_000, 1000.0, 2), "97.66K");
        for (seconds, text) in [(0.0004, "0s"), (0.0012, "0.001s"), (0.25, "0.2s"), (3.24, "3.2s"), (65.0, "65s"), (125.0, "2m 5s")] {
            assert_eq!(elapsed(seconds, false), text);
        }
        assert_eq!(speed(0, 0.0), "0.00 B/s");
        assert_eq!(speed(2_000_000, 2.0), "977 KB/s");
    }
}
