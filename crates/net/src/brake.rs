//! `--limit-rate` of curl and wget.

use std::io::{self, Read};
use std::time::{Duration, Instant};

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
