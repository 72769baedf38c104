//! Calendar dates, in UTC or a fixed offset from TZ.

/// A moment's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// Seconds east of Greenwich.
    pub offset: i64,
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar; months may be out of range.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day since 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
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

/// The local date of seconds since 1970, with TZ's offset.
pub fn local(seconds: i64) -> Date {
    at_offset(seconds, local_offset())
}

/// The date of seconds since 1970 at an offset from Greenwich.
pub fn at_offset(seconds: i64, offset: i64) -> Date {
    let shifted = seconds.saturating_add(offset);
    let (year, month, day) = civil_from_days(shifted.div_euclid(86_400));
    let rest = shifted.rem_euclid(86_400);
    Date { year, month, day, hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60, offset }
}

/// Seconds since 1970 of a date.
pub fn seconds(date: Date) -> i64 {
    days_from_civil(date.year, date.month, date.day) * 86_400 + date.hour * 3600 + date.minute * 60 + date.second - date.offset
}

/// The offset that TZ names, as in `EST5` or `<+02>-2:30`; zones by place have no data here and are UTC.
pub fn local_offset() -> i64 {
    std::env::var("TZ").ok().and_then(|zone| offset_of(&zone)).unwrap_or(0)
}

fn offset_of(zone: &str) -> Option<i64> {
    let rest = match zone.strip_prefix('<') {
        Some(quoted) => &quoted[quoted.find('>')? + 1..],
        None => zone.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    };
    let (sign, rest) = match rest.as_bytes().first()? {
        b'-' => (1, &rest[1..]),
        b'+' => (-1, &rest[1..]),
        _ => (-1, rest),
    };
    let rest = rest.split(|c: char| !c.is_ascii_digit() && c != ':').next()?;
    let mut total = 0;
    for (part, unit) in rest.split(':').zip([3600, 60, 1]) {
        total += part.parse::<i64>().ok()? * unit;
    }
    Some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_seconds_are_each_others_inverse() {
        for seconds_since in [0, -1, 951_782_400, 1_709_164_800, 4_102_444_799, -62_135_596_800] {
            assert_eq!(seconds(at_offset(seconds_since, 3600)), seconds_since);
        }
        assert_eq!(offset_of("EST5"), Some(-18_000));
        assert_eq!(offset_of("<+0230>-2:30"), Some(9000));
    }
}
