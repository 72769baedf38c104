/* Linux's error numbers and glibc's words for them, which Python shows instead of WASI's: name, number, text. */
#ifndef SHADOWBOX_ERRORS_H
#define SHADOWBOX_ERRORS_H

/* Those that WASI has too, by other numbers. */
#define SHARED_ERRORS(ROW) \
    ROW(EPERM, 1, "Operation not permitted") \
    ROW(ENOENT, 2, "No such file or directory") \
    ROW(ESRCH, 3, "No such process") \
    ROW(EINTR, 4, "Interrupted system call") \
    ROW(EIO, 5, "Input/output error") \
    ROW(ENXIO, 6, "No such device or address") \
    ROW(E2BIG, 7, "Argument list too long") \
    ROW(ENOEXEC, 8, "Exec format error") \
    ROW(EBADF, 9, "Bad file descriptor") \
    ROW(ECHILD, 10, "No child processes") \
    ROW(EAGAIN, 11, "Resource temporarily unavailable") \
    ROW(ENOMEM, 12, "Cannot allocate memory") \
    ROW(EACCES, 13, "Permission denied") \
    ROW(EFAULT, 14, "Bad address") \
    ROW(EBUSY, 16, "Device or resource busy") \
    ROW(EEXIST, 17, "File exists") \
    ROW(EXDEV, 18, "Invalid cross-device link") \
    ROW(ENODEV, 19, "No such device") \
    ROW(ENOTDIR, 20, "Not a directory") \
    ROW(EISDIR, 21, "Is a directory") \
    ROW(EINVAL, 22, "Invalid argument") \
    ROW(ENFILE, 23, "Too many open files in system") \
    ROW(EMFILE, 24, "Too many open files") \
    ROW(ENOTTY, 25, "Inappropriate ioctl for device") \
    ROW(ETXTBSY, 26, "Text file busy") \
    ROW(EFBIG, 27, "File too large") \
    ROW(ENOSPC, 28, "No space left on device") \
    ROW(ESPIPE, 29, "Illegal seek") \
    ROW(EROFS, 30, "Read-only file system") \
    ROW(EMLINK, 31, "Too many links") \
    ROW(EPIPE, 32, "Broken pipe") \
    ROW(EDOM, 33, "Numerical argument out of domain") \
    ROW(ERANGE, 34, "Numerical result out of range") \
    ROW(EDEADLK, 35, "Resource deadlock avoided") \
    ROW(ENAMETOOLONG, 36, "File name too long") \
    ROW(ENOLCK, 37, "No locks available") \
    ROW(ENOSYS, 38, "Function not implemented") \
    ROW(ENOTEMPTY, 39, "Directory not empty") \
    ROW(ELOOP, 40, "Too many levels of symbolic links") \
    ROW(ENOMSG, 42, "No message of desired type") \
    ROW(EIDRM, 43, "Identifier removed") \
    ROW(ENOLINK, 67, "Link has been severed") \
    ROW(EPROTO, 71, "Protocol error") \
    ROW(EMULTIHOP, 72, "Multihop attempted") \
    ROW(EBADMSG, 74, "Bad message") \
    ROW(EOVERFLOW, 75, "Value too large for defined data type") \
    ROW(EILSEQ, 84, "Invalid or incomplete multibyte or wide character") \
    ROW(ENOTSOCK, 88, "Socket operation on non-socket") \
    ROW(EDESTADDRREQ, 89, "Destination address required") \
    ROW(EMSGSIZE, 90, "Message too long") \
    ROW(EPROTOTYPE, 91, "Protocol wrong type for socket") \
    ROW(ENOPROTOOPT, 92, "Protocol not available") \
    ROW(EPROTONOSUPPORT, 93, "Protocol not supported") \
    ROW(ENOTSUP, 95, "Operation not supported") \
    ROW(EAFNOSUPPORT, 97, "Address family not supported by protocol") \
    ROW(EADDRINUSE, 98, "Address already in use") \
    ROW(EADDRNOTAVAIL, 99, "Cannot assign requested address") \
    ROW(ENETDOWN, 100, "Network is down") \
    ROW(ENETUNREACH, 101, "Network is unreachable") \
    ROW(ENETRESET, 102, "Network dropped connection on reset") \
    ROW(ECONNABORTED, 103, "Software caused connection abort") \
    ROW(ECONNRESET, 104, "Connection reset by peer") \
    ROW(ENOBUFS, 105, "No buffer space available") \
    ROW(EISCONN, 106, "Transport endpoint is already connected") \
    ROW(ENOTCONN, 107, "Transport endpoint is not connected") \
    ROW(ETIMEDOUT, 110, "Connection timed out") \
    ROW(ECONNREFUSED, 111, "Connection refused") \
    ROW(EHOSTUNREACH, 113, "No route to host") \
    ROW(EALREADY, 114, "Operation already in progress") \
    ROW(EINPROGRESS, 115, "Operation now in progress") \
    ROW(ESTALE, 116, "Stale file handle") \
    ROW(EDQUOT, 122, "Disk quota exceeded") \
    ROW(ECANCELED, 125, "Operation canceled") \
    ROW(EOWNERDEAD, 130, "Owner died") \
    ROW(ENOTRECOVERABLE, 131, "State not recoverable")

