//! Dates.

use std::time::{SystemTime, UNIX_EPOCH};

use cli::time::{at_offset, days_from_civil, local_offset, seconds, Date};

use crate::value::Value;

type Done = Result<Value, Value>;

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| (since.as_secs_f64() * 1e6).floor() / 1e6)
}

/// Sunday is 0.
fn weekday(date: Date) -> i64 {
    (days_from_civil(date.year, date.month, date.day) + 4).rem_euclid(7)
}

fn day_of_year(date: Date) -> i64 {
    days_from_civil(date.year, date.month, date.day) - days_from_civil(date.year, 1, 1)
}

/// A date and the second with its fraction as jq's list of eight.
fn list(date: Date, second: f64) -> Value {
    [date.year as f64, (date.month - 1) as f64, date.day as f64, date.hour as f64, date.minute as f64, second, weekday(date) as f64, day_of_year(date) as f64]
        .into_iter()
        .map(Value::Number)
        .collect::<Vec<_>>()
        .into()
}

pub fn broken_down(value: &Value, name: &str, local: bool) -> Done {
    let number = value.number().ok_or_else(|| Value::from(format!("{name}() requires numeric inputs")))?;
    if !number.is_finite() || number.abs() > 1e15 {
        return Err("error converting number of seconds since epoch to datetime".into());
    }
    let whole = number.floor();
    let date = at_offset(whole as i64, if local { local_offset() } else { 0 });
    let fraction = ((number - whole) * 1e6).round() / 1e6;
    Ok(list(date, date.second as f64 + fraction))
}

fn from_list(value: &Value, name: &str) -> Result<Date, Value> {
    let fault = || Value::from(format!("{name} requires parsed datetime inputs"));
    let Value::Array(items) = value else { return Err(fault()) };
    if items.len() < 6 {
        return Err(fault());
    }
    let part = |at: usize| items[at].number().filter(|part| part.abs() < 1e12).map(|part| part.floor() as i64).ok_or_else(fault);
    Ok(Date { year: part(0)?, month: part(1)? + 1, day: part(2)?, hour: part(3)?, minute: part(4)?, second: part(5)?, offset: 0 })
}

pub fn make(value: &Value) -> Done {
    if !matches!(value, Value::Array(_)) {
        return Err("mktime requires array inputs".into());
    }
    Ok(Value::Number(seconds(from_list(value, "mktime")?) as f64))
}

pub fn print(value: &Value, format: &Value, local: bool) -> Done {
    let name = if local { "strflocaltime/1" } else { "strftime/1" };
    let list = match value.number() {
        Some(_) => broken_down(value, "gmtime", local)?,
        None => value.clone(),
    };
    let date = from_list(&list, name)?;
    let Value::String(format) = format else { return Err(format!("{name} requires a string format").into()) };
    let mut out = String::new();
    put(&mut out, format, Date { offset: if local { local_offset() } else { 0 }, ..date }, local);
    Ok(out.into())
}

fn zone(local: bool) -> String {
    let name = std::env::var("TZ").unwrap_or_default();
    let letters: String = name.trim_start_matches(['<', ':']).chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    if local && letters.len() >= 3 && !name.contains('/') {
        letters
    } else {
        "UTC".to_string()
    }
}

