//! What a text is encoded in, and how its lines end.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Ascii,
    Utf8,
    Utf8Bom,
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
    Latin1,
    Extended,
    Binary,
}

/// Bytes that are looked at.
const MOST: usize = 65_536;

/// Bytes that occur in plain text: bell to carriage return, escape, what prints, and NEL.
fn plain(byte: u8) -> bool {
    matches!(byte, 7..=13 | 27 | 32..=126 | 0x85)
}

impl Encoding {
    pub fn of(bytes: &[u8]) -> Encoding {
        let bytes = &bytes[..bytes.len().min(MOST)];
        let all = |fits: fn(u8) -> bool| bytes.iter().all(|byte| fits(*byte));
        if all(plain) {
            return Encoding::Ascii;
        }
        if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
            if utf8(rest) {
                return Encoding::Utf8Bom;
            }
        }
        if utf8(bytes) {
            return Encoding::Utf8;
        }
        match bytes {
            [0xff, 0xfe, 0, 0, ..] if bytes.len() > 4 => return Encoding::Utf32Le,
            [0, 0, 0xfe, 0xff, ..] if bytes.len() > 4 => return Encoding::Utf32Be,
            [0xff, 0xfe, _, _, ..] if utf16(&bytes[2..], u16::from_le_bytes) => return Encoding::Utf16Le,
            [0xfe, 0xff, _, _, ..] if utf16(&bytes[2..], u16::from_be_bytes) => return Encoding::Utf16Be,
            _ => {}
        }
        if all(|byte| plain(byte) || byte >= 0xa0) {
            return Encoding::Latin1;
        }
        if all(|byte| plain(byte) || byte >= 0x80) {
            return Encoding::Extended;
        }
        Encoding::Binary
    }

    /// As `--mime-encoding` names it.
    pub fn charset(self) -> &'static str {
        match self {
            Encoding::Ascii => "us-ascii",
            Encoding::Utf8 | Encoding::Utf8Bom => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Utf32Le => "utf-32le",
            Encoding::Utf32Be => "utf-32be",
            Encoding::Latin1 => "iso-8859-1",
            Encoding::Extended => "unknown-8bit",
            Encoding::Binary => "binary",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Encoding::Ascii => "ASCII text",
            Encoding::Utf8 => "Unicode text, UTF-8 text",
            Encoding::Utf8Bom => "Unicode text, UTF-8 (with BOM) text",
            Encoding::Utf16Le => "Unicode text, UTF-16, little-endian text",
            Encoding::Utf16Be => "Unicode text, UTF-16, big-endian text",
            Encoding::Utf32Le => "Unicode text, UTF-32, little-endian",
            Encoding::Utf32Be => "Unicode text, UTF-32, big-endian",
            Encoding::Latin1 => "ISO-8859 text",
            Encoding::Extended => "Non-ISO extended-ASCII text",
            Encoding::Binary => "data",
        }
    }

    /// The text's characters as bytes, those beyond 255 as something else.
    fn units(self, bytes: &[u8]) -> Vec<u8> {
        let wide = |read: fn([u8; 2]) -> u16| bytes[2..].chunks_exact(2).map(|pair| u8::try_from(read([pair[0], pair[1]])).unwrap_or(b'?')).collect();
        match self {
            Encoding::Utf16Le => wide(u16::from_le_bytes),
            Encoding::Utf16Be => wide(u16::from_be_bytes),
            Encoding::Utf8 | Encoding::Utf8Bom => String::from_utf8_lossy(bytes).chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            _ => bytes.to_vec(),
        }
    }

    /// `, with CRLF line terminators` and its like.
    pub fn line_facts(self, bytes: &[u8]) -> String {
        if matches!(self, Encoding::Utf32Le | Encoding::Utf32Be) {
            return String::new();
        }
        let text = self.units(&bytes[..bytes.len().min(MOST)]);
        let (mut counts, mut longest, mut start) = ([0usize; 4], 0, 0);
        for (at, byte) in text.iter().enumerate() {
            let end = match byte {
                b'\r' if text.get(at + 1) == Some(&b'\n') => continue,
                b'\n' if at > 0 && text[at - 1] == b'\r' => 0,
                b'\r' => 1,
                b'\n' => 2,
                0x85 => 3,
                _ => continue,
            };
            counts[end] += 1;
            longest = longest.max(at - start - usize::from(end == 0));
            start = at + 1;
        }
        longest = longest.max(text.len() - start);
        let mut facts = String::new();
        if longest > LONG {
            facts += &format!(", with very long lines ({longest})");
        }
        if counts == [0; 4] {
            facts += ", with no line terminators";
        } else if counts[0] + counts[1] + counts[3] > 0 {
            let names: Vec<&str> = ["CRLF", "CR", "LF", "NEL"].into_iter().zip(counts).filter(|(_, count)| *count > 0).map(|(name, _)| name).collect();
            facts += &format!(", with {} line terminators", names.join(", "));
        }
        if text.contains(&27) {
            facts += ", with escape sequences";
        }
        if text.contains(&8) {
            facts += ", with overstriking";
        }
        facts
    }
}

/// A line longer than this is very long.
const LONG: usize = 300;

/// UTF-8 without control characters; the last character may be cut.
fn utf8(bytes: &[u8]) -> bool {
    if bytes.iter().any(|byte| *byte < 0x80 && !plain(*byte)) {
        return false;
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && bytes.len() == MOST,
    }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> bool {
    bytes.chunks_exact(2).all(|pair| match read([pair[0], pair[1]]) {
        0xfffe | 0xffff => false,
        unit => unit >= 128 || plain(unit as u8),
    })
}
