//! Tar headers: GNU's and POSIX's.

use std::io::{self, Read};

pub const BLOCK: usize = 512;
/// Bytes that a long name or an extended header may have.
const LONGEST: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    HardLink,
    SymLink,
    CharDevice,
    BlockDevice,
    Folder,
    Fifo,
    /// Something that holds no member of its own.
    Other,
}

/// A member of an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: Vec<u8>,
    pub link: Vec<u8>,
    pub kind: Kind,
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
    pub user: Vec<u8>,
    pub group: Vec<u8>,
    pub size: u64,
    /// Seconds since 1970.
    pub time: i64,
}

fn text(field: &[u8]) -> Vec<u8> {
    field.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
}

/// An octal field, or GNU's binary one.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let negative = field[0] == 0xff;
        let value = field[1..].iter().fold(u64::from(field[0] & 0x7f), |sum, byte| (sum << 8) | u64::from(*byte));
        return Some(if negative { 0 } else { value });
    }
    let digits: Vec<u8> = field.iter().copied().skip_while(|byte| *byte == b' ').take_while(|byte| (b'0'..=b'7').contains(byte)).collect();
    Some(digits.iter().fold(0u64, |sum, digit| sum.wrapping_mul(8).wrapping_add(u64::from(digit - b'0'))))
}

fn checksum(block: &[u8; BLOCK]) -> u64 {
    block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) }).sum()
}

/// What a block is.
pub enum Block {
    Zeros,
    Broken,
    /// Less than a block.
    Cut,
    Header(Box<[u8; BLOCK]>),
    End,
}

/// Reads the next block of headers.
pub fn block(input: &mut impl Read) -> io::Result<Block> {
    let mut block = Box::new([0; BLOCK]);
    let mut filled = 0;
    while filled < BLOCK {
        match input.read(&mut block[filled..])? {
            0 if filled == 0 => return Ok(Block::End),
            0 => return Ok(Block::Cut),
            count => filled += count,
        }
    }
    if block.iter().all(|byte| *byte == 0) {
        return Ok(Block::Zeros);
    }
    let signed: i64 = block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { i64::from(*byte as i8) }).sum();
    match number(&block[148..156]) {
        Some(sum) if sum == checksum(&block) || sum as i64 == signed => Ok(Block::Header(block)),
        _ => Ok(Block::Broken),
    }
}

/// Names and facts that extra headers give for the next member.
#[derive(Default)]
pub struct Extra {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    time: Option<i64>,
    user: Option<Vec<u8>>,
    group: Option<Vec<u8>>,
}

impl Extra {
    /// Reads an extra header's content; false if it is none.
    pub fn read(&mut self, header: &[u8; BLOCK], input: &mut impl Read) -> io::Result<bool> {
        let kind = header[156];
        if !matches!(kind, b'L' | b'K' | b'x' | b'g') {
            return Ok(false);
        }
        let size = number(&header[124..136]).unwrap_or(0);
        if size > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "Extended header is too long"));
        }
        let mut content = vec![0; (size as usize).div_ceil(BLOCK) * BLOCK];
        input.read_exact(&mut content)?;
        content.truncate(size as usize);
        match kind {
            b'L' => self.name = Some(text(&content)),
            b'K' => self.link = Some(text(&content)),
            b'x' => self.records(&content),
            _ => {}
        }
        Ok(true)
    }

    /// `LENGTH KEY=VALUE\n`, again and again.
    fn records(&mut self, mut content: &[u8]) {
        while let Some(space) = content.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&content[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| content.get(space + 1..length.checked_sub(1)?)) else { return };
            let rest = &content[space + 1 + record.len() + 1..];
            if let Some(equals) = record.iter().position(|byte| *byte == b'=') {
                let value = &record[equals + 1..];
                let decimal = || std::str::from_utf8(value).ok().and_then(|digits| digits.split('.').next()?.parse::<i64>().ok());
                match &record[..equals] {
                    b"path" => self.name = Some(value.to_vec()),
                    b"linkpath" => self.link = Some(value.to_vec()),
                    b"size" => self.size = decimal().and_then(|size| u64::try_from(size).ok()),
                    b"mtime" => self.time = decimal(),
                    b"uname" => self.user = Some(value.to_vec()),
                    b"gname" => self.group = Some(value.to_vec()),
                    _ => {}
                }
            }
            content = rest;
        }
    }
}

