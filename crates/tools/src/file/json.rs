//! Whether a text is JSON, and whether it is CSV.

/// Levels that may be inside each other.
const DEPTH: usize = 500;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

#[derive(PartialEq, Eq)]
pub enum Json {
    One,
    Lines,
}

/// An object or list and nothing else, or several, one after another.
pub fn json(bytes: &[u8]) -> Option<Json> {
    let mut reader = Reader { bytes, at: 0 };
    let mut count = 0;
    reader.space();
    while reader.at < bytes.len() {
        let object = reader.bytes[reader.at] == b'{';
        if !(object || (count == 0 && reader.bytes[reader.at] == b'[')) {
            return None;
        }
        reader.value(0)?;
        reader.space();
        count += 1;
    }
    match count {
        0 => None,
        1 => Some(Json::One),
        _ => Some(Json::Lines),
    }
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.bytes.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.space();
        match *self.bytes.get(self.at)? {
            b'{' => self.list(b'}', true, depth),
            b'[' => self.list(b']', false, depth),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => {
                let rest = &self.bytes[self.at..];
                self.at += rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
                Some(())
            }
            _ => {
                let word = [&b"true"[..], b"false", b"null"].into_iter().find(|word| self.bytes[self.at..].starts_with(word))?;
                self.at += word.len();
                Some(())
            }
        }
    }

    fn list(&mut self, end: u8, named: bool, depth: usize) -> Option<()> {
        self.at += 1;
        self.space();
        if depth > DEPTH {
            return None;
        }
        if self.take(end).is_some() {
            return Some(());
        }
        loop {
            if named {
                self.space();
                self.string()?;
                self.space();
                self.take(b':')?;
            }
            self.value(depth + 1)?;
            self.space();
            if self.take(b',').is_none() {
                return self.take(end);
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                byte if byte < 32 => return None,
                _ => self.at += 1,
            }
        }
        self.take(b'"')
    }
}

/// Lines that are enough to tell.
const LINES: usize = 10;

/// Rows of as many fields each, more than two of them.
pub fn csv(bytes: &[u8]) -> bool {
    let (mut fields, mut wanted, mut lines) = (0, 0, 0);
    let mut bytes = bytes.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                let mut quoted = true;
                while quoted {
                    match bytes.next() {
                        Some(b'"') => match bytes.clone().next() {
                            Some(b'"') => drop(bytes.next()),
                            _ => quoted = false,
                        },
                        Some(_) => {}
                        None => quoted = false,
                    }
                }
            }
            b',' => fields += 1,
            b'\n' => {
                lines += 1;
                if lines == LINES {
                    return wanted != 0 && wanted == fields;
                }
                if fields == 0 || (wanted != 0 && wanted != fields) {
                    return false;
                }
                (wanted, fields) = (fields, 0);
            }
            _ => {}
        }
    }
    wanted != 0 && lines > 2
}
