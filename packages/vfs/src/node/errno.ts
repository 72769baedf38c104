import { Errno } from "../errno.ts";

/** The WASI number of a Node system error; EIO for what has none. Rethrows what is no system error. */
export function errnoOf(error: unknown): number {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  return (Errno as Record<string, number>)[code] ?? Errno.EIO;
}
