//! Runs before `main`.

use std::ffi::{c_char, c_int};

extern "C" {
    fn getenv(name: *const c_char) -> *const c_char;
    fn chdir(path: *const c_char) -> c_int;
}

extern "C" fn enter_working_directory() {
    // SAFETY: both are plain libc calls on NUL-terminated strings; nothing else runs yet.
    unsafe {
        let pwd = getenv(c"PWD".as_ptr());
        if !pwd.is_null() && *pwd == b'/' as c_char {
            // A directory that is gone leaves the program at `/`, where relative names are not found either.
            chdir(pwd);
        }
    }
}

#[used]
#[link_section = ".init_array"]
static START: extern "C" fn() = enter_working_directory;
