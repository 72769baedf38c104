//! Formats that are told by their first bytes.

use super::{elf, image, packed, Found};

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// What starts a file, what it is called, its type and its usual suffixes.
const STARTS: [(&[u8], &str, &str); 26] = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Composite Document File V2 Document", "application/CDFV2"),
    (b"!<arch>\n", "current ar archive", "application/x-archive"),
    (b"Rar!\x1a\x07\x01\0", "RAR archive data, v5", "application/x-rar"),
    (b"Rar!\x1a\x07\0", "RAR archive data", "application/x-rar"),
    (b"070707", "ASCII cpio archive (pre-SVR4 or odc)", "application/x-cpio"),
    (b"070701", "ASCII cpio archive (SVR4 with no CRC)", "application/x-cpio"),
    (b"070702", "ASCII cpio archive (SVR4 with CRC)", "application/x-cpio"),
    (b"\xed\xab\xee\xdb", "RPM", "application/x-rpm"),
    (b"\x04\x22\x4d\x18", "LZ4 compressed data (v1.4+)", "application/x-lz4"),
    (b"LZIP", "lzip compressed data", "application/x-lzip"),
    (b"\x1f\x9d", "compress'd data", "application/x-compress"),
    (b"fLaC", "FLAC audio bitstream data", "audio/flac"),
    (b"ID3\x03", "Audio file with ID3 version 2.3.0", "audio/mpeg"),
    (b"ID3\x04", "Audio file with ID3 version 2.4.0", "audio/mpeg"),
    (b"\xff\xfb", "MPEG ADTS, layer III, v1", "audio/mpeg"),
    (b"OggS", "Ogg data", "application/ogg"),
    (b"MThd", "Standard MIDI data", "audio/midi"),
    (b"\x1aE\xdf\xa3", "Matroska data", "video/x-matroska"),
    (b"wOFF", "Web Open Font Format", "font/woff"),
    (b"wOF2", "Web Open Font Format (Version 2)", "font/woff2"),
    (b"OTTO", "OpenType font data", "application/vnd.ms-opentype"),
    (b"\0\x01\0\0\0", "TrueType Font data", "font/sfnt"),
    (b"BC\xc0\xde", "LLVM IR bitcode", "application/octet-stream"),
    (b"DIRC", "Git index", "application/octet-stream"),
    (b"PACK", "Git pack", "application/octet-stream"),
    (b"\x80\x02}", "data", "application/octet-stream"),
];

pub fn identify(bytes: &[u8]) -> Option<Found> {
    let special = packed::identify(bytes).or_else(|| image::identify(bytes)).or_else(|| elf::identify(bytes)).or_else(|| other(bytes));
    special.or_else(|| {
        let (start, name, mime) = STARTS.iter().find(|(start, ..)| bytes.starts_with(start))?;
        let mut name = name.to_string();
        match *start {
            b"fLaC" | b"OggS" if bytes.get(28..35) == Some(b"\x01vorbis") => return Some(Found::new("Ogg data, Vorbis audio", "audio/ogg")),
            b"wOF2" | b"wOFF" if bytes.get(4..8) == Some(b"\0\x01\0\0") => name += ", TrueType",
            b"DIRC" => name += &format!(", version {}, {} entries", be32(bytes, 4)?, be32(bytes, 8)?),
            b"PACK" => name += &format!(", version {}, {} objects", be32(bytes, 4)?, be32(bytes, 8)?),
            _ => {}
        }
        Some(Found::new(name, mime))
    })
}

fn other(bytes: &[u8]) -> Option<Found> {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', major, b'.', minor, ..] => {
            Some(Found::new(format!("PDF document, version {}.{}{}", *major as char, *minor as char, pages(bytes)), "application/pdf"))
        }
        [0, b'a', b's', b'm', ..] => {
            let version = le32(bytes, 4)?;
            let level = if version == 1 { " (MVP)" } else { "" };
            Some(Found::new(format!("WebAssembly (wasm) binary module version 0x{version:x}{level}"), "application/wasm"))
        }
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', b'f', b'o', b'r', b'm', b'a', b't', b' ', b'3', 0, ..] => sqlite(bytes),
        [0xca, 0xfe, 0xba, 0xbe, minor_a, minor_b, major_a, major_b, ..] => {
            let [minor, major] = [u16::from_be_bytes([*minor_a, *minor_b]), u16::from_be_bytes([*major_a, *major_b])];
            if major < 43 {
                return Some(Found::new(format!("Mach-O universal binary with {major} architectures"), "application/x-mach-binary"));
            }
            let java = match major {
                45 => " (Java 1.1)".to_string(),
                46..=52 => format!(" (Java 1.{})", major - 44),
                53..=66 => format!(" (Java SE {})", major - 44),
                _ => String::new(),
            };
            Some(Found::new(format!("compiled Java class data, version {major}.{minor}{java}"), "application/x-java-applet"))
        }
        [low, high, b'\r', b'\n', ..] => python(u16::from_le_bytes([*low, *high]), bytes),
        [b'M', b'Z', ..] => windows(bytes),
        [0xcf, 0xfa, 0xed, 0xfe, ..] => Some(Found::new("Mach-O 64-bit executable", "application/x-mach-binary")),
        _ => media(bytes),
    }
}

