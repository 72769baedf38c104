//! What is left out.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::options::{Keeps, Tag};
use super::Session;

/// What a cache's tag begins with.
const SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";
const VCS: [&[u8]; 12] = [b".git", b".gitignore", b".gitattributes", b".gitmodules", b".svn", b"CVS", b".hg", b".hgignore", b".hgtags", b".bzr", b"RCS", b"SCCS"];

/// True if a pattern fits the name, or one of its ends and beginnings at a slash.
fn fits(pattern: &[u8], name: &[u8], anchored: bool) -> bool {
    let slashes = || name.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    let starts = std::iter::once(0).chain(slashes().map(|at| at + 1).take_while(|_| !anchored));
    starts.into_iter().any(|start| slashes().chain([name.len()]).any(|end| end >= start && cli::glob(pattern, &name[start..end], true)))
}

impl Session {
    /// True if one of the first `count` patterns of `--exclude` fits, or `--exclude-vcs` does.
    pub fn excluded(&self, name: &[u8], count: usize) -> bool {
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let options = &self.options;
        options.exclude[..count].iter().any(|pattern| fits(pattern, name, options.anchored))
            || (options.exclude_vcs && VCS.iter().any(|pattern| fits(pattern, name, options.anchored)))
    }

    /// What the tag in a folder leaves of it, if there is one.
    pub fn tagged(&self, folder: &Path) -> Option<Tag> {
        let holds = |tag: &&Tag| {
            let path = folder.join(cli::path(&tag.file));
            let mut start = Vec::new();
            fs::symlink_metadata(&path).is_ok()
                && (!tag.cache || fs::File::open(&path).and_then(|file| file.take(SIGNATURE.len() as u64).read_to_end(&mut start)).is_ok_and(|_| start == SIGNATURE))
        };
        let found = || self.options.tags.iter().filter(holds);
        found().find(|tag| tag.keeps == Keeps::Nothing).or_else(|| found().find(|tag| tag.keeps == Keeps::Folder)).or_else(|| found().next()).cloned()
    }

    /// The patterns that a folder's own files give.
    pub fn ignored_in(&self, folder: &Path) -> Vec<Vec<u8>> {
        let texts = self.options.ignore_files.iter().filter_map(|name| fs::read(folder.join(cli::path(name))).ok());
        let lines = |text: Vec<u8>| text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        texts.flat_map(lines).filter(|line| !line.is_empty() && !line.starts_with(b"#")).map(|line| line.strip_suffix(b"/").map_or(line.clone(), <[u8]>::to_vec)).collect()
    }
}

/// True if one of a folder's own patterns fits a name below it.
pub fn ignored(patterns: &[Vec<u8>], name: &[u8]) -> bool {
    patterns.iter().any(|pattern| fits(pattern, name, false))
}