/* Those that WASI lacks. */
#define LINUX_ERRORS(ROW) \
    ROW(ENOTBLK, 15, "Block device required") \
    ROW(ECHRNG, 44, "Channel number out of range") \
    ROW(EL2NSYNC, 45, "Level 2 not synchronized") \
    ROW(EL3HLT, 46, "Level 3 halted") \
    ROW(EL3RST, 47, "Level 3 reset") \
    ROW(ELNRNG, 48, "Link number out of range") \
    ROW(EUNATCH, 49, "Protocol driver not attached") \
    ROW(ENOCSI, 50, "No CSI structure available") \
    ROW(EL2HLT, 51, "Level 2 halted") \
    ROW(EBADE, 52, "Invalid exchange") \
    ROW(EBADR, 53, "Invalid request descriptor") \
    ROW(EXFULL, 54, "Exchange full") \
    ROW(ENOANO, 55, "No anode") \
    ROW(EBADRQC, 56, "Invalid request code") \
    ROW(EBADSLT, 57, "Invalid slot") \
    ROW(EBFONT, 59, "Bad font file format") \
    ROW(ENOSTR, 60, "Device not a stream") \
    ROW(ENODATA, 61, "No data available") \
    ROW(ETIME, 62, "Timer expired") \
    ROW(ENOSR, 63, "Out of streams resources") \
    ROW(ENONET, 64, "Machine is not on the network") \
    ROW(ENOPKG, 65, "Package not installed") \
    ROW(EREMOTE, 66, "Object is remote") \
    ROW(EADV, 68, "Advertise error") \
    ROW(ESRMNT, 69, "Srmount error") \
    ROW(ECOMM, 70, "Communication error on send") \
    ROW(EDOTDOT, 73, "RFS specific error") \
    ROW(ENOTUNIQ, 76, "Name not unique on network") \
    ROW(EBADFD, 77, "File descriptor in bad state") \
    ROW(EREMCHG, 78, "Remote address changed") \
    ROW(ELIBACC, 79, "Can not access a needed shared library") \
    ROW(ELIBBAD, 80, "Accessing a corrupted shared library") \
    ROW(ELIBSCN, 81, ".lib section in a.out corrupted") \
    ROW(ELIBMAX, 82, "Attempting to link in too many shared libraries") \
    ROW(ELIBEXEC, 83, "Cannot exec a shared library directly") \
    ROW(ERESTART, 85, "Interrupted system call should be restarted") \
    ROW(ESTRPIPE, 86, "Streams pipe error") \
    ROW(EUSERS, 87, "Too many users") \
    ROW(ESOCKTNOSUPPORT, 94, "Socket type not supported") \
    ROW(EPFNOSUPPORT, 96, "Protocol family not supported") \
    ROW(ESHUTDOWN, 108, "Cannot send after transport endpoint shutdown") \
    ROW(ETOOMANYREFS, 109, "Too many references: cannot splice") \
    ROW(EHOSTDOWN, 112, "Host is down") \
    ROW(EUCLEAN, 117, "Structure needs cleaning") \
    ROW(ENOTNAM, 118, "Not a XENIX named type file") \
    ROW(ENAVAIL, 119, "No XENIX semaphores available") \
    ROW(EISNAM, 120, "Is a named type file") \
    ROW(EREMOTEIO, 121, "Remote I/O error") \
    ROW(ENOMEDIUM, 123, "No medium found") \
    ROW(EMEDIUMTYPE, 124, "Wrong medium type") \
    ROW(ENOKEY, 126, "Required key not available") \
    ROW(EKEYEXPIRED, 127, "Key has expired") \
    ROW(EKEYREVOKED, 128, "Key has been revoked") \
    ROW(EKEYREJECTED, 129, "Key was rejected by service") \
    ROW(ERFKILL, 132, "Operation not possible due to RF-kill")

/* Other names of the same. */
#define ERROR_ALIASES(ROW) \
    ROW(EWOULDBLOCK, 11) \
    ROW(EDEADLOCK, 35) \
    ROW(EOPNOTSUPP, 95)
#endif
