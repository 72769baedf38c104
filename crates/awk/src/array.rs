//! Associative arrays, which keep the order of insertion.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::text::Text;
use crate::value::Value;

/// A fast hash for short keys; the input of one program is not an attacker of itself.
#[derive(Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut hash = self.0 ^ 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            hash = (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        // Spread what the last bytes changed over all bits.
        hash = (hash ^ (hash >> 32) ^ bytes.len() as u64).wrapping_mul(0xff51_afd7_ed55_8ccd);
        self.0 = hash ^ (hash >> 32);
    }

    /// The length, which the hash covers already.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[derive(Default)]
pub struct Array {
    index: HashMap<Text, usize, BuildHasherDefault<KeyHasher>>,
    entries: Vec<Option<(Text, Value)>>,
}

impl Array {
    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        self.entries[*self.index.get(key)?].as_ref().map(|(_, value)| value)
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.index.contains_key(key)
    }

    /// The element, made where it is missing.
    pub fn slot(&mut self, key: &[u8]) -> &mut Value {
        let position = match self.index.get(key) {
            Some(position) => *position,
            None => {
                let key = Text::new(key);
                self.index.insert(key.clone(), self.entries.len());
                self.entries.push(Some((key, Value::Uninit)));
                self.entries.len() - 1
            }
        };
        &mut self.entries[position].get_or_insert_with(|| (Text::default(), Value::Uninit)).1
    }

    pub fn set(&mut self, key: &[u8], value: Value) {
        *self.slot(key) = value;
    }

    pub fn remove(&mut self, key: &[u8]) {
        let Some(position) = self.index.remove(key) else { return };
        self.entries[position] = None;
        if self.entries.len() > 32 && self.index.len() * 2 < self.entries.len() {
            self.entries.retain(Option::is_some);
            for (position, entry) in self.entries.iter().enumerate() {
                if let Some((key, _)) = entry {
                    if let Some(place) = self.index.get_mut(key) {
                        *place = position;
                    }
                }
            }
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