fn offset(seconds: i64) -> String {
    let minutes = seconds.abs() / 60;
    format!("{}{:02}{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

/// ISO 8601's year and week.
fn iso_week(date: Date) -> (i64, i64) {
    let day = day_of_year(date);
    let monday = (weekday(date) + 6) % 7;
    let week = (day - monday + 10) / 7;
    let weeks = |year: i64| {
        let first = (days_from_civil(year, 1, 1) + 3).rem_euclid(7);
        let leap = days_from_civil(year + 1, 1, 1) - days_from_civil(year, 1, 1) == 366;
        if first == 3 || (leap && first == 2) {
            53
        } else {
            52
        }
    };
    match week {
        0 => (date.year - 1, weeks(date.year - 1)),
        week if week > weeks(date.year) => (date.year + 1, 1),
        week => (date.year, week),
    }
}

fn put(out: &mut String, format: &str, date: Date, local: bool) {
    let twelve = if date.hour % 12 == 0 { 12 } else { date.hour % 12 };
    let day = DAYS[weekday(date) as usize];
    let month = MONTHS[(date.month - 1).rem_euclid(12) as usize];
    let (week_day, year_day) = (weekday(date), day_of_year(date));
    let mut chars = format.chars();
    while let Some(character) = chars.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let mut letter = chars.next().unwrap_or('%');
        let plain = letter == '-';
        if matches!(letter, '-' | '_' | '0' | 'E' | 'O') {
            letter = chars.next().unwrap_or('%');
        }
        let two = |number: i64| if plain { number.to_string() } else { format!("{number:02}") };
        let nested = |format: &str| {
            let mut text = String::new();
            put(&mut text, format, date, local);
            text
        };
        out.push_str(&match letter {
            'Y' => date.year.to_string(),
            'C' => two(date.year.div_euclid(100)),
            'y' => two(date.year.rem_euclid(100)),
            'm' => two(date.month),
            'd' => two(date.day),
            'e' => format!("{:2}", date.day),
            'H' => two(date.hour),
            'k' => format!("{:2}", date.hour),
            'I' => two(twelve),
            'l' => format!("{twelve:2}"),
            'M' => two(date.minute),
            'S' => two(date.second),
            'Z' => zone(local),
            'z' => offset(date.offset),
            'a' => day[..3].to_string(),
            'A' => day.to_string(),
            'b' | 'h' => month[..3].to_string(),
            'B' => month.to_string(),
            'p' => if date.hour < 12 { "AM" } else { "PM" }.to_string(),
            'P' => if date.hour < 12 { "am" } else { "pm" }.to_string(),
            'j' => if plain { (year_day + 1).to_string() } else { format!("{:03}", year_day + 1) },
            'u' => if week_day == 0 { "7".to_string() } else { week_day.to_string() },
            'w' => week_day.to_string(),
            'U' => two((year_day + 7 - week_day) / 7),
            'W' => two((year_day + 7 - (week_day + 6) % 7) / 7),
            'V' => two(iso_week(date).1),
            'G' => iso_week(date).0.to_string(),
            'g' => two(iso_week(date).0.rem_euclid(100)),
            's' => seconds(date).to_string(),
            'T' => nested("%H:%M:%S"),
            'R' => nested("%H:%M"),
            'r' => nested("%I:%M:%S %p"),
            'D' | 'x' => nested("%m/%d/%y"),
            'X' => nested("%H:%M:%S"),
            'F' => nested("%Y-%m-%d"),
            'c' => nested("%a %b %e %H:%M:%S %Y"),
            'n' => "\n".to_string(),
            't' => "\t".to_string(),
            '%' => "%".to_string(),
            other => format!("%{other}"),
        });
    }
}

pub fn parse(value: &Value, format: &Value) -> Done {
    let Value::String(text) = value else {
        return Err("strptime/1 requires string inputs and arguments".into());
    };
    let Value::String(format) = format else { return Err("strptime/1 requires string inputs and arguments".into()) };
    let mut reader = Reader { text, date: Date { year: 1900, month: 1, day: 0, hour: 0, minute: 0, second: 0, offset: 0 }, afternoon: None, epoch: None, day_of_year: None };
    if reader.read(format).is_none() || !reader.text.is_empty() {
        return Err(format!("date \"{text}\" does not match format \"{format}\"").into());
    }
    let mut date = reader.date;
    if let Some(afternoon) = reader.afternoon {
        date.hour = date.hour % 12 + if afternoon { 12 } else { 0 };
    }
    if let Some(epoch) = reader.epoch {
        date = at_offset(epoch, 0);
    }
    if let Some(day) = reader.day_of_year {
        let (_, month, of_month) = cli::time::civil_from_days(days_from_civil(date.year, 1, 1) + day - 1);
        (date.month, date.day) = (month, of_month);
    }
    Ok(list(date, date.second as f64))
}

struct Reader<'a> {
    text: &'a str,
    date: Date,
    afternoon: Option<bool>,
    epoch: Option<i64>,
    day_of_year: Option<i64>,
}

