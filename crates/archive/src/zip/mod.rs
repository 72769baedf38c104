//! The ZIP format (PKWARE's APPNOTE.TXT), with its 64-bit sizes, times in seconds and Unix modes.

pub mod create;
pub mod extract;
mod list;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use cli::time::{local, seconds, Date};

pub const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;

pub const STORED: u16 = 0;
pub const DEFLATED: u16 = 8;

/// A member, as the central directory has it.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub made_by: u16,
    pub needed: u16,
    pub flags: u16,
    pub method: u16,
    pub dos_time: u32,
    pub crc: u32,
    pub packed: u64,
    pub plain: u64,
    pub name: Vec<u8>,
    /// The extra fields.
    pub extra: Vec<u8>,
    pub comment: Vec<u8>,
    pub internal: u16,
    pub external: u32,
    /// Of the local header.
    pub offset: u64,
}

pub fn half(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |pair| u16::from_le_bytes([pair[0], pair[1]]))
}

pub fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from(half(bytes, at)) | u32::from(half(bytes, at + 2)) << 16
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(word(bytes, at)) | u64::from(word(bytes, at + 4)) << 32
}

impl Entry {
    /// The content of the extra field of a kind.
    fn field(&self, kind: u16) -> Option<&[u8]> {
        let mut rest = &self.extra[..];
        while rest.len() >= 4 {
            let end = 4 + usize::from(half(rest, 2));
            let content = rest.get(4..end)?;
            if half(rest, 0) == kind {
                return Some(content);
            }
            rest = &rest[end..];
        }
        None
    }

    /// Seconds since 1970: exact ones if they are there, else the local time in two seconds' steps.
    pub fn time(&self) -> i64 {
        match self.field(0x5455) {
            Some(field) if field.len() >= 5 && field[0] & 1 != 0 => i64::from(word(field, 1) as i32),
            _ => {
                let (date, time) = (i64::from(self.dos_time >> 16), i64::from(self.dos_time & 0xffff));
                let mut date = Date { year: 1980 + (date >> 9), month: date >> 5 & 15, day: date & 31, hour: time >> 11, minute: time >> 5 & 63, second: time % 32 * 2, offset: 0 };
                date.offset = cli::time::local_offset();
                seconds(date)
            }
        }
    }

    /// The Unix mode, if a Unix made the archive.
    pub fn mode(&self) -> Option<u32> {
        Some(self.external >> 16).filter(|mode| self.made_by >> 8 == 3 && *mode != 0)
    }

    pub fn is_folder(&self) -> bool {
        self.name.ends_with(b"/")
    }

    pub fn is_link(&self) -> bool {
        self.mode().is_some_and(|mode| mode & 0o170_000 == 0o120_000)
    }

    pub fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Reads an entry of the directory; the bytes that it took. None: there is none.
    fn read(bytes: &[u8]) -> Option<(Entry, usize)> {
        if bytes.len() < 46 || word(bytes, 0) != CENTRAL {
            return None;
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(half(bytes, at)));
        let end = 46 + name + extra + comment;
        let tail = bytes.get(46..end)?;
        let mut entry = Entry {
            made_by: half(bytes, 4), needed: half(bytes, 6), flags: half(bytes, 8), method: half(bytes, 10), dos_time: word(bytes, 12), crc: word(bytes, 16),
            packed: word(bytes, 20).into(), plain: word(bytes, 24).into(), name: tail[..name].to_vec(), extra: tail[name..name + extra].to_vec(),
            comment: tail[name + extra..].to_vec(), internal: half(bytes, 36), external: word(bytes, 38), offset: word(bytes, 42).into(),
        };
        let wide = entry.field(1).unwrap_or_default().to_vec();
        let mut at = 0;
        for value in [&mut entry.plain, &mut entry.packed, &mut entry.offset] {
            if *value == 0xffff_ffff && wide.len() >= at + 8 {
                *value = long(&wide, at);
                at += 8;
            }
        }
        Some((entry, end))
    }

