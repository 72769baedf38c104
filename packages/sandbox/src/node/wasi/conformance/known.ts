import type { Call } from "../testing/calls.ts";

/** An answer of stock wasmtime that differs from ours on purpose. */
interface Difference {
  why: string;
  applies(call: Call, v8: Answer, wasmtime: Answer): boolean;
}

type Answer = number | string;

const E = {
  BADF: 8,
  EXIST: 20,
  INVAL: 28,
  ISDIR: 31,
  LOOP: 32,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSUP: 58,
  SPIPE: 70,
} as const;

const lastString = (call: Call): string => String(call.findLast((part) => typeof part === "string") ?? "");
const ofPath = (call: Call, name: string): boolean => call[0] === name;

/** What three vectors of a read hold: the first three bytes of ten, a gap, five more. */
const VECTORS = "30313200000000000000000000000000000000003334353637";

/** Where wasmtime departs from POSIX, from Linux or from the whole of preview 1, and why we do not follow. */
const DIFFERENCES: readonly Difference[] = [
  {
    why: "A path with `/` at its end names a directory; wasmtime looks at `file/` as if the `/` were not there.",
    applies: (call, v8, wasmtime) =>
      (ofPath(call, "path_filestat_get") && /\/\.?$/.test(lastString(call)) && wasmtime === 0) ||
      (call[0] === "peek" && v8 === "03" && wasmtime === "07"),
  },
  {
    why: "O_DIRECTORY finds a symlink that it may not follow: Linux says ENOTDIR, wasmtime ELOOP.",
    applies: (call, v8, wasmtime) => ofPath(call, "path_open") && v8 === E.NOTDIR && wasmtime === E.LOOP,
  },
  {
    why: "A link to an existing `file/`, also to a symlink: Linux says EEXIST.",
    applies: (call, v8) => ofPath(call, "path_link") && /\/$/.test(lastString(call)) && v8 === E.EXIST,
  },
  {
    why: "A symlink where `link/` is there already: Linux says EEXIST, whatever it leads to.",
    applies: (call, v8) => ofPath(call, "path_symlink") && /\/$/.test(lastString(call)) && v8 === E.EXIST,
  },
  {
    why: "Removing `dir/..`: Linux says ENOTEMPTY, wasmtime EINVAL.",
    applies: (call, v8, wasmtime) =>
      ofPath(call, "path_remove_directory") && v8 === E.NOTEMPTY && wasmtime === E.INVAL,
  },
  {
    why: "wasmtime does not follow symlinks in path_link.",
    applies: (call, _, wasmtime) => ofPath(call, "path_link") && call[2] === 1 && wasmtime === E.INVAL,
  },
  {
    why: "A descriptor of something else where one of a directory is wanted: ENOTDIR as POSIX says, not EBADF.",
    applies: (call, v8, wasmtime) =>
      (String(call[0]).startsWith("path_") || call[0] === "fd_readdir") &&
      v8 === E.NOTDIR &&
      wasmtime === E.BADF,
  },
  {
    why: "A directory that is used as a file: POSIX says EISDIR, EINVAL, or nothing; wasmtime EBADF.",
    applies: (call, v8, wasmtime) =>
      call[1] === 3 && [E.ISDIR, E.INVAL, 0].includes(v8 as 0) && wasmtime === E.BADF,
  },
  {
    why: "wasmtime moves the first vector only.",
    applies: (call, v8, wasmtime) =>
      call[0] === "peek" && (v8 === "08000000" || `${v8}`.startsWith(VECTORS)) && wasmtime !== v8,
  },
  {
    why: "A symlink before a `/` is meant itself where an entry is to be removed: Linux says ENOTDIR, whatever it leads to.",
    applies: (call, v8) =>
      (ofPath(call, "path_remove_directory") || ofPath(call, "path_unlink_file")) &&
      /\/$/.test(lastString(call)) &&
      v8 === E.NOTDIR,
  },
  {
    why: "wasmtime has no fd_allocate.",
    applies: (call, _, wasmtime) => ofPath(call, "fd_allocate") && wasmtime === E.NOTSUP,
  },
  {
    why: "wasmtime has no files that are synchronized as they are written.",
    applies: (call, v8, wasmtime) => ofPath(call, "path_open") && v8 === 0 && wasmtime === E.NOTSUP,
  },
  {
    why: "Standard input is /dev/null here, which can seek and take advice.",
    applies: (call, v8) => ["fd_seek", "fd_tell", "fd_advise"].includes(call[0]) && call[1] === 0 && v8 === 0,
  },
  {
    why: "Advice about a pipe: POSIX says ESPIPE.",
    applies: (call, v8, wasmtime) => ofPath(call, "fd_advise") && v8 === E.SPIPE && wasmtime === E.BADF,
  },
  {
    why: "Nothing is named by a descriptor that was not opened in advance: EBADF, whatever it is.",
    applies: (call, v8, wasmtime) =>
      ofPath(call, "fd_prestat_dir_name") && v8 === E.BADF && wasmtime === E.NOTDIR,
  },
  {
    why: "An offset beyond 2⁶³ − 1 is EINVAL (wasmtime lets it overflow).",
    applies: (call, v8) => ofPath(call, "fd_seek") && v8 === E.INVAL,
  },
];

/** Why the two engines differ in a step; undefined when they should not. */
export function knownDifference(call: Call, v8: Answer, wasmtime: Answer): string | undefined {
  return DIFFERENCES.find((difference) => difference.applies(call, v8, wasmtime))?.why;
}
