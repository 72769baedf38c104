//! Several addresses in one: `{a,b}`, `[1-9]`, `[01-10:2]`, `[a-z]`.

/// What stands for one place of a pattern, or is fixed.
enum Piece {
    Fixed(String),
    Choice(Vec<String>),
}

/// An address, and what its places stand for, in order (`#1`, `#2` … in `-o`).
pub struct Match {
    pub text: String,
    pub places: Vec<String>,
}

/// What is wrong, and where (counted from 1).
pub type Wrong = (&'static str, usize);

/// The most addresses that one pattern may make.
const MOST: usize = 100_000;

/// All addresses of a pattern, the last place going fastest.
pub fn expand(pattern: &str) -> Result<Vec<Match>, Wrong> {
    let pieces = parse(pattern)?;
    let mut found = vec![Match { text: String::new(), places: Vec::new() }];
    for piece in &pieces {
        found = match piece {
            Piece::Fixed(text) => {
                found.iter_mut().for_each(|each| each.text.push_str(text));
                found
            }
            Piece::Choice(values) if found.len().saturating_mul(values.len()) > MOST => return Err(("range overflow", pattern.len())),
            Piece::Choice(values) => found.iter().flat_map(|each| values.iter().map(|value| each.with(value))).collect(),
        };
    }
    Ok(found)
}

/// `#1` … in the name of an output.
pub fn fill(name: &str, places: &[String]) -> String {
    let mut filled = String::new();
    let mut rest = name;
    while let Some(at) = rest.find('#') {
        let digits: String = rest[at + 1..].chars().take_while(char::is_ascii_digit).collect();
        let place = digits.parse::<usize>().ok().and_then(|number| places.get(number.checked_sub(1)?));
        filled.push_str(&rest[..at]);
        match place {
            Some(value) => filled.push_str(value),
            None => filled.push_str(&rest[at..at + 1 + digits.len()]),
        }
        rest = &rest[at + 1 + digits.len()..];
    }
    filled + rest
}

impl Match {
    fn with(&self, value: &str) -> Match {
        let mut places = self.places.clone();
        places.push(value.into());
        Match { text: format!("{}{value}", self.text), places }
    }
}

fn parse(pattern: &str) -> Result<Vec<Piece>, Wrong> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut pieces = Vec::new();
    let mut fixed = String::new();
    let mut at = 0;
    while at < letters.len() {
        match letters[at] {
            '\\' if letters.get(at + 1).is_some_and(|next| "{}[]".contains(*next)) => {
                fixed.push(letters[at + 1]);
                at += 2;
            }
            '[' if !is_literal(&letters[at..]) => {
                let end = letters[at..].iter().position(|letter| *letter == ']').map(|length| at + length);
                let inner = &letters[at + 1..end.unwrap_or(letters.len())];
                let (values, read) = range(inner);
                pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
                let what = if read == 0 { "bad range specification" } else { "bad range" };
                pieces.push(Piece::Choice(values.filter(|_| end.is_some()).ok_or((what, at + 2 + read))?));
                at = end.unwrap_or(at) + 1;
            }
            '[' => {
                let end = letters[at..].iter().position(|letter| *letter == ']').map_or(letters.len(), |length| at + length + 1);
                fixed.extend(&letters[at..end]);
                at = end;
            }
            '{' => {
                let (values, next) = choice(&letters, at)?;
                pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
                pieces.push(Piece::Choice(values));
                at = next;
            }
            '}' | ']' => return Err(("unmatched close brace/bracket", at + 1)),
            letter => {
                fixed.push(letter);
                at += 1;
            }
        }
    }
    pieces.push(Piece::Fixed(fixed));
    Ok(pieces)
}

/// An IPv6 address or `[]` is no pattern.
fn is_literal(letters: &[char]) -> bool {
    let Some(end) = letters.iter().position(|letter| *letter == ']') else { return false };
    let inner: String = letters[1..end].iter().collect();
    inner.is_empty() || inner.split('%').next().unwrap_or("").parse::<std::net::Ipv6Addr>().is_ok()
}

fn choice(letters: &[char], open: usize) -> Result<(Vec<String>, usize), Wrong> {
    let mut values = vec![String::new()];
    let mut at = open + 1;
    while at < letters.len() {
        match letters[at] {
            '\\' if at + 1 < letters.len() => {
                at += 1;
                values.last_mut().into_iter().for_each(|value| value.push(letters[at]));
            }
            ',' => values.push(String::new()),
            '}' if values.len() == 1 && values[0].is_empty() => return Err(("empty string within braces", at + 1)),
            '}' => return Ok((values, at + 1)),
            '{' | '[' => return Err(("nested brace", at + 1)),
            ']' => return Err(("unexpected close bracket", at + 1)),
            letter => values.last_mut().into_iter().for_each(|value| value.push(letter)),
        }
        at += 1;
    }
    Err(("unmatched brace", open + 1))
}

/// `a-z`, `1-10`, each with `:step`; and how many letters of it were read.
fn range(inner: &[char]) -> (Option<Vec<String>>, usize) {
    let text: String = inner.iter().collect();
    let (bounds, step) = text.split_once(':').map_or((text.as_str(), Some(1)), |(bounds, step)| (bounds, step.parse().ok()));
    let Some((low, high)) = bounds.split_once('-') else { return (None, 0) };
    let one = |text: &str| text.chars().next().filter(|letter| letter.is_ascii_alphabetic() && text.len() == 1);
    let read = inner.len() + 1;
    let Some(step) = step.filter(|step: &usize| *step > 0) else { return (None, read) };
    if let (Some(first), Some(last)) = (one(low), one(high)) {
        let alike = first <= last && first.is_ascii_lowercase() == last.is_ascii_lowercase();
        return (alike.then(|| (first..=last).step_by(step).map(String::from).collect()), read);
    }
    let (Ok(first), Ok(last)) = (low.parse::<u64>(), high.parse::<u64>()) else { return (None, 0) };
    let width = if low.starts_with('0') { low.len() } else { 0 };
    if first > last || (last - first) / step as u64 > MOST as u64 {
        return (None, read);
    }
    (Some((first..=last).step_by(step).map(|number| format!("{number:0width$}")).collect()), read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pattern: &str) -> Vec<String> {
        expand(pattern).unwrap_or_default().into_iter().map(|each| each.text).collect()
    }

    #[test]
    fn patterns_stand_for_all_their_addresses() {
        assert_eq!(texts("h/{a,b}[1-2]"), ["h/a1", "h/a2", "h/b1", "h/b2"]);
        assert_eq!(texts("h/[08-10]"), ["h/08", "h/09", "h/10"]);
        assert_eq!(texts("h/[a-e:2]"), ["h/a", "h/c", "h/e"]);
        assert_eq!(texts("http://[::1]/\\{x\\}"), ["http://[::1]/{x}"]);
        assert_eq!(expand("h/{a").err(), Some(("unmatched brace", 3)));
        assert_eq!(expand("h/a}").err(), Some(("unmatched close brace/bracket", 4)));
        assert_eq!(expand("h/[3-1]").err(), Some(("bad range", 8)));
    }

    #[test]
    fn names_of_outputs_take_the_places() {
        let found = expand("h/{a,b}[1-2]").ok().and_then(|mut all| all.pop()).map_or(Vec::new(), |last| last.places);
        assert_eq!(fill("x#1-#2#3", &found), "xb-2#3");
    }
}