    /// The header before the content (`central` false) or in the directory.
    pub fn header(&self, central: bool, extra: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + self.name.len());
        bytes.extend(if central { CENTRAL } else { LOCAL }.to_le_bytes());
        if central {
            bytes.extend(self.made_by.to_le_bytes());
        }
        for value in [self.needed, self.flags, self.method] {
            bytes.extend(value.to_le_bytes());
        }
        for value in [self.dos_time, self.crc, self.packed as u32, self.plain as u32] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes.extend((extra.len() as u16).to_le_bytes());
        if central {
            bytes.extend((self.comment.len() as u16).to_le_bytes());
            bytes.extend([0, 0]);
            bytes.extend(self.internal.to_le_bytes());
            bytes.extend(self.external.to_le_bytes());
            bytes.extend((self.offset as u32).to_le_bytes());
        }
        bytes.extend(&self.name);
        bytes.extend(extra);
        if central {
            bytes.extend(&self.comment);
        }
        bytes
    }
}

/// A time as DOS has it, local, in two seconds' steps, not before 1980.
pub fn dos_time(time: i64) -> u32 {
    let date = local(time);
    if date.year < 1980 {
        return 0x0021_0000;
    }
    let day = (date.year - 1980).min(127) << 9 | date.month << 5 | date.day;
    (day << 16 | date.hour << 11 | date.minute << 5 | date.second / 2) as u32
}

/// Why an archive cannot be read.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    /// The end of the directory is not there.
    NoEnd,
    /// The directory is not what its end says.
    Directory,
    /// Members lie over each other.
    Overlap,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Io(error)
    }
}

pub struct Archive {
    pub file: File,
    pub size: u64,
    pub entries: Vec<Entry>,
    pub comment: Vec<u8>,
    /// Bytes before the archive itself.
    pub base: u64,
}

/// The largest directory that is read, in bytes.
const DIRECTORY: u64 = 256 << 20;
/// Bytes from the end in which the directory's end is looked for.
const TAIL: u64 = 65_536 + 22;

impl Archive {
    pub fn open(mut file: File) -> Result<Archive, Fault> {
        let size = file.metadata()?.len();
        let start = size.saturating_sub(TAIL + 20);
        file.seek(SeekFrom::Start(start))?;
        let mut tail = Vec::new();
        Read::by_ref(&mut file).take(TAIL + 20).read_to_end(&mut tail)?;
        let at = (0..tail.len().saturating_sub(21)).rev().find(|at| word(&tail, *at) == END && at + 22 + usize::from(half(&tail, at + 20)) <= tail.len()).ok_or(Fault::NoEnd)?;
        let end = &tail[at..];
        let comment = end[22..22 + usize::from(half(end, 20))].to_vec();
        let (mut count, mut length, mut offset) = (u64::from(half(end, 10)), u64::from(word(end, 12)), u64::from(word(end, 16)));
        let mut directory_end = start + at as u64;
        if at >= 20 && word(&tail, at - 20) == LOCATOR64 && (count == 0xffff || length == 0xffff_ffff || offset == 0xffff_ffff) {
            directory_end = long(&tail, at - 12);
            let mut end = [0; 56];
            file.seek(SeekFrom::Start(directory_end))?;
            file.read_exact(&mut end).map_err(|_| Fault::Directory)?;
            if word(&end, 0) != END64 {
                return Err(Fault::Directory);
            }
            (count, length, offset) = (long(&end, 32), long(&end, 40), long(&end, 48));
        }
        let place = directory_end.checked_sub(length).filter(|place| *place >= offset && length <= DIRECTORY).ok_or(Fault::Directory)?;
        let mut directory = vec![0; length as usize];
        file.seek(SeekFrom::Start(place))?;
        file.read_exact(&mut directory)?;
        let mut entries = Vec::new();
        let mut rest = &directory[..];
        while !rest.is_empty() && (entries.len() as u64) < count {
            let (entry, used) = Entry::read(rest).ok_or(Fault::Directory)?;
            entries.push(entry);
            rest = &rest[used..];
        }
        let archive = Archive { file, size, entries, comment, base: place - offset };
        archive.no_overlap(place)?;
        Ok(archive)
    }

