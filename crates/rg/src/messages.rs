//! What went wrong with a file, as the originals word it.

use std::io;

/// The text of an error of the walk, with the number Linux has for it.
pub fn walk_error(error: &ignore::Error) -> String {
    use ignore::Error::{Loop, WithDepth, WithLineNumber, WithPath};
    match error {
        WithPath { path, err } => match &**err {
            WithDepth { err, .. } if err.io_error().is_some() => format!("{}: {}", path.display(), walk_error(err)),
            err => format!("{}: {}", path.display(), walk_error(err)),
        },
        WithDepth { err, .. } => walk_error(err),
        WithLineNumber { line, err } => format!("line {line}: {}", walk_error(err)),
        ignore::Error::Io(error) => io_error(error),
        Loop { ancestor, child } => format!("File system loop found: {} points to an ancestor {}", child.display(), ancestor.display()),
        other => other.to_string(),
    }
}

pub fn io_error(error: &io::Error) -> String {
    // The walk wraps the system's error in its own.
    let cause = error.get_ref().and_then(|inner| inner.source()).and_then(|inner| inner.downcast_ref::<io::Error>());
    let error = cause.unwrap_or(error);
    match number(error.kind()) {
        Some(number) if error.raw_os_error().is_some() => format!("{} (os error {number})", cli::reason(error)),
        _ => error.to_string(),
    }
}

fn number(kind: io::ErrorKind) -> Option<i32> {
    Some(match kind {
        io::ErrorKind::NotFound => 2,
        io::ErrorKind::PermissionDenied => 13,
        io::ErrorKind::NotADirectory => 20,
        io::ErrorKind::IsADirectory => 21,
        _ => return None,
    })
}
