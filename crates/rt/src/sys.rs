//! Small helpers that every family uses.

use core::ffi::CStr;
use libc::c_char;

/// The bytes of a C string, without its NUL.
pub unsafe fn bytes<'a>(text: *const c_char) -> &'a [u8] {
    CStr::from_ptr(text).to_bytes()
}
