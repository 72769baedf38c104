//! Hunks that fit nowhere, as text.

use crate::parse::{Change, Format, Hunk, Name};

/// The hunks in the unified format.
pub fn text(change: &Change, hunks: &[Hunk]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut header = |mark: &str, name: &Option<Name>| {
        if let Some(name) = name {
            out.extend_from_slice(mark.as_bytes());
            out.extend_from_slice(&name.name);
            out.extend_from_slice(&name.stamp);
            out.push(b'\n');
        }
    };
    if change.format != Format::Normal {
        header("--- ", &change.old);
        header("+++ ", &change.new);
    }
    let range = |start: usize, count: usize| if count == 1 { start.to_string() } else { format!("{start},{count}") };
    for hunk in hunks {
        let (old, new) = (range(hunk.old_start, hunk.count(b'-')), range(hunk.new_start, hunk.count(b'+')));
        out.extend_from_slice(format!("@@ -{old} +{new} @@\n").as_bytes());
        for line in &hunk.lines {
            out.push(line.kind);
            out.extend_from_slice(&line.text);
            if line.text.last() != Some(&b'\n') {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    out
}
