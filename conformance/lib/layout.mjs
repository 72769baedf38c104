// Lays a record's files out in a sandbox, through its public file interface.
import { toBytes } from "./bytes.mjs";

/** @param fs the sandbox's files @param path makes a record's path absolute */
export function layOut(fs, record, path) {
  for (const dir of record.dirs ?? []) makeDirectory(fs, path(dir));
  for (const [name, text] of Object.entries(record.files ?? {})) fs.writeFile(path(name), toBytes(text));
  for (const [name, target] of Object.entries(record.links ?? {})) {
    makeDirectory(fs, parent(path(name)));
    fs.symlink(target, path(name));
  }
  for (const [name, existing] of Object.entries(record.hardlinks ?? {})) fs.link(path(existing), path(name));
  for (const name of record.fifos ?? []) fs.mkfifo(path(name));
  for (const name of record.exec_files ?? []) fs.chmod(path(name), 0o755);
  if (record.legacy_tmp_dir) makeDirectory(fs, path("_tmp"));
  for (const [name, time] of Object.entries(record.mtimes ?? {})) fs.utimes(path(name), BigInt(time));
  for (const [name, mode] of Object.entries(record.modes ?? {}))
    fs.chmod(path(name), Number.parseInt(mode, 8));
}

function parent(path) {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function makeDirectory(fs, path) {
  if (fs.exists(path)) return;
  makeDirectory(fs, parent(path));
  fs.mkdir(path);
}
