//! ELF: the header, and what the program headers, notes and sections add.

use super::Found;

struct Elf<'a> {
    bytes: &'a [u8],
    wide: bool,
    big: bool,
}

impl Elf<'_> {
    fn number(&self, at: u64, size: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) })
    }

    /// A field whose place depends on the class, as wide as an address.
    fn address(&self, at: u64) -> Option<u64> {
        self.number(at, if self.wide { 8 } else { 4 })
    }
}

const MACHINES: [(u64, &str); 14] = [
    (2, "SPARC"), (3, "Intel 80386"), (8, "MIPS"), (20, "PowerPC or cisco 4500"), (21, "64-bit PowerPC or cisco 7500"), (22, "IBM S/390"), (40, "ARM"),
    (43, "SPARC V9"), (50, "IA-64"), (62, "x86-64"), (183, "ARM aarch64"), (243, "UCB RISC-V"), (247, "eBPF"), (258, "LoongArch"),
];

pub fn identify(bytes: &[u8]) -> Option<Found> {
    let rest = bytes.strip_prefix(b"\x7fELF")?;
    let (Some(class), Some(order)) = (rest.first(), rest.get(1)) else {
        return Some(Found::new("ELF", "application/octet-stream"));
    };
    let elf = Elf { bytes, wide: *class == 2, big: *order == 2 };
    let mut text = format!("ELF {} {}", if elf.wide { "64-bit" } else { "32-bit" }, if elf.big { "MSB" } else { "LSB" });
    let (Some(kind), Some(machine)) = (elf.number(16, 2), elf.number(18, 2)) else {
        return Some(Found::new(text, "application/octet-stream"));
    };
    let facts = facts(&elf);
    let pie = facts.pie || facts.interpreter.is_some();
    let (name, mime) = match kind {
        1 => ("relocatable", "application/x-object"),
        2 => ("executable", "application/x-executable"),
        3 if pie && facts.pie => ("pie executable", "application/x-pie-executable"),
        3 => ("shared object", "application/x-sharedlib"),
        4 => ("core file", "application/x-coredump"),
        _ => ("unknown type", "application/octet-stream"),
    };
    let machine = MACHINES.iter().find(|(number, _)| *number == machine).map_or("*unknown arch*", |(_, name)| name);
    text += &format!(" {name}, {machine}, version {}", elf.number(20, 4)?);
    text += match rest.get(3) {
        Some(0) => " (SYSV)",
        Some(3) => " (GNU/Linux)",
        Some(9) => " (FreeBSD)",
        _ => "",
    };
    if kind == 2 || kind == 3 {
        text += if facts.dynamic { ", dynamically linked" } else { ", statically linked" };
    }
    if let Some(interpreter) = &facts.interpreter {
        text += &format!(", interpreter {interpreter}");
    }
    text += &facts.notes;
    if facts.debug {
        text += ", with debug_info";
    }
    text += if facts.symbols { ", not stripped" } else { ", stripped" };
    Some(Found::new(text, mime))
}

#[derive(Default)]
struct Facts {
    dynamic: bool,
    pie: bool,
    interpreter: Option<String>,
    /// What the notes tell, in their order.
    notes: String,
    debug: bool,
    symbols: bool,
}

/// Headers that are looked at.
const MOST: u64 = 2048;

fn facts(elf: &Elf) -> Facts {
    let mut facts = Facts::default();
    // Absent parts tell nothing.
    let _ = programs(elf, &mut facts);
    let _ = sections(elf, &mut facts);
    facts
}

