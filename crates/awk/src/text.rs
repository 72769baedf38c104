//! Strings of bytes: short ones in place, long ones shared and appended to in place while nobody else holds them.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;

const INLINE: usize = 22;

#[derive(Clone)]
enum Repr {
    Inline(u8, [u8; INLINE]),
    Heap(Rc<Vec<u8>>),
}

#[derive(Clone)]
pub struct Text(Repr);

impl Text {
    pub fn new(bytes: &[u8]) -> Text {
        if bytes.len() > INLINE {
            return Text(Repr::Heap(Rc::new(bytes.to_vec())));
        }
        let mut inline = [0; INLINE];
        inline[..bytes.len()].copy_from_slice(bytes);
        Text(Repr::Inline(bytes.len() as u8, inline))
    }

    /// A whole number of moderate size, as its digits.
    pub fn from_integer(value: f64) -> Option<Text> {
        if value.fract() != 0.0 || value.abs() >= 1e15 {
            return None;
        }
        let mut inline = [0; INLINE];
        let mut rest = (value as i64).unsigned_abs();
        let mut digits = 1;
        let mut bound = 10;
        while rest >= bound {
            digits += 1;
            bound *= 10;
        }
        let start = usize::from(value < 0.0);
        if start == 1 {
            inline[0] = b'-';
        }
        for place in inline[start..start + digits].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        Some(Text(Repr::Inline((start + digits) as u8, inline)))
    }

    pub fn push(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Repr::Inline(len, inline) => {
                let start = usize::from(*len);
                let end = start + bytes.len();
                if end <= INLINE {
                    inline[start..end].copy_from_slice(bytes);
                    *len = end as u8;
                } else {
                    let mut long = Vec::with_capacity(end * 2);
                    long.extend_from_slice(&inline[..start]);
                    long.extend_from_slice(bytes);
                    self.0 = Repr::Heap(Rc::new(long));
                }
            }
            Repr::Heap(shared) => Rc::make_mut(shared).extend_from_slice(bytes),
        }
    }
}

impl Default for Text {
    fn default() -> Text {
        Text(Repr::Inline(0, [0; INLINE]))
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Text {
        if bytes.len() > INLINE { Text(Repr::Heap(Rc::new(bytes))) } else { Text::new(&bytes) }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::new(text.as_bytes())
    }
}

impl Deref for Text {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(len, inline) => &inline[..usize::from(*len)],
            Repr::Heap(shared) => shared,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl std::borrow::Borrow<[u8]> for Text {
    fn borrow(&self) -> &[u8] {
        self
    }
}

/// The length of the UTF-8 character that begins the text; 1 for a byte that is none.
pub fn char_len(text: &[u8]) -> usize {
    let len = match text[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return 1,
    };
    if text.get(..len).is_some_and(|t| std::str::from_utf8(t).is_ok()) { len } else { 1 }
}

pub fn char_count(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        at += char_len(&text[at..]);
        count += 1;
    }
    count
}

/// The byte offset of a character, or the text's length.
pub fn char_offset(text: &[u8], chars: usize) -> usize {
    let mut at = 0;
    for _ in 0..chars {
        if at >= text.len() {
            break;
        }
        at += char_len(&text[at..]);
    }
    at
}

pub fn show(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
