//! Dates as HTTP has them, and the forms next to those that people write.

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// What is known of a date so far.
#[derive(Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    seconds: Option<i64>,
    zone: Option<i64>,
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`,
/// `6 Nov 1994`, `19941106 08:49:37 +0200` and the like.
pub fn parse(text: &str) -> Option<i64> {
    let mut found = Found::default();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let is_word = letter.is_ascii_alphabetic();
        let length = if is_word {
            rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())
        } else if letter.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len())
        } else {
            letter.len_utf8()
        };
        let before = text[..text.len() - rest.len()].chars().next_back();
        let (token, after) = rest.split_at(length);
        if is_word {
            found.word(&token.to_ascii_lowercase())?;
        } else if letter.is_ascii_digit() {
            found.digits(token, before)?;
        }
        rest = after;
    }
    let (year, month, day) = (found.year?, found.month?, found.day?);
    let valid = (1..=31).contains(&day) && year >= 1583;
    valid.then(|| days(year, month, day) * 86400 + found.seconds.unwrap_or(0) - found.zone.unwrap_or(0))
}

impl Found {
    fn word(&mut self, word: &str) -> Option<()> {
        if let Some(at) = MONTHS.iter().position(|name| *name == word && self.month.is_none()) {
            self.month = Some(at as i64);
        } else if ["gmt", "utc", "z", "wet"].contains(&word) {
            self.zone = Some(0);
        } else if !(DAYS.iter().any(|day| word == *day) || LONG_DAYS.contains(&word)) {
            return None;
        }
        Some(())
    }

    fn digits(&mut self, token: &str, before: Option<char>) -> Option<()> {
        if token.contains(':') {
            let parts: Vec<i64> = token.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
            let [hours, minutes, seconds] = match parts[..] {
                [hours, minutes] => [hours, minutes, 0],
                [hours, minutes, seconds] => [hours, minutes, seconds],
                _ => return None,
            };
            let valid = self.seconds.is_none() && hours < 24 && minutes < 60 && seconds <= 60;
            self.seconds = valid.then_some(hours * 3600 + minutes * 60 + seconds);
            return self.seconds.map(|_| ());
        }
        let number: i64 = token.parse().ok()?;
        let sign = before.filter(|sign| "+-".contains(*sign)).filter(|_| token.len() == 4 && self.seconds.is_some() && number <= 1400);
        if let Some(sign) = sign {
            let offset = (number / 100 * 60 + number % 100) * 60;
            self.zone = Some(if sign == '+' { offset } else { -offset });
        } else if token.len() == 8 && self.year.is_none() && self.month.is_none() && self.day.is_none() {
            (self.year, self.month, self.day) = (Some(number / 10000), Some(number % 10000 / 100 - 1), Some(number % 100));
            return (0..12).contains(&(number % 10000 / 100 - 1)).then_some(());
        } else if self.day.is_none() && (1..32).contains(&number) {
            self.day = Some(number);
        } else if self.year.is_none() {
            let short = token.len() <= 2;
            self.year = Some(if short { number + if number > 70 { 1900 } else { 2000 } } else { number });
        } else {
            return None;
        }
        Some(())
    }
}

const LONG_DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// Days from 1970 to a date; months count from 0.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month < 2 { year - 1 } else { year };
    let from_march = (month + 10) % 12;
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468
}

/// Year, month from 0, and day of a number of days from 1970.
fn civil(count: i64) -> (i64, i64, i64) {
    let shifted = count + 719468;
    let era = shifted.div_euclid(146097);
    let of_era = shifted - era * 146097;
    let years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = (from_march + 2) % 12;
    (era * 400 + years + i64::from(month < 2), month, of_year - (153 * from_march + 2) / 5 + 1)
}

/// `08:49:37`.
fn clock(time: i64) -> String {
    let seconds = time.rem_euclid(86400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn format(time: i64) -> String {
    let count = time.div_euclid(86400);
    let (year, month, day) = civil(count);
    let name = |text: &str| text[..1].to_ascii_uppercase() + &text[1..];
    let weekday = name(DAYS[(count + 4).rem_euclid(7) as usize]);
    format!("{weekday}, {day:02} {} {year} {} GMT", name(MONTHS[month as usize]), clock(time))
}

/// `1994-11-06 08:49:37`.
pub fn stamp(time: i64) -> String {
    let (year, month, day) = civil(time.div_euclid(86400));
    format!("{year:04}-{:02}-{day:02} {}", month + 1, clock(time))
}

/// Seconds since 1970.
pub fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_all_of_https_forms() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "19941106 10:49:37 +0200"] {
            assert_eq!(parse(text), Some(784111777), "{text}");
        }
        assert_eq!(parse("1 Jan 2024"), Some(1704067200));
        for text in ["2024-01-01", "01/02/2024", "yesterday", "", "file.txt"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(format(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(stamp(784111777), "1994-11-06 08:49:37");
        assert_eq!(format(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
    }
}