impl Reader<'_> {
    fn number(&mut self, most: usize) -> Option<i64> {
        self.text = self.text.trim_start_matches(' ');
        let digits = self.text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let number = self.text[..digits].parse().ok()?;
        self.text = &self.text[digits..];
        Some(number)
    }

    fn within(&mut self, most: usize, low: i64, high: i64) -> Option<i64> {
        self.number(most).filter(|number| (low..=high).contains(number))
    }

    fn name(&mut self, names: &[&str]) -> Option<i64> {
        let lower = self.text.to_ascii_lowercase();
        for (index, name) in names.iter().enumerate() {
            for part in [name.to_ascii_lowercase(), name[..3].to_ascii_lowercase()] {
                if lower.starts_with(&part) {
                    self.text = &self.text[part.len()..];
                    return Some(index as i64);
                }
            }
        }
        None
    }

    fn zone(&mut self) -> Option<()> {
        if let Some(rest) = self.text.strip_prefix('Z') {
            self.text = rest;
            return Some(());
        }
        self.text = self.text.strip_prefix(['+', '-'])?;
        self.number(2)?;
        self.text = self.text.strip_prefix(':').unwrap_or(self.text);
        if self.text.starts_with(|c: char| c.is_ascii_digit()) {
            self.number(2)?;
        }
        Some(())
    }

    fn read(&mut self, format: &str) -> Option<()> {
        let mut chars = format.chars();
        while let Some(character) = chars.next() {
            if character.is_whitespace() {
                self.text = self.text.trim_start();
            } else if character != '%' {
                self.text = self.text.strip_prefix(character)?;
            } else {
                self.field(chars.next()?)?;
            }
        }
        Some(())
    }

    fn field(&mut self, letter: char) -> Option<()> {
        match letter {
            'Y' => self.date.year = self.number(4)?,
            'y' => {
                let year = self.number(2)?;
                self.date.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            'm' => self.date.month = self.within(2, 1, 12)?,
            'd' | 'e' => self.date.day = self.within(2, 1, 31)?,
            'H' | 'k' => self.date.hour = self.within(2, 0, 23)?,
            'I' | 'l' => self.date.hour = self.within(2, 1, 12)?,
            'M' => self.date.minute = self.within(2, 0, 59)?,
            'S' => self.date.second = self.within(2, 0, 61)?,
            'j' => self.day_of_year = Some(self.within(3, 1, 366)?),
            'u' | 'w' => drop(self.within(1, 0, 7)?),
            'U' | 'W' | 'V' => drop(self.within(2, 0, 53)?),
            'a' | 'A' => drop(self.name(&DAYS)?),
            'b' | 'B' | 'h' => self.date.month = self.name(&MONTHS)? + 1,
            'p' => {
                let lower = self.text.to_ascii_lowercase();
                self.afternoon = Some(lower.starts_with("pm"));
                self.text = if lower.starts_with("am") || lower.starts_with("pm") { &self.text[2..] } else { return None };
            }
            'Z' => {
                let letters = self.text.bytes().take_while(u8::is_ascii_alphabetic).count();
                self.text = &self.text[letters..];
                return (letters > 0).then_some(());
            }
            'z' => self.zone()?,
            's' => self.epoch = Some(self.number(18)?),
            'T' => self.read("%H:%M:%S")?,
            'R' => self.read("%H:%M")?,
            'D' => self.read("%m/%d/%y")?,
            'F' => self.read("%Y-%m-%d")?,
            'c' => self.read("%a %b %e %H:%M:%S %Y")?,
            'n' | 't' => self.text = self.text.trim_start(),
            '%' => self.text = self.text.strip_prefix('%')?,
            _ => return None,
        }
        Some(())
    }
}