impl Entry {
    /// The member of a header, with what extra headers say of it.
    pub fn read(header: &[u8; BLOCK], extra: Extra) -> Entry {
        let mut name = text(&header[..100]);
        let posix = &header[257..263] == b"ustar\0";
        let prefix = text(&header[345..500]);
        if posix && !prefix.is_empty() {
            name = [&prefix[..], b"/", &name[..]].concat();
        }
        let name = extra.name.unwrap_or(name);
        let kind = match header[156] {
            b'0' | 0 | b'7' if name.ends_with(b"/") => Kind::Folder,
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::SymLink,
            b'3' => Kind::CharDevice,
            b'4' => Kind::BlockDevice,
            b'5' | b'D' => Kind::Folder,
            b'6' => Kind::Fifo,
            _ => Kind::Other,
        };
        let size = extra.size.unwrap_or_else(|| number(&header[124..136]).unwrap_or(0));
        Entry {
            name,
            link: extra.link.unwrap_or_else(|| text(&header[157..257])),
            kind,
            mode: (number(&header[100..108]).unwrap_or(0) & 0o7777) as u32,
            uid: number(&header[108..116]).unwrap_or(0),
            gid: number(&header[116..124]).unwrap_or(0),
            user: extra.user.unwrap_or_else(|| text(&header[265..297])),
            group: extra.group.unwrap_or_else(|| text(&header[297..329])),
            size: if matches!(kind, Kind::File | Kind::Other | Kind::HardLink) { size } else { 0 },
            time: extra.time.unwrap_or_else(|| number(&header[136..148]).unwrap_or(0) as i64),
        }
    }

    /// The blocks that stand before the member's content, in GNU's format.
    pub fn blocks(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (kind, long) in [(b'K', &self.link), (b'L', &self.name)] {
            if long.len() > 100 {
                out.extend_from_slice(&long_block(kind, long.len() as u64 + 1));
                out.extend_from_slice(long);
                out.resize(out.len() / BLOCK * BLOCK + BLOCK, 0);
            }
        }
        let mut block = [0; BLOCK];
        put(&mut block[..100], &self.name);
        octal(&mut block[100..108], u64::from(self.mode));
        octal(&mut block[108..116], self.uid);
        octal(&mut block[116..124], self.gid);
        octal(&mut block[124..136], if self.kind == Kind::File { self.size } else { 0 });
        octal(&mut block[136..148], self.time.max(0) as u64);
        block[156] = match self.kind {
            Kind::File | Kind::Other => b'0',
            Kind::HardLink => b'1',
            Kind::SymLink => b'2',
            Kind::CharDevice => b'3',
            Kind::BlockDevice => b'4',
            Kind::Folder => b'5',
            Kind::Fifo => b'6',
        };
        put(&mut block[157..257], &self.link);
        block[257..265].copy_from_slice(b"ustar  \0");
        put(&mut block[265..296], &self.user);
        put(&mut block[297..328], &self.group);
        seal(&mut block);
        out.extend_from_slice(&block);
        out
    }
}

fn put(field: &mut [u8], bytes: &[u8]) {
    let length = bytes.len().min(field.len());
    field[..length].copy_from_slice(&bytes[..length]);
}

fn octal(field: &mut [u8], value: u64) {
    let digits = field.len() - 1;
    if value < 1 << (3 * digits) {
        field[..digits].copy_from_slice(format!("{value:0digits$o}").as_bytes());
        return;
    }
    let length = field.len();
    field[length - 8..].copy_from_slice(&value.to_be_bytes());
    field[0] = 0x80;
}

fn seal(block: &mut [u8; BLOCK]) {
    let sum = checksum(block);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn long_block(kind: u8, size: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    put(&mut block[..100], b"././@LongLink");
    octal(&mut block[100..108], 0o644);
    octal(&mut block[108..116], 0);
    octal(&mut block[116..124], 0);
    octal(&mut block[124..136], size);
    octal(&mut block[136..148], 0);
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar  \0");
    put(&mut block[265..296], b"root");
    put(&mut block[297..328], b"root");
    seal(&mut block);
    block
}

/// The bytes that follow a header.
pub fn size_of(header: &[u8; BLOCK]) -> u64 {
    number(&header[124..136]).unwrap_or(0)
}
