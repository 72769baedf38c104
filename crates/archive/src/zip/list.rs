//! unzip -l, -v and -Z.

use cli::{time::local, Output};

use super::{Archive, Entry, DEFLATED, STORED};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Short,
    Long,
    /// Names only.
    Names,
    /// A line as `ls -l` has it; with the packed size in percent, or in bytes; and the last line alone.
    Info,
    Medium,
    Wide,
    Totals,
}

impl Style {
    /// Those of zipinfo.
    pub fn is_info(self) -> bool {
        matches!(self, Style::Names | Style::Info | Style::Medium | Style::Wide | Style::Totals)
    }
}

fn ratio(entry_plain: u64, packed: u64) -> i64 {
    if entry_plain == 0 {
        return 0;
    }
    let (plain, packed) = (i128::from(entry_plain), i128::from(packed));
    // Rounded as Info-ZIP does, half away from nothing.
    let tenths = (1000 * (plain - packed) + if plain >= packed { plain / 2 } else { -plain / 2 }) / plain;
    ((tenths + if tenths >= 0 { 5 } else { -5 }) / 10) as i64
}

fn method(entry: &Entry) -> String {
    match entry.method {
        STORED => "Stored".to_string(),
        DEFLATED => format!("Defl:{}", ["N", "X", "F", "S"][usize::from(entry.flags >> 1 & 3)]),
        9 => "Def64N".to_string(),
        12 => "BZip2 ".to_string(),
        14 => "LZMA  ".to_string(),
        other => format!("Unk:{other:03}"),
    }
}

pub fn run(archive: &Archive, wanted: &[Entry], style: Style, quiet: u32, out: &mut Output) {
    let mut line = |text: &str| out.put(format!("{text}\n").as_bytes());
    if style == Style::Names {
        return wanted.iter().for_each(|entry| line(&cli::show(&entry.name)));
    }
    if style.is_info() {
        return info(archive, wanted, style, out);
    }
    if quiet < 2 {
        match style {
            Style::Long => {
                line(" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name");
                line("--------  ------  ------- ---- ---------- ----- --------  ----");
            }
            _ => {
                line("  Length      Date    Time    Name");
                line("---------  ---------- -----   ----");
            }
        }
    }
    let (mut plain, mut packed) = (0u64, 0u64);
    for entry in wanted {
        let date = local(entry.time());
        let date = format!("{:04}-{:02}-{:02} {:02}:{:02}", date.year, date.month, date.day, date.hour, date.minute);
        let name = cli::show(&entry.name);
        match style {
            Style::Long => line(&format!("{:8}  {:<6} {:8} {:3}% {date} {:08x}  {name}", entry.plain, method(entry), entry.packed, ratio(entry.plain, entry.packed), entry.crc)),
            _ => line(&format!("{:9}  {date}   {name}", entry.plain)),
        }
        plain = plain.saturating_add(entry.plain);
        packed = packed.saturating_add(entry.packed);
    }
    if quiet < 2 {
        let files = format!("{} file{}", wanted.len(), if wanted.len() == 1 { "" } else { "s" });
        match style {
            Style::Long => {
                line("--------          -------  ---                            -------");
                line(&format!("{plain:8}         {packed:8} {:3}%                            {files}", ratio(plain, packed)));
            }
            _ => {
                line("---------                     -------");
                line(&format!("{plain:9}                     {files}"));
            }
        }
    }
}

fn info(archive: &Archive, wanted: &[Entry], style: Style, out: &mut Output) {
    let mut line = |text: &str| out.put(format!("{text}\n").as_bytes());
    let all = style != Style::Totals;
    if all {
        line(&format!("Zip file size: {} bytes, number of entries: {}", archive.size, archive.entries.len()));
    }
    let (mut plain, mut packed) = (0u64, 0u64);
    for entry in wanted {
        let mode = entry.mode().unwrap_or(if entry.is_folder() { 0o040_755 } else { 0o100_644 });
        let kind = match mode & 0o170_000 {
            0o040_000 => 'd',
            0o120_000 => 'l',
            _ => '-',
        };
        let bits: String = (0..9).map(|bit| if mode & 0o400 >> bit != 0 { b"rwxrwxrwx"[bit] as char } else { '-' }).collect();
        let date = local(entry.time());
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][(date.month - 1).rem_euclid(12) as usize];
        let text = if entry.internal & 1 != 0 { 't' } else { 'b' };
        let extra = if entry.extra.is_empty() { '-' } else { 'x' };
        let how = match entry.method {
            STORED => "stor".to_string(),
            DEFLATED => format!("def{}", ["N", "X", "F", "S"][usize::from(entry.flags >> 1 & 3)]),
            12 => "bzp2".to_string(),
            other => format!("u{other:03}"),
        };
        let version = entry.made_by & 255;
        let packed_text = match style {
            Style::Medium => format!("{:2}% ", ratio(entry.plain, entry.packed)),
            Style::Wide => format!("{:8} ", entry.packed),
            _ => String::new(),
        };
        let told = format!(
            "{kind}{bits}  {}.{} unx {:8} {text}{extra} {packed_text}{how} {:02}-{month}-{:02} {:02}:{:02} {}",
            version / 10, version % 10, entry.plain, date.year.rem_euclid(100), date.day, date.hour, date.minute, cli::show(&entry.name)
        );
        if all {
            line(&told);
        }
        plain = plain.saturating_add(entry.plain);
        packed = packed.saturating_add(entry.packed);
    }
    let share = if plain == 0 { 0.0 } else { 100.0 * (plain as f64 - packed as f64) / plain as f64 };
    let files = if wanted.len() == 1 { "file" } else { "files" };
    line(&format!("{} {files}, {plain} bytes uncompressed, {packed} bytes compressed:  {share:.1}%", wanted.len()));
}
