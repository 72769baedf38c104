//! What .xz and .zst files tell of themselves: `-l`.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};

use crate::codec::Fault;

/// A size as xz writes it: bytes up to 9999, then KiB, MiB…
pub fn size(bytes: u64) -> String {
    if bytes < 10_000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    for unit in ["KiB", "MiB", "GiB"] {
        if value < 9999.95 {
            return format!("{value:.1} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

pub fn ratio(packed: u64, plain: u64) -> String {
    let ratio = packed as f64 / plain as f64;
    if plain == 0 || ratio > 9.999 {
        return "> 9.999".to_string();
    }
    format!("{ratio:.3}")
}

#[derive(Default)]
struct Facts {
    streams: u64,
    blocks: u64,
    packed: u64,
    plain: u64,
    padding: u64,
    /// Which checks occur.
    checks: u16,
    rows: Vec<Stream>,
}

#[derive(Default)]
struct Stream {
    start: u64,
    packed: u64,
    plain: u64,
    padding: u64,
    check: u8,
    /// Bytes with padding, and content.
    blocks: Vec<(u64, u64)>,
}

fn check_name(check: u8) -> String {
    match check {
        0 => "None".to_string(),
        1 => "CRC32".to_string(),
        4 => "CRC64".to_string(),
        10 => "SHA-256".to_string(),
        other => format!("Unknown-{other}"),
    }
}

fn check_names(checks: u16) -> String {
    let names: Vec<String> = (0..16).filter(|check| checks & 1 << check != 0).map(check_name).collect();
    names.join(",")
}

/// A number of seven bits a byte.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 127) << shift;
        if byte & 128 == 0 {
            return Some(value);
        }
    }
    None
}

/// The largest index that is read, in bytes.
const INDEX: u64 = 64 << 20;

fn at<const N: usize>(file: &mut File, offset: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The stream that ends at `end`.
fn stream(file: &mut File, end: u64) -> io::Result<Stream> {
    let corrupt = || io::Error::from(Fault::Corrupt);
    if end < 32 {
        return Err(Fault::Short.into());
    }
    let footer: [u8; 12] = at(file, end - 12)?;
    if &footer[10..] != b"YZ" {
        return Err(Fault::Format.into());
    }
    let length = (u64::from(u32::from_le_bytes([footer[4], footer[5], footer[6], footer[7]])) + 1) * 4;
    if length > INDEX || length + 24 > end {
        return Err(corrupt());
    }
    let mut index = vec![0; length as usize];
    file.seek(SeekFrom::Start(end - 12 - length))?;
    file.read_exact(&mut index)?;
    let mut rest = index.strip_prefix(&[0]).ok_or_else(corrupt)?;
    let records = number(&mut rest).ok_or_else(corrupt)?;
    let mut found = Stream { check: footer[9] & 15, ..Stream::default() };
    for _ in 0..records {
        let packed = number(&mut rest).ok_or_else(corrupt)?.checked_next_multiple_of(4).ok_or_else(corrupt)?;
        let plain = number(&mut rest).ok_or_else(corrupt)?;
        found.packed = found.packed.checked_add(packed).ok_or_else(corrupt)?;
        found.plain = found.plain.checked_add(plain).ok_or_else(corrupt)?;
        found.blocks.push((packed, plain));
    }
    found.packed = found.packed.checked_add(length + 24).filter(|packed| *packed <= end).ok_or_else(corrupt)?;
    found.start = end - found.packed;
    let magic: [u8; 6] = at(file, found.start)?;
    if magic != *b"\xfd7zXZ\0" {
        return Err(corrupt());
    }
    Ok(found)
}

fn facts(name: &[u8]) -> io::Result<Facts> {
    let mut file = File::open(cli::path(name))?;
    let mut end = file.metadata()?.len();
    if end < 12 || at::<6>(&mut file, 0)? != *b"\xfd7zXZ\0" {
        return Err(Fault::Format.into());
    }
    let mut facts = Facts { packed: end, ..Facts::default() };
    while end > 0 {
        let mut padding = 0;
        while end >= 4 && at::<4>(&mut file, end - 4)? == [0; 4] {
            (end, padding) = (end - 4, padding + 4);
        }
        let mut stream = stream(&mut file, end)?;
        stream.padding = padding;
        end = stream.start;
        facts.streams += 1;
        facts.blocks += stream.blocks.len() as u64;
        facts.plain += stream.plain;
        facts.padding += padding;
        facts.checks |= 1 << stream.check;
        facts.rows.insert(0, stream);
    }
    Ok(facts)
}

fn line(facts: &Facts, name: &str) {
    let ratio = ratio(facts.packed, facts.plain);
    let ratio = if ratio.starts_with('>') { "  ---".to_string() } else { ratio };
    println!("{:>5} {:>7}  {:>11}  {:>11}  {ratio:>5}  {:<7} {name}", facts.streams, facts.blocks, size(facts.packed), size(facts.plain), check_names(facts.checks));
}

fn details(facts: &Facts, name: &str, place: (usize, usize)) {
    let exact = |bytes: u64| if bytes < 10_000 { size(bytes) } else { format!("{} ({bytes} B)", size(bytes)) };
    println!("{name} ({}/{})\n  Streams:           {}\n  Blocks:            {}", place.0, place.1, facts.streams, facts.blocks);
    println!("  Compressed size:   {}\n  Uncompressed size: {}", exact(facts.packed), exact(facts.plain));
    println!("  Ratio:             {}\n  Check:             {}\n  Stream Padding:    {}", ratio(facts.packed, facts.plain), check_names(facts.checks), exact(facts.padding));
    println!("  Streams:\n    Stream    Blocks      CompOffset    UncompOffset        CompSize      UncompSize  Ratio  Check      Padding");
    let mut plain = 0;
    for (index, row) in facts.rows.iter().enumerate() {
        println!(
            "    {:>6} {:>9} {:>15} {plain:>15} {:>15} {:>15}  {:>5}  {:<10} {:>7}",
            index + 1, row.blocks.len(), row.start, row.packed, row.plain, ratio(row.packed, row.plain), check_name(row.check), row.padding
        );
        plain += row.plain;
    }
    if facts.blocks == 0 {
        return;
    }
    println!("  Blocks:\n    Stream     Block      CompOffset    UncompOffset       TotalSize      UncompSize  Ratio  Check");
    plain = 0;
    let mut count = 0;
    for (index, row) in facts.rows.iter().enumerate() {
        let mut start = row.start + 12;
        for (packed, content) in &row.blocks {
            count += 1;
            println!(
                "    {:>6} {count:>9} {start:>15} {plain:>15} {packed:>15} {content:>15}  {:>5}  {}",
                index + 1, ratio(*packed, *content), check_name(row.check)
            );
            (start, plain) = (start + packed, plain + content);
        }
    }
}

/// Lists .xz files; false when one could not be read, of which `told` has then heard.
pub fn xz(files: &[Vec<u8>], verbose: bool, told: impl Fn(&[u8], &str)) -> bool {
    let mut whole = true;
    let (mut total, mut listed) = (Facts::default(), 0);
    for (index, name) in files.iter().enumerate() {
        match facts(name) {
            Ok(facts) => {
                if verbose {
                    details(&facts, &cli::show(name), (index + 1, files.len()));
                } else {
                    if listed == 0 {
                        println!("Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename");
                    }
                    line(&facts, &cli::show(name));
                }
                listed += 1;
                total.streams += facts.streams;
                total.blocks += facts.blocks;
                total.packed += facts.packed;
                total.plain += facts.plain;
                total.checks |= facts.checks;
            }
            Err(error) => {
                whole = false;
                told(name, &Fault::of(&error).map_or_else(|| cli::reason(&error), |fault| fault.to_string()));
            }
        }
    }
    if listed > 1 && !verbose {
        println!("{}", "-".repeat(79));
        line(&total, &format!("{listed} files"));
    }
    whole
}

/// A size as zstd writes it: the number, its decimals and its unit.
pub fn human(bytes: u64) -> (f64, usize, &'static str) {
    let (mut value, mut unit) = (bytes as f64, " B");
    for (shift, name) in [(40, " TiB"), (30, " GiB"), (20, " MiB"), (10, " KiB")] {
        if bytes >= 1 << shift {
            (value, unit) = (bytes as f64 / (1u64 << shift) as f64, name);
            break;
        }
    }
    let decimals = match value {
        value if value >= 100.0 || value as u64 == bytes => 0,
        value if value >= 10.0 => 1,
        value if value > 1.0 => 2,
        _ => 3,
    };
    (value, decimals, unit)
}

#[derive(Default)]
struct Frames {
    frames: u64,
    skips: u64,
    packed: u64,
    plain: u64,
    /// Frames whose size is not told.
    unknown: bool,
    check: bool,
}

fn frames(bytes: &[u8]) -> Option<Frames> {
    let mut found = Frames { packed: bytes.len() as u64, ..Frames::default() };
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = zstd_safe::find_frame_compressed_size(rest).ok().filter(|length| *length > 0 && *length <= rest.len())?;
        if rest.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            found.frames += 1;
            found.check |= rest[4] & 4 != 0;
            match zstd_safe::get_frame_content_size(rest).ok()? {
                Some(size) => found.plain += size,
                None => found.unknown = true,
            }
        } else {
            found.skips += 1;
        }
        rest = &rest[length..];
    }
    Some(found)
}

fn frames_line(facts: &Frames, name: &str) {
    let ((packed, d, unit), check) = (human(facts.packed), if facts.check { "XXH64" } else { "None" });
    if facts.unknown {
        return println!("{:>6}  {:>5}  {packed:>6.d$}{unit:>4}                       {check:>5}  {name}", facts.frames, facts.skips);
    }
    let (plain, decimals, plain_unit) = human(facts.plain);
    let ratio = if facts.packed == 0 { 0.0 } else { facts.plain as f64 / facts.packed as f64 };
    println!("{:>6}  {:>5}  {packed:>6.d$}{unit:>4}  {plain:>8.decimals$}{plain_unit:>4}  {ratio:>5.3}  {check:>5}  {name}", facts.frames, facts.skips);
}

/// Lists .zst files; the status.
pub fn zstd(files: &[Vec<u8>]) -> i32 {
    println!("Frames  Skips  Compressed  Uncompressed  Ratio  Check  Filename");
    let (mut total, mut status) = (Frames { check: true, ..Frames::default() }, 0);
    for name in files {
        let shown = cli::show(name);
        let found = match fs::read(cli::path(name)) {
            Ok(bytes) => frames(&bytes),
            Err(error) => {
                eprintln!("zstd: can't stat {shown} : {} -- ignored ", cli::reason(&error));
                status = 1;
                continue;
            }
        };
        let Some(facts) = found else {
            println!("File \"{shown}\" not compressed by zstd ");
            status = 1;
            continue;
        };
        frames_line(&facts, &shown);
        total.frames += facts.frames;
        total.skips += facts.skips;
        total.packed += facts.packed;
        total.plain += facts.plain;
        total.unknown |= facts.unknown;
        total.check &= facts.check;
    }
    if files.len() > 1 {
        println!("----------------------------------------------------------------- ");
        frames_line(&total, &format!("{} files", files.len()));
    }
    status
}