fn media(bytes: &[u8]) -> Option<Found> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(match bytes.get(8..12)? {
            b"isom" => Found::new("ISO Media, MP4 Base Media v1 [ISO 14496-12:2003]", "video/mp4"),
            b"mp41" => Found::new("ISO Media, MP4 v1 [ISO 14496-1:ch13]", "video/mp4"),
            b"mp42" => Found::new("ISO Media, MP4 v2 [ISO 14496-14]", "video/mp4"),
            b"qt  " => Found::new("ISO Media, Apple QuickTime movie, Apple QuickTime (.MOV/QT)", "video/quicktime"),
            b"M4A " => Found::new("ISO Media, Apple iTunes ALAC/AAC-LC (.M4A) Audio", "audio/x-m4a"),
            b"avif" => Found::new("ISO Media, AVIF Image", "image/avif"),
            b"heic" => Found::new("ISO Media, HEIF Image HEVC Main or Main Still Picture Profile", "image/heic"),
            _ => Found::new("ISO Media", "video/mp4"),
        });
    }
    None
}

fn pages(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 20)]);
    let count = text.find("/Type /Pages").or_else(|| text.find("/Type/Pages")).and_then(|at| {
        let rest = &text[at..];
        let rest = rest[rest.find("/Count ")? + 7..].trim_start();
        rest[..rest.find(|c: char| !c.is_ascii_digit())?].parse::<u32>().ok()
    });
    count.map_or(String::new(), |count| format!(", {count} page(s)"))
}

fn sqlite(bytes: &[u8]) -> Option<Found> {
    let number = |at| be32(bytes, at);
    let version = match number(96)? {
        0 => String::new(),
        version => format!(", last written using SQLite version {version}"),
    };
    let encoding = match number(56)? {
        1 => ", UTF-8",
        2 => ", UTF-16 little endian",
        3 => ", UTF-16 big endian",
        _ => "",
    };
    let text = format!(
        "SQLite 3.x database{version}, file counter {}, database pages {}, cookie 0x{:x}, schema {}{encoding}, version-valid-for {}",
        number(24)?, number(28)?, number(40)?, number(44)?, number(92)?
    );
    Some(Found::new(text, "application/vnd.sqlite3"))
}

/// CPython's compiled modules, by the magic of each release.
fn python(magic: u16, bytes: &[u8]) -> Option<Found> {
    let minor = match magic {
        3390..=3399 => 7,
        3400..=3419 => 8,
        3420..=3429 => 9,
        3430..=3449 => 10,
        3450..=3499 => 11,
        3500..=3549 => 12,
        3550..=3599 => 13,
        _ => return None,
    };
    let mut text = format!("Byte-compiled Python module for CPython 3.{minor}");
    if le32(bytes, 4)? & 1 == 0 {
        text += &format!(", timestamp-based, .py timestamp: {} UTC, .py size: {} bytes", packed::date(le32(bytes, 8)?), le32(bytes, 12)?);
    } else {
        text += ", hash-based";
    }
    Some(Found::new(text, "application/x-bytecode.python"))
}

fn windows(bytes: &[u8]) -> Option<Found> {
    let at = le32(bytes, 60)? as usize;
    if bytes.get(at..at + 4) != Some(b"PE\0\0") {
        return Some(Found::new("MS-DOS executable", "application/x-dosexec"));
    }
    let half = |at: usize| bytes.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let format = if half(at + 24) == Some(0x20b) { "PE32+" } else { "PE32" };
    let machine = match half(at + 4) {
        Some(0x14c) => "Intel 80386",
        Some(0x8664) => "x86-64",
        Some(0xaa64) => "Aarch64",
        _ => "unknown processor",
    };
    let library = half(at + 22).is_some_and(|flags| flags & 0x2000 != 0);
    let kind = match (library, half(at + 92)) {
        (true, Some(2)) => "(DLL) (GUI)",
        (true, _) => "(DLL) (console)",
        (false, Some(2)) => "(GUI)",
        (false, Some(3)) => "(console)",
        _ => "(Control Panel Item)",
    };
    Some(Found::new(format!("{format} executable {kind} {machine}, for MS Windows"), "application/vnd.microsoft.portable-executable"))
}