    /// A member inside another is how a small archive becomes a large one.
    fn no_overlap(&self, end: u64) -> Result<(), Fault> {
        let mut spans: Vec<(u64, u64)> = self.entries.iter().map(|entry| (entry.offset.saturating_add(self.base), entry.packed.saturating_add(30 + entry.name.len() as u64))).collect();
        spans.sort_unstable();
        let starts = spans.iter().skip(1).map(|span| span.0).chain([end]);
        for ((start, length), next) in spans.iter().zip(starts) {
            if start.saturating_add(*length) > next {
                return Err(Fault::Overlap);
            }
        }
        Ok(())
    }

    /// Where a member's content is; its local header must be there.
    pub fn place(&mut self, entry: &Entry) -> Result<u64, Fault> {
        let start = entry.offset.checked_add(self.base).ok_or(Fault::Directory)?;
        let mut header = [0; 30];
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(&mut header)?;
        if word(&header, 0) != LOCAL {
            return Err(Fault::Directory);
        }
        Ok(start + 30 + u64::from(half(&header, 26)) + u64::from(half(&header, 28)))
    }

    /// The packed bytes of a member.
    pub fn raw(&mut self, entry: &Entry) -> Result<impl Read + use<>, Fault> {
        let place = self.place(entry)?;
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(place))?;
        Ok(file.take(entry.packed))
    }
}

/// What is wrong with a member's content.
pub enum Bad {
    Io(io::Error),
    Method,
    Data,
    Crc(u32),
    Out(io::Error),
}

/// Unpacks a member into `out`: no more than the directory says, and with the sum it says.
pub fn unpack(archive: &mut Archive, entry: &Entry, out: &mut dyn Write) -> Result<(), Bad> {
    use crate::codec;
    let raw = archive.raw(entry).map_err(|fault| match fault {
        Fault::Io(error) => Bad::Io(error),
        _ => Bad::Data,
    })?;
    let mut reader: Box<dyn Read> = match entry.method {
        STORED => Box::new(raw),
        DEFLATED => Box::new(flate2::read::DeflateDecoder::new(raw)),
        12 => codec::reader(codec::Kind::Bzip2, Box::new(raw)).map_err(Bad::Io)?,
        93 => codec::reader(codec::Kind::Zstd, Box::new(raw)).map_err(Bad::Io)?,
        95 => codec::reader(codec::Kind::Xz, Box::new(raw)).map_err(Bad::Io)?,
        _ => return Err(Bad::Method),
    };
    let mut crc = flate2::Crc::new();
    let (mut buffer, mut total) = (vec![0; 1 << 16], 0u64);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                total += count as u64;
                if total > entry.plain {
                    return Err(Bad::Data);
                }
                crc.update(&buffer[..count]);
                out.write_all(&buffer[..count]).map_err(Bad::Out)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Bad::Data),
        }
    }
    match crc.sum() {
        sum if sum != entry.crc => Err(Bad::Crc(sum)),
        _ if total != entry.plain => Err(Bad::Data),
        _ => Ok(()),
    }
}

/// The directory's end.
pub fn end(count: usize, length: u64, offset: u64, comment: &[u8]) -> Vec<u8> {
    let mut bytes = END.to_le_bytes().to_vec();
    bytes.extend([0; 4]);
    bytes.extend([(count as u16).to_le_bytes(), (count as u16).to_le_bytes()].concat());
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend((offset as u32).to_le_bytes());
    bytes.extend((comment.len() as u16).to_le_bytes());
    bytes.extend(comment);
    bytes
}
