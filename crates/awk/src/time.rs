//! Time: systime, strftime and mktime, in UTC or a fixed offset from TZ.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::ast::Expr;
use crate::builtin::Builtin;
use crate::interp::{Interp, Res};
use crate::number;
use crate::text::Text;
use crate::value::Value;

pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A moment's parts.
struct Moment {
    year: i64,
    month: i64,
    day: i64,
    seconds: i64,
    weekday: i64,
    year_day: i64,
    stamp: i64,
    offset: i64,
    zone: String,
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar; months may be out of range.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl Moment {
    fn new(stamp: i64, offset: i64, zone: String) -> Moment {
        let local = stamp.saturating_add(offset);
        let days = local.div_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        let year_day = days - days_from_civil(year, 1, 1);
        Moment { year, month, day, seconds: local.rem_euclid(86_400), weekday: (days + 4).rem_euclid(7), year_day, stamp, offset, zone }
    }

    /// The ISO year and week.
    fn iso_week(&self) -> (i64, i64) {
        let weekday = (self.weekday + 6) % 7;
        let thursday = days_from_civil(self.year, self.month, self.day) - weekday + 3;
        let (year, ..) = civil_from_days(thursday);
        (year, (thursday - days_from_civil(year, 1, 1)) / 7 + 1)
    }

    fn conversion(&self, letter: u8) -> Option<String> {
        let (hour, minute, second) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        let half = if hour < 12 { "AM" } else { "PM" };
        let (day_name, month_name) = (DAYS[self.weekday as usize], MONTHS[self.month as usize - 1]);
        Some(match letter {
            b'a' => day_name[..3].into(),
            b'A' => day_name.into(),
            b'b' | b'h' => month_name[..3].into(),
            b'B' => month_name.into(),
            b'c' => format!("{} {} {:2} {hour:02}:{minute:02}:{second:02} {}", &day_name[..3], &month_name[..3], self.day, self.year),
            b'C' => format!("{:02}", self.year.div_euclid(100)),
            b'd' => format!("{:02}", self.day),
            b'D' | b'x' => format!("{:02}/{:02}/{:02}", self.month, self.day, self.year.rem_euclid(100)),
            b'e' => format!("{:2}", self.day),
            b'F' => format!("{:04}-{:02}-{:02}", self.year, self.month, self.day),
            b'g' => format!("{:02}", self.iso_week().0.rem_euclid(100)),
            b'G' => format!("{:04}", self.iso_week().0),
            b'H' => format!("{hour:02}"),
            b'I' => format!("{twelve:02}"),
            b'j' => format!("{:03}", self.year_day + 1),
            b'k' => format!("{hour:2}"),
            b'l' => format!("{twelve:2}"),
            b'm' => format!("{:02}", self.month),
            b'M' => format!("{minute:02}"),
            b'n' => "\n".into(),
            b'p' => half.into(),
            b'P' => half.to_lowercase(),
            b'r' => format!("{twelve:02}:{minute:02}:{second:02} {half}"),
            b'R' => format!("{hour:02}:{minute:02}"),
            b's' => self.stamp.to_string(),
            b'S' => format!("{second:02}"),
            b't' => "\t".into(),
            b'T' | b'X' => format!("{hour:02}:{minute:02}:{second:02}"),
            b'u' => if self.weekday == 0 { 7 } else { self.weekday }.to_string(),
            b'U' => format!("{:02}", (self.year_day + 7 - self.weekday) / 7),
            b'V' => format!("{:02}", self.iso_week().1),
            b'w' => self.weekday.to_string(),
            b'W' => format!("{:02}", (self.year_day + 7 - (self.weekday + 6) % 7) / 7),
            b'y' => format!("{:02}", self.year.rem_euclid(100)),
            b'Y' => self.year.to_string(),
            b'z' => {
                let sign = if self.offset < 0 { '-' } else { '+' };
                format!("{sign}{:02}{:02}", self.offset.abs() / 3600, self.offset.abs() / 60 % 60)
            }
            b'Z' => self.zone.clone(),
            b'%' => "%".into(),
            _ => return None,
        })
    }

    fn format(&self, format: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < format.len() {
            if format[at] != b'%' {
                out.push(format[at]);
                at += 1;
                continue;
            }
            // glibc's flags and the alternative forms of other locales.
            let mut end = at + 1;
            let flag = format.get(end).copied().filter(|b| matches!(b, b'-' | b'_' | b'0' | b'^' | b'#'));
            end += usize::from(flag.is_some());
            end += usize::from(matches!(format.get(end), Some(b'E' | b'O')));
            match format.get(end).and_then(|letter| self.conversion(*letter)) {
                Some(text) => out.extend_from_slice(flagged(text, flag).as_bytes()),
                None => out.extend_from_slice(&format[at..(end + 1).min(format.len())]),
            }
            at = end + 1;
        }
        out
    }
}

fn flagged(text: String, flag: Option<u8>) -> String {
    match flag {
        Some(b'-') => match text.trim_start_matches(['0', ' ']) {
            "" => "0".into(),
            short => short.into(),
        },
        Some(b'_') => {
            let short = text.trim_start_matches('0');
            format!("{short:>width$}", width = text.len())
        }
        Some(b'0') => text.replace(' ', "0"),
        Some(b'^') => text.to_uppercase(),
        _ => text,
    }
}

/// The name and the seconds east of UTC that TZ fixes, as in `JST-9` or `<+0530>-5:30`; anything else is UTC.
fn zone() -> (i64, String) {
    let utc = (0, "UTC".to_string());
    let Ok(tz) = std::env::var("TZ") else { return utc };
    let (name, rest) = match tz.strip_prefix('<').and_then(|t| t.split_once('>')) {
        Some(split) => split,
        None => tz.split_at(tz.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tz.len())),
    };
    let negative = rest.starts_with('-');
    let mut parts = rest.trim_start_matches(['+', '-']).split(':').map(|p| p.parse::<i64>());
    let Some(Ok(hours)) = parts.next() else { return utc };
    if name.len() < 3 {
        return utc;
    }
    let minutes = parts.next().and_then(Result::ok).unwrap_or(0);
    let west = hours * 3600 + minutes * 60;
    (if negative { west } else { -west }, name.to_string())
}

