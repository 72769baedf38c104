//! SQLite's C interface, as safe as its documentation says it is: a statement ends before its connection, text and blobs
//! are copied before the next step.

use std::ffi::{c_char, c_int, CStr, CString};
use std::ptr::{null, null_mut};

use libsqlite3_sys as ffi;


pub struct Db(*mut ffi::sqlite3);

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

/// What the library says went wrong: its text, its extended code, and where in the statement, if it knows.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    pub code: i32,
    pub offset: Option<usize>,
}

impl Db {
    pub fn open(path: &[u8], read_only: bool) -> Result<Db, String> {
        let flags = ffi::SQLITE_OPEN_URI | if read_only { ffi::SQLITE_OPEN_READONLY } else { ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE };
        let path = CString::new(path).unwrap_or_default();
        let mut raw = null_mut();
        // SAFETY: the path ends with NUL; the handle is owned and closed on drop even if opening failed.
        let code = unsafe { ffi::sqlite3_open_v2(path.as_ptr(), &mut raw, flags, null()) };
        let db = Db(raw);
        if code == ffi::SQLITE_OK { Ok(db) } else { Err(db.failure().message) }
    }

    pub fn failure(&self) -> Failure {
        // SAFETY: the connection is open, or null, for which the library has messages too; the message is copied.
        unsafe {
            let message = CStr::from_ptr(ffi::sqlite3_errmsg(self.0)).to_string_lossy().into_owned();
            let offset = ffi::sqlite3_error_offset(self.0);
            Failure { message, code: ffi::sqlite3_errcode(self.0), offset: usize::try_from(offset).ok() }
        }
    }

    /// The first statement of the text, none if there is only space and comments, and how many bytes it took.
    pub fn prepare(&self, sql: &[u8]) -> Result<(Option<Statement<'_>>, usize), Failure> {
        let (mut raw, mut tail) = (null_mut(), null());
        let start = sql.as_ptr().cast::<c_char>();
        // SAFETY: pointer and length are the slice's; the tail points into it.
        let used = unsafe {
            if ffi::sqlite3_prepare_v2(self.0, start, sql.len() as c_int, &mut raw, &mut tail) != ffi::SQLITE_OK {
                return Err(self.failure());
            }
            tail.offset_from(start) as usize
        };
        Ok(((!raw.is_null()).then_some(Statement { raw, db: self }), used))
    }

    /// Rows of a query, bound to values.
    pub fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, Failure> {
        let (Some(statement), _) = self.prepare(sql.as_bytes())? else { return Ok(Vec::new()) };
        for (index, value) in values.iter().enumerate() {
            statement.bind(index + 1, value);
        }
        let mut rows = Vec::new();
        while statement.step()? {
            rows.push((0..statement.columns()).map(|column| statement.value(column)).collect());
        }
        Ok(rows)
    }

    pub fn changes(&self) -> (i32, i32) {
        // SAFETY: the connection is open.
        unsafe { (ffi::sqlite3_changes(self.0), ffi::sqlite3_total_changes(self.0)) }
    }

    pub fn autocommit(&self) -> bool {
        // SAFETY: the connection is open.
        unsafe { ffi::sqlite3_get_autocommit(self.0) != 0 }
    }

    pub fn set_timeout(&self, milliseconds: i32) {
        // SAFETY: the connection is open.
        unsafe { ffi::sqlite3_busy_timeout(self.0, milliseconds) };
    }

    pub fn is_read_only(&self, name: &str) -> bool {
        let name = CString::new(name).unwrap_or_default();
        // SAFETY: the connection is open, the name ends with NUL.
        unsafe { ffi::sqlite3_db_readonly(self.0, name.as_ptr()) == 1 }
    }

    /// Copies a database of one connection over one of another.
    pub fn copy(from: &Db, from_name: &str, to: &Db, to_name: &str) -> Result<(), String> {
        let (from_name, to_name) = (CString::new(from_name).unwrap_or_default(), CString::new(to_name).unwrap_or_default());
        // SAFETY: both connections are open and the names end with NUL; the backup is finished before it is forgotten.
        unsafe {
            let backup = ffi::sqlite3_backup_init(to.0, to_name.as_ptr(), from.0, from_name.as_ptr());
            if backup.is_null() {
                return Err(to.failure().message);
            }
            ffi::sqlite3_backup_step(backup, -1);
            if ffi::sqlite3_backup_finish(backup) == ffi::SQLITE_OK { Ok(()) } else { Err(to.failure().message) }
        }
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        // SAFETY: owned; no statement outlives it.
        unsafe { ffi::sqlite3_close(self.0) };
    }
}

pub struct Statement<'a> {
    raw: *mut ffi::sqlite3_stmt,
    db: &'a Db,
}

