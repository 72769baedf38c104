//! Byte order marks, binary bytes and line breaks.

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bom {
    None,
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Bom {
    pub fn of(bytes: &[u8]) -> Bom {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => Bom::Utf8,
            [0xff, 0xfe, ..] => Bom::Utf16Le,
            [0xfe, 0xff, ..] => Bom::Utf16Be,
            _ => Bom::None,
        }
    }

    pub fn length(self) -> usize {
        match self {
            Bom::None => 0,
            Bom::Utf8 => 3,
            _ => 2,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Bom::None => "no_bom",
            Bom::Utf8 => "UTF-8",
            Bom::Utf16Le => "UTF-16LE",
            Bom::Utf16Be => "UTF-16BE",
        }
    }

    pub fn utf16(self) -> Option<&'static str> {
        matches!(self, Bom::Utf16Le | Bom::Utf16Be).then(|| self.name())
    }
}

/// The first byte that no text has, and its line.
pub fn binary_symbol(content: &[u8]) -> Option<(u8, usize)> {
    let at = content.iter().position(|byte| *byte < 32 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c))?;
    Some((content[at], 1 + content[..at].iter().filter(|byte| **byte == b'\n').count()))
}

/// Line breaks of DOS, Unix and Mac.
pub fn count(bytes: &[u8], found: Bom) -> [usize; 3] {
    let wide = found.utf16().is_some();
    let content: Vec<u8> = if wide {
        let (high, low) = if found == Bom::Utf16Le { (1, 0) } else { (0, 1) };
        bytes[2..].chunks_exact(2).map(|pair| if pair[high] == 0 { pair[low] } else { b'x' }).collect()
    } else {
        bytes.to_vec()
    };
    let mut counts = [0; 3];
    for (at, byte) in content.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && content[at - 1] == b'\r' => counts[0] += 1,
            b'\n' => counts[1] += 1,
            b'\r' if content.get(at + 1) != Some(&b'\n') => counts[2] += 1,
            _ => {}
        }
    }
    counts
}
