//! The record of `fd_readdir`: next u64, inode u64, length of name u32, type u8, padding, name.

const HEADER: usize = 24;

pub struct Entry<'a> {
    pub next: u64,
    pub ino: u64,
    pub filetype: u8,
    pub name: &'a [u8],
    /// Of the whole record.
    pub size: usize,
}

/// The first record, or None if there is no whole one.
pub fn parse(bytes: &[u8]) -> Option<Entry<'_>> {
    let header: &[u8; HEADER] = bytes.get(..HEADER)?.try_into().ok()?;
    let word = |at: usize| u64::from_le_bytes(header[at..at + 8].try_into().unwrap_or_default());
    let length = word(16) as u32 as usize;
    let name = bytes.get(HEADER..HEADER + length)?;
    Some(Entry { next: word(0), ino: word(8), filetype: header[20], name, size: HEADER + length })
}
