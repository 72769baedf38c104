//! hexdump's format strings.

/// What one unit of a format prints.
#[derive(Clone, Debug)]
pub enum Unit {
    /// Text that needs no input.
    Text(String),
    /// `%_a` and `%_A` with a base; true waits for the end.
    Address(char, String, bool),
    /// A conversion of a number of bytes: flags and width, then the letter.
    Convert { flags: String, letter: char, bytes: usize },
}

/// `ITERATIONS/BYTES "TEXT"`.
#[derive(Clone, Debug)]
pub struct Group {
    pub iterations: usize,
    /// The iterations were not given: repeat as far as the longest format goes.
    pub open: bool,
    pub units: Vec<Unit>,
}

impl Group {
    pub fn size(&self) -> usize {
        self.iterations * self.unit_size()
    }

    pub fn unit_size(&self) -> usize {
        self.units.iter().map(|unit| if let Unit::Convert { bytes, .. } = unit { *bytes } else { 0 }).sum()
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(character) = chars.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\x07'),
            Some('b') => out.push('\x08'),
            Some('f') => out.push('\x0c'),
            Some('v') => out.push('\x0b'),
            Some('0') => out.push('\0'),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

/// Reads a format: groups, separated by spaces.
pub fn read(text: &str) -> Result<Vec<Group>, String> {
    let wrong = || format!("bad format {{{text}}}");
    let mut rest = text.trim();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let iterations: Option<usize> = rest[..digits].parse().ok();
        rest = rest[digits..].trim_start();
        let mut bytes = None;
        if let Some(after) = rest.strip_prefix('/') {
            let after = after.trim_start();
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            bytes = Some(after[..digits].parse().map_err(|_| wrong())?);
            rest = after[digits..].trim_start();
        }
        let inner = rest.strip_prefix('"').ok_or_else(wrong)?;
        let mut end = 0;
        let all = inner.as_bytes();
        while end < all.len() && all[end] != b'"' {
            end += if all[end] == b'\\' { 2 } else { 1 };
        }
        let body = inner.get(..end).ok_or_else(wrong)?;
        rest = inner.get(end + 1..).ok_or_else(wrong)?.trim_start();
        let units = units(&unescape(body), bytes)?;
        groups.push(Group { iterations: iterations.unwrap_or(1).min(1 << 16), open: iterations.is_none(), units });
    }
    Ok(groups)
}

fn units(text: &str, bytes: Option<usize>) -> Result<Vec<Unit>, String> {
    let mut units = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        if character != '%' {
            literal.push(character);
            continue;
        }
        if chars.peek() == Some(&'%') {
            chars.next();
            literal.push('%');
            continue;
        }
        if !literal.is_empty() {
            units.push(Unit::Text(std::mem::take(&mut literal)));
        }
        let mut flags = String::new();
        while let Some(next) = chars.next_if(|c| "#-+ 0123456789.".contains(*c)) {
            flags.push(next);
        }
        let bad = |letter: &str| format!("bad conversion character %{letter}");
        let letter = chars.next().ok_or_else(|| bad(""))?;
        let unit = match letter {
            '_' => match chars.next().ok_or_else(|| bad("_"))? {
                kind @ ('a' | 'A') => {
                    let base = chars.next().filter(|base| "dox".contains(*base)).ok_or_else(|| bad("_a"))?;
                    Unit::Address(base, flags, kind == 'A')
                }
                kind @ ('c' | 'p' | 'u') => Unit::Convert { flags, letter: kind.to_ascii_uppercase(), bytes: 1 },
                other => return Err(bad(&format!("_{other}"))),
            },
            'd' | 'i' | 'o' | 'u' | 'x' | 'X' => Unit::Convert { flags, letter, bytes: bytes.unwrap_or(4).min(8) },
            'e' | 'E' | 'f' | 'g' | 'G' => Unit::Convert { flags, letter, bytes: bytes.unwrap_or(8) },
            'c' => Unit::Convert { flags, letter, bytes: 1 },
            's' => {
                let precision = flags.split('.').nth(1).and_then(|digits| digits.parse().ok());
                Unit::Convert { flags, letter, bytes: bytes.or(precision).ok_or("%s requires a precision or a byte count")? }
            }
            other => return Err(bad(&other.to_string())),
        };
        units.push(unit);
    }
    if !literal.is_empty() {
        units.push(Unit::Text(literal));
    }
    Ok(units)
}

/// A number laid out by printf's flags.
pub fn lay_out(flags: &str, text: String) -> String {
    let left = flags.contains('-');
    let digits = flags.split('.').next().unwrap_or_default().trim_start_matches(['#', '-', '+', ' ']);
    let zero = digits.starts_with('0') && !left && !flags.contains('.');
    let width: usize = digits.parse().unwrap_or(0);
    let length = text.chars().count();
    let space = width.saturating_sub(length);
    if left {
        format!("{text}{}", " ".repeat(space))
    } else if zero {
        let sign = usize::from(text.starts_with(['-', '+']));
        format!("{}{}{}", &text[..sign], "0".repeat(space), &text[sign..])
    } else {
        format!("{}{text}", " ".repeat(space))
    }
}
