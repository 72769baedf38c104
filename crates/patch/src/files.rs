//! Which file a patch is for, and writing it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::options::Options;
use crate::parse::Change;

/// The file to patch.
pub struct Target {
    pub name: Vec<u8>,
    /// None: it does not exist.
    pub text: Option<Vec<u8>>,
    pub regular: bool,
    mode: Option<fs::Permissions>,
}

/// A name without its first components.
pub fn stripped(name: &[u8], count: usize) -> Vec<u8> {
    let mut rest = name;
    for _ in 0..count {
        let Some(slash) = rest.iter().position(|byte| *byte == b'/') else { return Vec::new() };
        rest = &rest[slash..];
        rest = &rest[rest.iter().take_while(|byte| **byte == b'/').count()..];
    }
    rest.to_vec()
}

/// A name of git's `rename` lines, which have no prefix.
pub fn renamed(name: &[u8], options: &Options) -> Vec<u8> {
    match options.strip {
        Some(count) => stripped(name, count.saturating_sub(1)),
        None => base(name).to_vec(),
    }
}

/// Whether a name stays in the folder: no `..`, not absolute, and no link above it that leads out.
pub fn safe(name: &[u8]) -> bool {
    if name.starts_with(b"/") || name.split(|byte| *byte == b'/').any(|part| part == b"..") {
        println!("Ignoring potentially dangerous file name {}", cli::show(name));
        return false;
    }
    let Ok(home) = fs::canonicalize(".") else { return true };
    let mut at = cli::path(name).parent();
    while let Some(folder) = at.filter(|folder| *folder != Path::new("")) {
        if let Ok(real) = fs::canonicalize(folder) {
            return real.starts_with(&home);
        }
        at = folder.parent();
    }
    true
}

fn base(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| *byte == b'/').next().unwrap_or(name)
}

fn load(name: Vec<u8>) -> Target {
    match fs::symlink_metadata(cli::path(&name)) {
        Ok(meta) if !meta.is_file() => Target { name, text: Some(Vec::new()), regular: false, mode: None },
        Ok(meta) => match fs::read(cli::path(&name)) {
            Ok(text) => Target { name, text: Some(text), regular: true, mode: Some(meta.permissions()) },
            Err(error) => crate::fatal(&format!("Can't open file {} : {}", cli::show(&name), cli::reason(&error))),
        },
        Err(_) => Target { name, text: None, regular: true, mode: None },
    }
}

/// The file that the operand or the patch's header names; None if there is none such.
pub fn choose(change: &Change, options: &Options) -> Option<Target> {
    if let Some(name) = &options.file {
        return Some(load(name.clone()));
    }
    let strip = |name: &[u8]| match options.strip {
        Some(count) => stripped(name, count),
        None => base(name).to_vec(),
    };
    let header = [&change.old, &change.new].into_iter().flatten().map(|name| &name.name);
    let renames = change.renamed.iter().map(|(from, _)| renamed(from, options));
    let mut names: Vec<Vec<u8>> = header
        .filter(|name| *name != b"/dev/null")
        .chain(&change.index)
        .map(|name| strip(name))
        .chain(renames)
        .filter(|name| !name.is_empty())
        .collect();
    names.dedup();
    names.retain(|name| safe(name));
    let parts = |name: &Vec<u8>| (name.split(|byte| *byte == b'/').count(), base(name).len(), name.len());
    let existing = names.iter().filter(|name| fs::symlink_metadata(cli::path(name)).is_ok()).min_by_key(|name| parts(name));
    if let Some(name) = existing {
        return Some(load(name.clone()));
    }
    let creates = change.old.as_ref().is_some_and(|old| old.epoch) || change.hunks.first().is_some_and(|hunk| hunk.old_start == 0 && hunk.count(b'-') == 0) || change.hunks.is_empty();
    if !creates {
        return None;
    }
    // The name that needs the fewest new folders.
    let missing = |name: &Vec<u8>| cli::path(name).ancestors().skip(1).filter(|folder| *folder != Path::new("") && !folder.is_dir()).count();
    names.iter().min_by_key(|name| (missing(name), parts(name))).map(|name| load(name.clone()))
}

/// Writes a file anew, with the folders above it.
pub fn replace(name: &[u8], text: &[u8], target: &Target, mode: Option<u32>) -> io::Result<()> {
    let path = cli::path(name);
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    if let Some(mode) = mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o777))?;
    } else if let Some(mode) = target.mode.clone().filter(|_| name != target.name) {
        fs::set_permissions(path, mode)?;
    }
    Ok(())
}

/// Removes a file and the folders that it leaves empty.
pub fn remove(name: &[u8]) -> io::Result<()> {
    let path = cli::path(name);
    fs::remove_file(path)?;
    for folder in path.ancestors().skip(1).filter(|folder| *folder != Path::new("")) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
