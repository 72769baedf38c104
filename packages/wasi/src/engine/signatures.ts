import type { Reader } from "./binary.ts";

/** The parameters of every function of preview 1: `i` for 32 bits, `I` for 64. Each answers an errno (`i`), `proc_exit` nothing. */
const PARAMETERS: Readonly<Record<string, string>> = {
  ...{ args_get: "ii", args_sizes_get: "ii", environ_get: "ii", environ_sizes_get: "ii" },
  ...{ clock_res_get: "ii", clock_time_get: "iIi", random_get: "ii", poll_oneoff: "iiii" },
  ...{ fd_advise: "iIIi", fd_allocate: "iII", fd_close: "i", fd_datasync: "i", fd_sync: "i" },
  ...{ fd_fdstat_get: "ii", fd_fdstat_set_flags: "ii", fd_fdstat_set_rights: "iII" },
  ...{ fd_filestat_get: "ii", fd_filestat_set_size: "iI", fd_filestat_set_times: "iIIi" },
  ...{ fd_prestat_get: "ii", fd_prestat_dir_name: "iii", fd_readdir: "iiiIi", fd_renumber: "ii" },
  ...{ fd_read: "iiii", fd_pread: "iiiIi", fd_write: "iiii", fd_pwrite: "iiiIi" },
  ...{ fd_seek: "iIii", fd_tell: "ii" },
  ...{ path_create_directory: "iii", path_remove_directory: "iii", path_unlink_file: "iii" },
  ...{ path_filestat_get: "iiiii", path_filestat_set_times: "iiiiIIi", path_open: "iiiiiIIii" },
  ...{ path_link: "iiiiiii", path_rename: "iiiiii", path_symlink: "iiiii", path_readlink: "iiiiii" },
  ...{ proc_exit: "i", proc_raise: "i", sched_yield: "" },
  ...{ sock_accept: "iii", sock_recv: "iiiiii", sock_send: "iiiii", sock_shutdown: "ii" },
};

/** A function type as text: what it takes, `>`, what it answers. */
export type Signature = string;

/** What `_start` is. */
export const NOTHING: Signature = ">";

/** The type of a function of preview 1; undefined if there is none of that name. */
export function signatureOf(name: string): Signature | undefined {
  const parameters = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
  return parameters === undefined ? undefined : `${parameters}>${name === "proc_exit" ? "" : "i"}`;
}

const FUNCTION_TYPE = 0x60;
const LETTERS: Readonly<Record<number, string>> = { 127: "i", 126: "I", 125: "f", 124: "F" };

/** A type section: the types by their number, as far as they are functions of numbers; from another kind on they are unknown. */
export function readTypes(body: Reader): Signature[] {
  const types: Signature[] = [];
  const count = body.u32();
  while (types.length < count && body.byte() === FUNCTION_TYPE) {
    const parameters = readNumbers(body);
    const results = parameters === undefined ? undefined : readNumbers(body);
    if (results === undefined) break;
    types.push(`${parameters}>${results}`);
  }
  return types;
}

function readNumbers(body: Reader): string | undefined {
  let letters = "";
  for (let left = body.u32(); left > 0; left--) {
    const letter = LETTERS[body.byte()];
    if (letter === undefined) return undefined;
    letters += letter;
  }
  return letters;
}

/** How a type is spelt in a message. */
export function spelt(signature: Signature): string {
  const names: Readonly<Record<string, string>> = { i: "i32", I: "i64", f: "f32", F: "f64" };
  const [parameters, results] = signature
    .split(">")
    .map((letters) => [...letters].map((letter) => names[letter]).join(", "));
  return `(${parameters}) -> (${results})`;
}
