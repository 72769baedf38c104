//! Archives and compressed data.

use super::Found;

pub fn identify(bytes: &[u8]) -> Option<Found> {
    match bytes {
        [0x1f, 0x8b, ..] => gzip(bytes).or_else(|| Some(Found::new("gzip compressed data", "application/gzip"))),
        [b'B', b'Z', b'h', size @ b'1'..=b'9', ..] => Some(Found::new(format!("bzip2 compressed data, block size = {}00k", *size as char), "application/x-bzip2")),
        [0xfd, b'7', b'z', b'X', b'Z', 0, _, check, ..] => {
            let check = match check & 15 {
                0 => ", checksum NONE",
                1 => ", checksum CRC32",
                4 => ", checksum CRC64",
                10 => ", checksum SHA-256",
                _ => "",
            };
            Some(Found::new(format!("XZ compressed data{check}"), "application/x-xz"))
        }
        [0x28, 0xb5, 0x2f, 0xfd, flags, ..] => {
            let at = if flags & 0x20 != 0 { 5 } else { 6 };
            let id = bytes.get(at..).and_then(|rest| match flags & 3 {
                1 => Some(u32::from(*rest.first()?)),
                2 => Some(u32::from(u16::from_le_bytes([*rest.first()?, *rest.get(1)?]))),
                3 => Some(u32::from_le_bytes(rest.get(..4)?.try_into().ok()?)),
                _ => None,
            });
            let id = id.map_or("None".to_string(), |id| id.to_string());
            Some(Found::new(format!("Zstandard compressed data (v0.8+), Dictionary ID: {id}"), "application/zstd"))
        }
        [0x5d, 0, 0, ..] if bytes.len() > 13 => {
            let streamed = bytes[5..13] == [0xff; 8];
            let size = u64::from_le_bytes(bytes[5..13].try_into().ok()?);
            let text = if streamed { "LZMA compressed data, streamed".to_string() } else { format!("LZMA compressed data, non-streamed, size {size}") };
            (streamed || size < 1 << 40).then(|| Found::new(text, "application/x-lzma"))
        }
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, major, minor, ..] => Some(Found::new(format!("7-zip archive data, version {major}.{minor}"), "application/x-7z-compressed")),
        [b'P', b'K', 3, 4, ..] => zip(bytes),
        [b'P', b'K', 5, 6, ..] => Some(Found::new("Zip archive data (empty)", "application/zip")),
        _ => tar(bytes),
    }
}

/// `Thu Nov 26 18:04:07 2026`
pub fn date(seconds: u32) -> String {
    let date = cli::time::local(i64::from(seconds));
    let days = cli::time::days_from_civil(date.year, date.month, date.day);
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days.rem_euclid(7) as usize];
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][(date.month - 1).rem_euclid(12) as usize];
    format!("{weekday} {month} {:2} {:02}:{:02}:{:02} {}", date.day, date.hour, date.minute, date.second, date.year)
}

fn gzip(bytes: &[u8]) -> Option<Found> {
    let (flags, level, system) = (*bytes.get(3)?, *bytes.get(8)?, *bytes.get(9)?);
    let mut text = "gzip compressed data".to_string();
    if flags & 8 != 0 {
        let start = if flags & 4 != 0 { 12 + usize::from(u16::from_le_bytes([*bytes.get(10)?, *bytes.get(11)?])) } else { 10 };
        let name = bytes.get(start..)?.split(|byte| *byte == 0).next()?;
        text += &format!(", was \"{}\"", String::from_utf8_lossy(name));
    }
    let time = u32::from_le_bytes(bytes[4..8].try_into().ok()?);
    if time > 0 {
        text += &format!(", last modified: {}", date(time));
    }
    text += match level {
        2 => ", max compression",
        4 => ", max speed",
        _ => "",
    };
    text += match system {
        0 => ", from FAT filesystem (MS-DOS, OS/2, NT)",
        3 => ", from Unix",
        10 => ", from NTFS filesystem (NT)",
        _ => "",
    };
    let mut found = Found::new(text, "application/gzip");
    // What is not there when something is inside is looked for.
    if bytes.len() >= 18 {
        found.tail = format!(", original size modulo 2^32 {}", u32::from_le_bytes(bytes[bytes.len() - 4..].try_into().ok()?));
    }
    Some(found)
}

fn zip(bytes: &[u8]) -> Option<Found> {
    let half = |at: usize| bytes.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let name_length = usize::from(half(26)?);
    let name = bytes.get(30..30 + name_length).unwrap_or_default();
    let content = bytes.get(30 + name_length + usize::from(half(28)?)..).unwrap_or_default();
    if name == b"mimetype" {
        let documents: [(&str, &str, &'static str); 5] = [
            ("application/epub+zip", "EPUB document", "application/epub+zip"),
            ("application/vnd.oasis.opendocument.text", "OpenDocument Text", "application/vnd.oasis.opendocument.text"),
            ("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument Spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
            ("application/vnd.oasis.opendocument.presentation", "OpenDocument Presentation", "application/vnd.oasis.opendocument.presentation"),
            ("application/vnd.oasis.opendocument.graphics", "OpenDocument Drawing", "application/vnd.oasis.opendocument.graphics"),
        ];
        if let Some((_, text, mime)) = documents.into_iter().find(|(start, ..)| content.starts_with(start.as_bytes())) {
            return Some(Found::new(text, mime));
        }
    }
    if name == b"[Content_Types].xml" || name.starts_with(b"_rels/") {
        let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        for (part, text, mime) in [
            (&b"word/"[..], "Microsoft Word 2007+", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (b"xl/", "Microsoft Excel 2007+", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (b"ppt/", "Microsoft PowerPoint 2007+", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ] {
            if has(part) {
                return Some(Found::new(text, mime));
            }
        }
    }
    if name.starts_with(b"META-INF/") {
        return Some(Found::new("Java archive data (JAR)", "application/java-archive"));
    }
    let version = half(4)?;
    let method = match half(8)? {
        0 => "store".to_string(),
        8 => "deflate".to_string(),
        9 => "deflate64".to_string(),
        12 => "bzip2".to_string(),
        14 => "lzma".to_string(),
        93 => "zstd".to_string(),
        other => format!("[{other:#x}]"),
    };
    Some(Found::new(format!("Zip archive data, at least v{}.{} to extract, compression method={method}", (version & 255) / 10, version % 10), "application/zip"))
}

fn tar(bytes: &[u8]) -> Option<Found> {
    let header = bytes.get(..512)?;
    let name = match &header[257..265] {
        b"ustar  \0" => "POSIX tar archive (GNU)",
        [b'u', b's', b't', b'a', b'r', 0, ..] => "POSIX tar archive",
        _ => "tar archive",
    };
    let sum: u32 = header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    let told = std::str::from_utf8(&header[148..156]).ok()?.trim_matches([' ', '\0']);
    (u32::from_str_radix(told, 8) == Ok(sum) && header[0] != 0).then(|| Found::new(name, "application/x-tar"))
}
