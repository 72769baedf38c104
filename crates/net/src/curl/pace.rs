//! How fast a transfer has to be.

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
