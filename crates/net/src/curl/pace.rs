//! How fast a transfer is, and has to be: `--speed-limit`, `--limit-rate`.

use std::io::{self, Read};
use std::time::{Duration, Instant};

/// `--speed-limit` and `--speed-time`: looks at each second in which something came.
pub struct Pace {
    limit: f64,
    most: Duration,
    slow_since: Option<Instant>,
    second: Instant,
    bytes: u64,
}

impl Pace {
    /// Bytes a second, none: no limit but where there is a time, then one byte; seconds, 0: 30.
    pub fn new(limit: Option<f64>, seconds: f64) -> Pace {
        let limit = limit.unwrap_or(if seconds > 0.0 { 1.0 } else { 0.0 });
        let most = Duration::from_secs_f64(if seconds > 0.0 { seconds } else { 30.0 });
        Pace { limit, most, slow_since: None, second: Instant::now(), bytes: 0 }
    }

    /// Says why the transfer ends if it was too slow for too long.
    pub fn add(&mut self, count: u64) -> Result<(), String> {
        self.bytes += count;
        let spent = self.second.elapsed();
        if self.limit == 0.0 || spent < Duration::from_secs(1) {
            return Ok(());
        }
        let is_slow = (self.bytes as f64) < self.limit * spent.as_secs_f64();
        let since = is_slow.then(|| self.slow_since.unwrap_or(self.second));
        (self.slow_since, self.second, self.bytes) = (since, Instant::now(), 0);
        if since.is_some_and(|since| since.elapsed() >= self.most) {
            let seconds = self.most.as_secs();
            return Err(format!("Operation too slow. Less than {} bytes/sec transferred the last {seconds} seconds", self.limit));
        }
        Ok(())
    }
}

/// `--limit-rate`: waits where more came than should have.
pub struct Brake {
    rate: u64,
    from: Instant,
    count: u64,
}

impl Brake {
    /// Bytes a second; 0: as fast as can be.
    pub fn new(rate: u64) -> Brake {
        Brake { rate, from: Instant::now(), count: 0 }
    }

    /// Bytes to move at once, of `room`.
    pub fn piece(&self, room: usize) -> usize {
        if self.rate == 0 { room } else { room.min((self.rate / 10).max(1) as usize) }
    }

    pub fn add(&mut self, count: u64) {
        self.count += count;
        if self.rate > 0 {
            let due = Duration::from_secs_f64(self.count as f64 / self.rate as f64);
            std::thread::sleep(due.saturating_sub(self.from.elapsed()));
        }
    }
}

/// A body that goes out no faster than its brake lets it.
pub struct Slowed {
    pub reader: Box<dyn Read>,
    pub brake: Brake,
}

impl Read for Slowed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let room = self.brake.piece(into.len());
        let count = self.reader.read(&mut into[..room])?;
        self.brake.add(count as u64);
        Ok(count)
    }
}
