import { type Errno, errnoName } from "@shadowbox/vfs";
import { beforeEach, describe, expect, it } from "vitest";
import { AT, END, freshGuest, make, open, put, READ, vector, WRITE, wasi } from "./testing/guest.ts";

beforeEach(freshGuest);

/** Every documented error, and a call that gives it. */
const errors: readonly (readonly [string, keyof typeof Errno, () => number])[] = [
  ["args_get", "EFAULT", () => wasi.args_get(END, 0)],
  ["args_sizes_get", "EFAULT", () => wasi.args_sizes_get(0, END - 3)],
  ["environ_get", "EFAULT", () => wasi.environ_get(0, END - 1)],
  ["environ_sizes_get", "EFAULT", () => wasi.environ_sizes_get(-1, 0)],
  ["clock_res_get", "EINVAL", () => wasi.clock_res_get(4, 0)],
  ["clock_time_get", "EINVAL", () => wasi.clock_time_get(-1, 0n, 0)],
  ["clock_time_get", "EFAULT", () => wasi.clock_time_get(0, 0n, END)],
  ["fd_advise", "EBADF", () => wasi.fd_advise(99, 0n, 0n, 0)],
  ["fd_advise", "EINVAL", () => wasi.fd_advise(open("file"), 0n, 0n, 6)],
  ["fd_advise", "ESPIPE", () => wasi.fd_advise(0, 0n, 0n, 0)],
  ["fd_allocate", "EBADF", () => wasi.fd_allocate(99, 0n, 1n)],
  ["fd_allocate", "EINVAL", () => wasi.fd_allocate(open("file", WRITE), 0n, 0n)],
  ["fd_allocate", "EFBIG", () => wasi.fd_allocate(open("file", WRITE), 1n << 60n, 1n)],
  ["fd_allocate", "ESPIPE", () => wasi.fd_allocate(1, 0n, 1n)],
  ["fd_allocate", "EBADF", () => wasi.fd_allocate(open("file", READ), 0n, 1n)],
  ["fd_close", "EBADF", () => wasi.fd_close(99)],
  ["fd_close", "EBADF", () => wasi.fd_close(-1)],
  ["fd_datasync", "EBADF", () => wasi.fd_datasync(99)],
  ["fd_sync", "EBADF", () => wasi.fd_sync(300)],
  ["fd_sync", "EINVAL", () => wasi.fd_sync(1)],
  ["fd_fdstat_get", "EBADF", () => wasi.fd_fdstat_get(99, 0)],
  ["fd_fdstat_get", "EFAULT", () => wasi.fd_fdstat_get(0, END - 23)],
  ["fd_fdstat_set_flags", "EBADF", () => wasi.fd_fdstat_set_flags(99, 0)],
  ["fd_fdstat_set_flags", "EINVAL", () => wasi.fd_fdstat_set_flags(0, 64)],
  ["fd_fdstat_set_rights", "EBADF", () => wasi.fd_fdstat_set_rights(99, 0n, 0n)],
  ["fd_filestat_get", "EBADF", () => wasi.fd_filestat_get(99, 0)],
  ["fd_filestat_set_size", "EBADF", () => wasi.fd_filestat_set_size(99, 0n)],
  ["fd_filestat_set_size", "EINVAL", () => wasi.fd_filestat_set_size(open("file", READ), 0n)],
  ["fd_filestat_set_size", "EINVAL", () => wasi.fd_filestat_set_size(1, 0n)],
  ["fd_filestat_set_size", "EINVAL", () => wasi.fd_filestat_set_size(open("file", WRITE), -1n)],
  ["fd_filestat_set_size", "EFBIG", () => wasi.fd_filestat_set_size(open("file", WRITE), 1n << 60n)],
  ["fd_filestat_set_times", "EBADF", () => wasi.fd_filestat_set_times(99, 0n, 0n, 0)],
  ["fd_filestat_set_times", "EINVAL", () => wasi.fd_filestat_set_times(open("file"), 0n, 0n, 3)],
  ["fd_pread", "EBADF", () => wasi.fd_pread(99, AT.vectors, 0, 0n, 0)],
  ["fd_pread", "ESPIPE", () => wasi.fd_pread(0, AT.vectors, 1, 0n, AT.result)],
  ["fd_pread", "EINVAL", () => wasi.fd_pread(open("file"), AT.vectors, 1, -1n, AT.result)],
  ["fd_prestat_get", "EBADF", () => wasi.fd_prestat_get(0, AT.result)],
  ["fd_prestat_dir_name", "EBADF", () => wasi.fd_prestat_dir_name(open("dir", READ, 2), 0, 9)],
  ["fd_prestat_dir_name", "ENAMETOOLONG", () => wasi.fd_prestat_dir_name(3, 0, 0)],
  ["fd_pwrite", "EBADF", () => wasi.fd_pwrite(open("file"), AT.vectors, 0, 0n, 0)],
  ["fd_pwrite", "ESPIPE", () => wasi.fd_pwrite(1, AT.vectors, 1, 0n, AT.result)],
  ["fd_read", "EBADF", () => wasi.fd_read(99, AT.vectors, 1, AT.result)],
  ["fd_read", "EBADF", () => wasi.fd_read(open("file", WRITE), AT.vectors, 1, AT.result)],
  ["fd_read", "EISDIR", () => wasi.fd_read(open("dir", READ, 2), AT.vectors, 1, AT.result)],
  [
    "fd_read",
    "EFAULT",
    () => {
      vector(END - 4, 8);
      return wasi.fd_read(open("file"), AT.vectors, 1, AT.result);
    },
  ],
  ["fd_read", "EINVAL", () => wasi.fd_read(open("file"), AT.vectors, 5000, AT.result)],
  ["fd_readdir", "EBADF", () => wasi.fd_readdir(99, 0, 10, 0n, 0)],
  ["fd_readdir", "ENOTDIR", () => wasi.fd_readdir(open("file"), 0, 10, 0n, 0)],
  ["fd_renumber", "EBADF", () => wasi.fd_renumber(99, 0)],
  ["fd_renumber", "EBADF", () => wasi.fd_renumber(0, 99)],
  ["fd_seek", "EBADF", () => wasi.fd_seek(99, 0n, 0, 0)],
  ["fd_seek", "EINVAL", () => wasi.fd_seek(open("file"), -1n, 0, AT.result)],
  ["fd_seek", "EINVAL", () => wasi.fd_seek(open("file"), 0n, 3, AT.result)],
  ["fd_seek", "ESPIPE", () => wasi.fd_seek(0, 0n, 1, AT.result)],
  ["fd_tell", "ESPIPE", () => wasi.fd_tell(1, AT.result)],
  ["fd_tell", "EBADF", () => wasi.fd_tell(99, AT.result)],
  ["fd_write", "EBADF", () => wasi.fd_write(99, AT.vectors, 1, AT.result)],
  ["fd_write", "EBADF", () => wasi.fd_write(open("file"), AT.vectors, 1, AT.result)],
  [
    "fd_write",
    "ENOSPC",
    () => {
      vector(AT.buffer, 1);
      return wasi.fd_write(open("dev/full", WRITE), AT.vectors, 1, AT.result);
    },
  ],
  ["fd_write", "EROFS", () => -open("bin/none", WRITE, 1)],
  ["path_create_directory", "EEXIST", () => wasi.path_create_directory(3, ...put("dir"))],
  ["path_create_directory", "ENOENT", () => wasi.path_create_directory(3, ...put("no/dir"))],
  ["path_create_directory", "ENOTDIR", () => wasi.path_create_directory(3, ...put("file/dir"))],
  ["path_create_directory", "EBADF", () => wasi.path_create_directory(99, ...put("x"))],
  ["path_create_directory", "ENAMETOOLONG", () => wasi.path_create_directory(3, ...put("n".repeat(256)))],
  ["path_create_directory", "EPERM", () => wasi.path_create_directory(3, ...put("/absolute"))],
  ["path_create_directory", "EFAULT", () => wasi.path_create_directory(3, END - 2, 5)],
  ["path_filestat_get", "ENOENT", () => wasi.path_filestat_get(3, 1, ...put("dangling"), 0)],
  ["path_filestat_get", "ELOOP", () => wasi.path_filestat_get(3, 1, ...put("loop"), 0)],
  ["path_filestat_get", "ENOTDIR", () => wasi.path_filestat_get(3, 1, ...put("file/"), 0)],
  ["path_filestat_get", "EINVAL", () => wasi.path_filestat_get(3, 1, ...put("a\0b"), 0)],
  ["path_filestat_set_times", "EINVAL", () => wasi.path_filestat_set_times(3, 1, ...put("file"), 0n, 0n, 12)],
  ["path_filestat_set_times", "ENOENT", () => wasi.path_filestat_set_times(3, 1, ...put("no"), 0n, 0n, 0)],
  ["path_link", "EEXIST", () => wasi.path_link(3, 0, ...put("file"), 3, ...put("dir", AT.path2))],
  ["path_link", "ENOENT", () => wasi.path_link(3, 0, ...put("no"), 3, ...put("new", AT.path2))],
  ["path_link", "EPERM", () => wasi.path_link(3, 0, ...put("dir"), 3, ...put("new", AT.path2))],
  ["path_link", "EXDEV", () => wasi.path_link(3, 0, ...put("file"), 3, ...put("dev/new", AT.path2))],
  ["path_open", "ENOENT", () => -open("no")],
  ["path_open", "ENOENT", () => -open("")],
  ["path_open", "EEXIST", () => -open("file", WRITE, 1 | 4)],
  ["path_open", "EEXIST", () => -open("dangling", WRITE, 1 | 4)],
  ["path_open", "EISDIR", () => -open("dir", WRITE)],
  ["path_open", "ENOTDIR", () => -open("file", READ, 2)],
  ["path_open", "ENOTDIR", () => -open("file/")],
  ["path_open", "ELOOP", () => -open("loop")],
  ["path_open", "ELOOP", () => -open("link", READ, 0, 0, 3, 0)],
  [
    "path_open",
    "EACCES",
    () => {
      make("/secret", "", 0);
      return -open("secret");
    },
  ],
  ["path_open", "EINVAL", () => -open("new", WRITE, 1 | 2)],
  ["path_open", "EBADF", () => -open("file", READ, 0, 0, 99)],
  ["path_open", "ENOTDIR", () => -open("x", READ, 0, 0, open("file"))],
  [
    "path_open",
    "EMFILE",
    () => {
      while (open("file") > 0);
      return -open("file");
    },
  ],
  ["path_readlink", "EINVAL", () => wasi.path_readlink(3, ...put("file"), 0, 9, 0)],
  ["path_readlink", "ENOENT", () => wasi.path_readlink(3, ...put("no"), 0, 9, 0)],
  ["path_remove_directory", "ENOTEMPTY", () => wasi.path_remove_directory(3, ...put("dir"))],
  ["path_remove_directory", "ENOTDIR", () => wasi.path_remove_directory(3, ...put("file"))],
  ["path_remove_directory", "EBUSY", () => wasi.path_remove_directory(3, ...put("dev"))],
  ["path_remove_directory", "EINVAL", () => wasi.path_remove_directory(3, ...put("dir/."))],
  ["path_remove_directory", "ENOENT", () => wasi.path_remove_directory(3, ...put("no"))],
  ["path_rename", "ENOENT", () => wasi.path_rename(3, ...put("no"), 3, ...put("x", AT.path2))],
  ["path_rename", "EISDIR", () => wasi.path_rename(3, ...put("file"), 3, ...put("dir", AT.path2))],
  ["path_rename", "ENOTDIR", () => wasi.path_rename(3, ...put("dir"), 3, ...put("file", AT.path2))],
  ["path_rename", "EINVAL", () => wasi.path_rename(3, ...put("dir"), 3, ...put("dir/x", AT.path2))],
  ["path_rename", "EXDEV", () => wasi.path_rename(3, ...put("file"), 3, ...put("dev/x", AT.path2))],
  ["path_rename", "EBUSY", () => wasi.path_rename(3, ...put("dev"), 3, ...put("x", AT.path2))],
  ["path_symlink", "EEXIST", () => wasi.path_symlink(...put("t", AT.path2), 3, ...put("file"))],
  ["path_symlink", "ENOENT", () => wasi.path_symlink(AT.path2, 0, 3, ...put("new"))],
  ["path_unlink_file", "EISDIR", () => wasi.path_unlink_file(3, ...put("dir"))],
  ["path_unlink_file", "ENOENT", () => wasi.path_unlink_file(3, ...put("no"))],
  ["path_unlink_file", "ENOTDIR", () => wasi.path_unlink_file(3, ...put("file/"))],
  ["path_unlink_file", "EROFS", () => wasi.path_unlink_file(3, ...put("dev/null"))],
  ["poll_oneoff", "EINVAL", () => wasi.poll_oneoff(0, 0, 0, 0)],
  ["poll_oneoff", "EFAULT", () => wasi.poll_oneoff(END, 0, 1, 0)],
  ["proc_raise", "EINVAL", () => wasi.proc_raise(31)],
  ["random_get", "EFAULT", () => wasi.random_get(END - 1, 2)],
  ["sock_accept", "EBADF", () => wasi.sock_accept(99, 0, 0)],
  ["sock_accept", "ENOTSOCK", () => wasi.sock_accept(0, 0, 0)],
  ["sock_recv", "ENOTSOCK", () => wasi.sock_recv(0, 0, 0, 0, 0, 0)],
  ["sock_send", "ENOTSOCK", () => wasi.sock_send(0, 0, 0, 0, 0)],
  ["sock_shutdown", "EBADF", () => wasi.sock_shutdown(99, 0)],
];

describe("errors", () => {
  it.each(errors)("%s answers %s", (_name, errno, call) => {
    expect(errnoName(call())).toBe(errno);
  });

  it("has all 46 functions (45 and sock_accept), and every fallible one in the table", () => {
    const names = Object.keys(wasi).sort();
    expect(names).toHaveLength(46);
    const never = ["proc_exit", "sched_yield"];
    const listed = new Set(errors.map(([name]) => name));
    expect(names.filter((name) => !listed.has(name) && !never.includes(name))).toEqual([]);
  });
});