impl<'a> Interp<'a> {
    pub fn time_function(&mut self, builtin: Builtin, args: &'a [Expr]) -> Res<Value> {
        let mut values = Vec::new();
        for arg in args {
            let value = self.eval(arg)?;
            values.push(value);
        }
        let text = |index: usize| values.get(index).map(|v: &Value| v.text(b"%.6g"));
        let utc = |index: usize| values.get(index).is_some_and(Value::truth);
        Ok(match builtin {
            Builtin::Systime => Value::Num(now().floor()),
            Builtin::Mktime => Value::Num(mktime(&text(0).unwrap_or_default(), utc(1))),
            _ => {
                let format = text(0).unwrap_or_else(|| "%a %b %e %H:%M:%S %Z %Y".into());
                let stamp = values.get(1).map_or_else(now, Value::num).floor() as i64;
                let (offset, name) = if utc(2) { (0, "UTC".to_string()) } else { zone() };
                Value::Str(Text::from(Moment::new(stamp.clamp(-67_768_040_609_740_800, 67_768_036_191_676_799), offset, name).format(&format)))
            }
        })
    }
}

/// `YYYY MM DD HH MM SS [DST]`; -1 where that is no date.
fn mktime(text: &[u8], utc: bool) -> f64 {
    let parts: Vec<i64> = text
        .split(|b| number::is_blank(*b))
        .filter(|part| !part.is_empty())
        .map(|part| (number::from_text(part) as i64).clamp(-9_999_999_999, 9_999_999_999))
        .collect();
    let [year, month, day, hour, minute, second, ..] = parts[..] else { return -1.0 };
    let days = days_from_civil(year, month, 1) + day - 1;
    let offset = if utc { 0 } else { zone().0 };
    (days * 86_400 + hour * 3600 + minute * 60 + second - offset) as f64
}
