//! Associative arrays, which keep the order of insertion.

use hashbrown::HashTable;

use crate::text::Text;
use crate::value::Value;

/// A fast hash for short keys; the input of one program is not an attacker of itself.
fn hash(key: &[u8]) -> u64 {
    let mut hash = 0x9e37_79b9_7f4a_7c15 ^ key.len() as u64;
    for chunk in key.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    // Spread what the last bytes changed over all bits.
    hash = (hash ^ (hash >> 32)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 32)
}

/// The table wants its tag in the upper bits.
fn widen(half: u32) -> u64 {
    u64::from(half) << 32 | u64::from(half)
}

#[derive(Default)]
pub struct Array {
    /// Places in `entries`, with the low half of their keys' hashes.
    index: HashTable<(u32, u32)>,
    entries: Vec<Option<(Text, Value)>>,
}

impl Array {
    pub fn len(&self) -> usize {
        self.index.len()
    }

    fn place(&self, key: &[u8]) -> Option<usize> {
        let hash = hash(key);
        let same = |(place, half): &(u32, u32)| {
            *half == hash as u32 && self.entries[*place as usize].as_ref().is_some_and(|(other, _)| **other == *key)
        };
        self.index.find(widen(hash as u32), same).map(|(place, _)| *place as usize)
    }

    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        self.entries[self.place(key)?].as_ref().map(|(_, value)| value)
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.place(key).is_some()
    }

    /// The element, made where it is missing.
    pub fn slot(&mut self, key: &[u8]) -> &mut Value {
        let place = match self.place(key) {
            Some(place) => place,
            None => self.insert(key),
        };
        &mut self.entries[place].get_or_insert_with(|| (Text::default(), Value::Uninit)).1
    }

    fn insert(&mut self, key: &[u8]) -> usize {
        let place = self.entries.len();
        self.entries.push(Some((Text::new(key), Value::Uninit)));
        let half = hash(key) as u32;
        self.index.insert_unique(widen(half), (place as u32, half), |(_, half)| widen(*half));
        place
    }

    pub fn set(&mut self, key: &[u8], value: Value) {
        *self.slot(key) = value;
    }

    pub fn remove(&mut self, key: &[u8]) {
        let Array { index, entries } = self;
        let same = |(place, _): &(u32, u32)| entries[*place as usize].as_ref().is_some_and(|(other, _)| **other == *key);
        let Ok(found) = index.find_entry(widen(hash(key) as u32), same) else { return };
        let ((place, _), _) = found.remove();
        entries[place as usize] = None;
        if entries.len() > 32 && index.len() * 2 < entries.len() {
            self.compact();
        }
    }

    fn compact(&mut self) {
        self.entries.retain(Option::is_some);
        self.index.clear();
        for (place, entry) in self.entries.iter().enumerate() {
            let half = entry.as_ref().map_or(0, |(key, _)| hash(key)) as u32;
            self.index.insert_unique(widen(half), (place as u32, half), |(_, half)| widen(*half));
        }
    }

    pub fn clear(&mut self) {
        self.index.clear();
        self.entries.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.entries.iter().flatten().map(|(key, value)| (key, value))
    }
}

/// The key of an array element by number.
pub fn number_key(n: usize) -> Text {
    Text::from_integer(n as f64).unwrap_or_default()
}
