//! Pictures and sounds with sizes in their headers.

use super::Found;

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

pub fn identify(bytes: &[u8]) -> Option<Found> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => png(bytes).or_else(|| Some(Found::new("PNG image data", "image/png"))),
        [0xff, 0xd8, 0xff, ..] => Some(Found::new(format!("JPEG image data{}", jpeg(bytes).unwrap_or_default()), "image/jpeg")),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => {
            let text = format!("GIF image data, version 8{}a, {} x {}", bytes[4] as char, le16(bytes, 6)?, le16(bytes, 8)?);
            Some(Found::new(text, "image/gif"))
        }
        [b'B', b'M', ..] => bmp(bytes),
        [b'I', b'I', b'*', 0, ..] => Some(Found::new(format!("TIFF image data, little-endian, direntries={}", le16(bytes, le32(bytes, 4)? as usize).unwrap_or(0)), "image/tiff")),
        [b'M', b'M', 0, b'*', ..] => {
            let place = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
            Some(Found::new(format!("TIFF image data, big-endian, direntries={}", be16(bytes, place).unwrap_or(0)), "image/tiff"))
        }
        [0, 0, 1, 0, count, 0, width, height, _, 0, ..] if *count > 0 && bytes.len() > 40 => {
            let more = if *count > 1 { "s" } else { "" };
            let size = |side: u8| if side == 0 { 256 } else { u32::from(side) };
            let text = format!("MS Windows icon resource - {count} icon{more}, {}x{}, {} bits/pixel", size(*width), size(*height), le16(bytes, 12)?);
            Some(Found::new(text, "image/vnd.microsoft.icon"))
        }
        [b'R', b'I', b'F', b'F', ..] => riff(bytes),
        _ => None,
    }
}

fn png(bytes: &[u8]) -> Option<Found> {
    let side = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (depth, colour, interlaced) = (*bytes.get(24)?, *bytes.get(25)?, *bytes.get(28)?);
    let colour = match colour {
        0 => " grayscale",
        2 => "/color RGB",
        3 => " colormap",
        4 => " gray+alpha",
        6 => "/color RGBA",
        _ => "",
    };
    let interlaced = if interlaced == 0 { "non-interlaced" } else { "interlaced" };
    Some(Found::new(format!("PNG image data, {} x {}, {depth}-bit{colour}, {interlaced}", side(16)?, side(20)?), "image/png"))
}

/// The facts of the first segments, each with its comma.
fn jpeg(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    if bytes.get(6..11) == Some(b"JFIF\0") {
        text += &format!(", JFIF standard {}.{:02}", bytes.get(11)?, bytes.get(12)?);
        let (unit, x, y) = (*bytes.get(13)?, be16(bytes, 14)?, be16(bytes, 16)?);
        text += match unit {
            0 => ", aspect ratio",
            1 => ", resolution (DPI)",
            _ => ", resolution (DPCM)",
        };
        text += &format!(", density {x}x{y}, segment length {}", be16(bytes, 4)?);
    } else if bytes.get(6..11) == Some(b"Exif\0") {
        let order = if bytes.get(12..14) == Some(b"II") { "little-endian" } else { "big-endian" };
        text += &format!(", Exif standard: [TIFF image data, {order}, direntries={}]", be16(bytes, 20).unwrap_or(0));
    }
    let mut at = 2;
    while *bytes.get(at)? == 0xff {
        let (kind, length) = (*bytes.get(at + 1)?, usize::from(be16(bytes, at + 2).unwrap_or(0)));
        if let 0xc0..=0xc2 = kind {
            let Some((height, width)) = be16(bytes, at + 5).zip(be16(bytes, at + 7)) else { break };
            let name = ["baseline", "extended sequential", "progressive"][usize::from(kind - 0xc0)];
            text += &format!(", {name}, precision {}, {width}x{height}, components {}", bytes.get(at + 4)?, bytes.get(at + 9)?);
            break;
        }
        if kind == 0xda || length < 2 {
            break;
        }
        at += 2 + length;
        if bytes.get(at).is_none() {
            break;
        }
    }
    Some(text)
}

fn bmp(bytes: &[u8]) -> Option<Found> {
    let header = le32(bytes, 14)?;
    let name = match header {
        40 => "Windows 3.x format",
        108 => "Windows 95/NT4 and newer format",
        124 => "Windows 98/2000 and newer format",
        _ => return None,
    };
    let mut text = format!("PC bitmap, {name}, {} x {} x {}", le32(bytes, 18)? as i32, le32(bytes, 22)? as i32, le16(bytes, 28)?);
    if let Some(size) = le32(bytes, 34).filter(|size| *size > 0) {
        text += &format!(", image size {size}");
    }
    if let Some((x, y)) = le32(bytes, 38).zip(le32(bytes, 42)).filter(|(x, _)| *x > 0) {
        text += &format!(", resolution {x} x {y} px/m");
    }
    text += &format!(", cbSize {}, bits offset {}", le32(bytes, 2)?, le32(bytes, 10)?);
    Some(Found::new(text, "image/bmp"))
}

fn riff(bytes: &[u8]) -> Option<Found> {
    let start = "RIFF (little-endian) data";
    match bytes.get(8..12)? {
        b"WAVE" => {
            let (format, channels, rate, bits) = (le16(bytes, 20)?, le16(bytes, 22)?, le32(bytes, 24)?, le16(bytes, 34)?);
            let format = if format == 1 { ", Microsoft PCM" } else { "" };
            let channels = match channels {
                1 => "mono".to_string(),
                2 => "stereo".to_string(),
                more => format!("{more} channels"),
            };
            Some(Found::new(format!("{start}, WAVE audio{format}, {bits} bit, {channels} {rate} Hz"), "audio/x-wav"))
        }
        b"WEBP" => {
            let mut text = format!("{start}, Web/P image");
            if bytes.get(12..16) == Some(b"VP8 ") {
                let side = |at| le16(bytes, at).map_or(0, |side| side & 0x3fff);
                text += &format!(", VP8 encoding, {}x{}, Scaling: [none]x[none], YUV color, decoders should clamp", side(26), side(28));
            }
            Some(Found::new(text, "image/webp"))
        }
        b"AVI " => Some(Found::new(format!("{start}, AVI"), "video/x-msvideo")),
        _ => Some(Found::new(start, "application/octet-stream")),
    }
}
