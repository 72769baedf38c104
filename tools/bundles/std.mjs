// std.mjs OUT: lays a copy of Rust's library sources at OUT in which `std::process::Command` starts programs through
// crates/rt (`shadowbox_spawn`): this target's std would fork, which no WASI program can.
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = "/usr/lib/rustlib/src/rust/library";
const out = process.argv[2];
const file = join(out, "library/std/src/sys/process/unix/unix.rs");
const from = `    fn posix_spawn(
        &mut self,
        _: &ChildPipes,
        _: Option<&CStringArray>,
    ) -> io::Result<Option<Process>> {
        Ok(None)
    }`;
const to = `    fn posix_spawn(
        &mut self,
        stdio: &ChildPipes,
        envp: Option<&CStringArray>,
    ) -> io::Result<Option<Process>> {
        use libc::c_char;
        unsafe extern "C" {
            fn shadowbox_spawn(
                pid: *mut pid_t,
                program: *const c_char,
                argv: *const *const c_char,
                env: *const *const c_char,
                cwd: *const c_char,
                stdio: *const c_int,
            ) -> c_int;
        }
        let files = [&stdio.stdin, &stdio.stdout, &stdio.stderr].map(|one| one.fd().unwrap_or(-1));
        let mut pid = 0;
        let error = unsafe {
            shadowbox_spawn(
                &mut pid,
                self.get_program_cstr().as_ptr(),
                self.get_argv().as_ptr(),
                envp.map_or(*sys::env::environ(), |env| env.as_ptr()),
                self.get_cwd().map_or(core::ptr::null(), |cwd| cwd.as_ptr()),
                files.as_ptr(),
            )
        };
        if error != 0 {
            return Err(Error::from_raw_os_error(error));
        }
        Ok(Some(unsafe { Process::new(pid, -1) }))
    }`;

if (!existsSync(file)) cpSync(SOURCES, join(out, "library"), { recursive: true, dereference: true });
const text = readFileSync(file, "utf8");
if (!text.includes("shadowbox_spawn")) {
  if (text.split(from).length !== 2) throw new Error(`${file}: expected one posix_spawn that does nothing`);
  writeFileSync(file, text.replace(from, to));
}

// A descriptor can be copied: crates/rt has fcntl's F_DUPFD_CLOEXEC.
const owned = join(out, "library/std/src/os/fd/owned.rs");
const owns = readFileSync(owned, "utf8");
if (!owns.includes("emscripten")) {
  const ours = owns.replaceAll(
    'target_arch = "wasm32"',
    'all(target_arch = "wasm32", not(target_os = "emscripten"))',
  );
  if (ours === owns) throw new Error(`${owned}: expected cfg(target_arch = "wasm32")`);
  writeFileSync(owned, ours);
}
