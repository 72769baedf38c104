import { Errno } from "@shadowbox/vfs";
import type { Guest, GuestFunctions } from "./guest.ts";

/** `sock_accept`, `sock_recv`, `sock_send`, `sock_shutdown`: there are no sockets, so EBADF or ENOTSOCK. */
export function sockFunctions(guest: Guest): GuestFunctions {
  const refuse = (fd: number): number => (guest.process.file(fd) < 0 ? Errno.EBADF : Errno.ENOTSOCK);
  return {
    sock_accept(fd: number, _flags: number, _result: number): number {
      return refuse(fd);
    },
    sock_recv(fd: number, _i: number, _n: number, _flags: number, _size: number, _outFlags: number): number {
      return refuse(fd);
    },
    sock_send(fd: number, _i: number, _n: number, _flags: number, _size: number): number {
      return refuse(fd);
    },
    sock_shutdown(fd: number, _how: number): number {
      return refuse(fd);
    },
  };
}
