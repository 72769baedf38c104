//! Joins archives, and takes members away.

use std::fs;
use std::io::{self, BufWriter, Read};

use super::create::Writer;
use super::options::{fatal, Mode};
use super::reader::Reader;
use super::Session;
use crate::codec;

pub fn run(session: &mut Session) {
    let name = session.options.archive.clone().unwrap_or_else(|| b"-".to_vec());
    let delete = session.options.mode == Some(Mode::Delete);
    let mut sources = vec![name.clone()];
    if !delete {
        sources.extend(session.options.names.iter().map(|own| own.name.clone()));
    }
    let mut held = Vec::new();
    let mut found = vec![!delete; session.options.names.len()];
    for source in &sources {
        let mut reader = Reader::open(&session.options, source);
        while let Some(mut entry) = reader.next().unwrap_or_else(|_| fatal(&format!("{}: not an archive", cli::show(source)))) {
            if delete {
                let stored = entry.name.strip_suffix(b"/").unwrap_or(&entry.name);
                let hit = session.options.names.iter().position(|own| {
                    let own = own.name.strip_suffix(b"/").unwrap_or(&own.name);
                    stored == own || (stored.starts_with(own) && stored[own.len()..].starts_with(b"/"))
                });
                if let Some(index) = hit {
                    found[index] = true;
                    continue;
                }
            }
            let mut content = Vec::new();
            if let Err(error) = reader.read_to_end(&mut content) {
                fatal(&format!("{}: Cannot read: {}", cli::show(source), cli::reason(&error)));
            }
            entry.size = content.len() as u64;
            held.extend_from_slice(&entry.blocks());
            held.extend_from_slice(&content);
            held.resize(held.len().div_ceil(512) * 512, 0);
        }
    }
    for (own, found) in session.options.names.clone().iter().zip(found) {
        if !found {
            session.error(&format!("{}: Not found in archive", cli::show(&own.name)));
        }
    }
    let out: Box<dyn io::Write> = if name == b"-" {
        Box::new(io::stdout())
    } else {
        Box::new(fs::File::create(cli::path(&name)).unwrap_or_else(|error| fatal(&format!("{}: Cannot open: {}", cli::show(&name), cli::reason(&error)))))
    };
    let out = codec::writer(codec::Kind::Plain, Box::new(BufWriter::new(out)), &codec::Settings::default());
    let mut writer = Writer::new(out.unwrap_or_else(|error| fatal(&format!("Cannot write: {}", cli::reason(&error)))), 0, session.options.record);
    writer.put(&held);
    writer.finish();
}