fn programs(elf: &Elf, facts: &mut Facts) -> Option<()> {
    let (start, size, count) = if elf.wide { (elf.address(32)?, elf.number(54, 2)?, elf.number(56, 2)?) } else { (elf.address(28)?, elf.number(42, 2)?, elf.number(44, 2)?) };
    for index in 0..count.min(MOST) {
        let at = start.checked_add(index * size).filter(|at| *at < elf.bytes.len() as u64)?;
        let (offset, length) = if elf.wide { (elf.address(at + 8)?, elf.address(at + 32)?) } else { (elf.address(at + 4)?, elf.address(at + 16)?) };
        match elf.number(at, 4)? {
            2 => {
                facts.dynamic = true;
                dynamic(elf, offset, length, facts);
            }
            3 => {
                let range = usize::try_from(offset).ok()?..usize::try_from(offset.checked_add(length)?).ok()?;
                let path = elf.bytes.get(range)?;
                facts.interpreter = Some(String::from_utf8_lossy(path.split(|byte| *byte == 0).next()?).into_owned());
            }
            4 => drop(notes(elf, offset, length, facts)),
            _ => {}
        }
    }
    Some(())
}

/// DT_FLAGS_1 tells of programs that may lie anywhere.
fn dynamic(elf: &Elf, offset: u64, length: u64, facts: &mut Facts) -> Option<()> {
    let width = if elf.wide { 8 } else { 4 };
    for index in 0..(length / (2 * width)).min(MOST) {
        let at = offset.checked_add(index * 2 * width)?;
        let (tag, value) = (elf.address(at)?, elf.address(at.checked_add(width)?)?);
        facts.pie |= tag == 0x6fff_fffb && value & 0x0800_0000 != 0;
    }
    Some(())
}

fn notes(elf: &Elf, offset: u64, length: u64, facts: &mut Facts) -> Option<()> {
    let mut at = offset;
    let end = offset.checked_add(length)?;
    while at < elf.bytes.len() as u64 && at + 12 <= end {
        let (name, size, kind) = (elf.number(at, 4)?, elf.number(at + 4, 4)?, elf.number(at + 8, 4)?);
        let data = at + 12 + name.next_multiple_of(4);
        if elf.number(at + 12, 4) == Some(if elf.big { 0x474e_5500 } else { 0x0055_4e47 }) && name == 4 {
            match kind {
                3 => {
                    let id: Option<String> = (0..size.min(64)).map(|index| elf.number(data + index, 1).map(|byte| format!("{byte:02x}"))).collect();
                    facts.notes += &format!(", BuildID[sha1]={}", id?);
                }
                1 => {
                    let system = ["GNU/Linux", "GNU/Hurd", "Solaris", "kFreeBSD", "kNetBSD"].get(elf.number(data, 4)? as usize).copied().unwrap_or("<unknown>");
                    facts.notes += &format!(", for {system} {}.{}.{}", elf.number(data + 4, 4)?, elf.number(data + 8, 4)?, elf.number(data + 12, 4)?);
                }
                _ => {}
            }
        }
        at = data.checked_add(size.next_multiple_of(4))?;
    }
    Some(())
}

fn sections(elf: &Elf, facts: &mut Facts) -> Option<()> {
    let (start, size, count, names) = if elf.wide {
        (elf.address(40)?, elf.number(58, 2)?, elf.number(60, 2)?, elf.number(62, 2)?)
    } else {
        (elf.address(32)?, elf.number(46, 2)?, elf.number(48, 2)?, elf.number(50, 2)?)
    };
    let relocatable = elf.number(16, 2)? == 1;
    let place = if elf.wide { 24 } else { 16 };
    let names = elf.address(start.checked_add(names * size + place)?)?;
    for index in 0..count.min(32_768) {
        let at = start.checked_add(index * size).filter(|at| *at < elf.bytes.len() as u64)?;
        let kind = elf.number(at + 4, 4)?;
        facts.symbols |= kind == 2;
        if kind == 7 && relocatable {
            let (offset, length) = if elf.wide { (elf.address(at + 24)?, elf.address(at + 32)?) } else { (elf.address(at + 16)?, elf.address(at + 20)?) };
            let _ = notes(elf, offset, length, facts);
        }
        let name = usize::try_from(names.checked_add(elf.number(at, 4)?)?).ok()?;
        facts.debug |= elf.bytes.get(name..)?.starts_with(b".debug_info\0");
    }
    Some(())
}