impl Statement<'_> {
    /// True if there is a row.
    pub fn step(&self) -> Result<bool, Failure> {
        // SAFETY: the statement is live.
        match unsafe { ffi::sqlite3_step(self.raw) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            _ => Err(Failure { offset: None, ..self.db.failure() }),
        }
    }

    pub fn reset(&self) {
        // SAFETY: the statement is live.
        unsafe { ffi::sqlite3_reset(self.raw) };
    }

    pub fn columns(&self) -> usize {
        // SAFETY: the statement is live.
        unsafe { ffi::sqlite3_column_count(self.raw) as usize }
    }

    pub fn name(&self, column: usize) -> Vec<u8> {
        // SAFETY: the statement is live; the name, which may be null without memory, is copied.
        unsafe {
            let name = ffi::sqlite3_column_name(self.raw, column as c_int);
            if name.is_null() { Vec::new() } else { CStr::from_ptr(name).to_bytes().to_vec() }
        }
    }

    pub fn value(&self, column: usize) -> Value {
        let column = column as c_int;
        // SAFETY: the statement is live and on a row.
        unsafe {
            match ffi::sqlite3_column_type(self.raw, column) {
                ffi::SQLITE_NULL => Value::Null,
                ffi::SQLITE_INTEGER => Value::Integer(ffi::sqlite3_column_int64(self.raw, column)),
                ffi::SQLITE_FLOAT => Value::Real(ffi::sqlite3_column_double(self.raw, column)),
                ffi::SQLITE_TEXT => Value::Text(self.bytes(column)),
                _ => Value::Blob(self.bytes(column)),
            }
        }
    }

    fn bytes(&self, column: c_int) -> Vec<u8> {
        // SAFETY: the statement is live and on a row; what is pointed to is copied at once.
        unsafe {
            let start = ffi::sqlite3_column_blob(self.raw, column).cast::<u8>();
            let length = ffi::sqlite3_column_bytes(self.raw, column) as usize;
            if start.is_null() { Vec::new() } else { std::slice::from_raw_parts(start, length).to_vec() }
        }
    }

    /// The value as the library writes it; none for NULL.
    pub fn text(&self, column: usize) -> Option<Vec<u8>> {
        let column = column as c_int;
        // SAFETY: the statement is live and on a row; the conversion comes before the length is asked.
        unsafe {
            let start = ffi::sqlite3_column_text(self.raw, column);
            if start.is_null() {
                return None;
            }
            let length = ffi::sqlite3_column_bytes(self.raw, column) as usize;
            Some(std::slice::from_raw_parts(start, length).to_vec())
        }
    }

    pub fn parameters(&self) -> usize {
        // SAFETY: the statement is live.
        unsafe { ffi::sqlite3_bind_parameter_count(self.raw) as usize }
    }

    pub fn parameter(&self, index: usize) -> Option<String> {
        // SAFETY: the statement is live; the name, null where it has none, is copied.
        unsafe {
            let name = ffi::sqlite3_bind_parameter_name(self.raw, index as c_int);
            (!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy().into_owned())
        }
    }

    pub fn bind(&self, index: usize, value: &Value) {
        let index = index as c_int;
        // SAFETY: the statement is live; text and blobs are copied by the library.
        unsafe {
            match value {
                Value::Null => ffi::sqlite3_bind_null(self.raw, index),
                Value::Integer(value) => ffi::sqlite3_bind_int64(self.raw, index, *value),
                Value::Real(value) => ffi::sqlite3_bind_double(self.raw, index, *value),
                Value::Text(text) => ffi::sqlite3_bind_text(self.raw, index, text.as_ptr().cast(), text.len() as c_int, ffi::SQLITE_TRANSIENT()),
                Value::Blob(bytes) => ffi::sqlite3_bind_blob(self.raw, index, bytes.as_ptr().cast(), bytes.len() as c_int, ffi::SQLITE_TRANSIENT()),
            };
        }
    }

    /// 1 for EXPLAIN, 2 for EXPLAIN QUERY PLAN, else 0.
    pub fn explains(&self) -> i32 {
        // SAFETY: the statement is live.
        unsafe { ffi::sqlite3_stmt_isexplain(self.raw) }
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { ffi::sqlite3_finalize(self.raw) };
    }
}

/// Whether the text ends with a whole statement.
pub fn is_complete(sql: &[u8]) -> bool {
    let sql = CString::new(sql).unwrap_or_default();
    // SAFETY: the text ends with NUL.
    unsafe { ffi::sqlite3_complete(sql.as_ptr()) != 0 }
}

/// Whether a name is a word of SQL.
pub fn is_keyword(name: &[u8]) -> bool {
    // SAFETY: pointer and length are the slice's.
    unsafe { ffi::sqlite3_keyword_check(name.as_ptr().cast(), name.len() as c_int) != 0 }
}

/// A number with 20 digits, or as many as say no less.
pub fn real_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "1e999" } else { "-1e999" }.to_string();
    }
    let scientific = format!("{:.19e}", value);
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| {
        let text = text.trim_end_matches('0');
        if text.ends_with('.') { format!("{text}0") } else { text.to_string() }
    };
    if (-4..20).contains(&exponent) {
        return trimmed(&format!("{value:.*}", (19 - exponent).max(1) as usize));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
}

pub fn version() -> String {
    // SAFETY: both are static texts.
    unsafe {
        let part = |text: *const c_char| CStr::from_ptr(text).to_string_lossy().into_owned();
        format!("{} {}", part(ffi::sqlite3_libversion()), part(ffi::sqlite3_sourceid()))
    }
}
