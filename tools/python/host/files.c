/* Files: true modes, owners and links, which preview 1 does not tell. The names with __wrap_ take the place of libc's. */
#include "rpc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shadowbox/libc.h"

int __real_fstat(int fd, struct stat *into);
int __real_fstatat(int dir, const char *path, struct stat *into, int flags);
int __real_faccessat(int dir, const char *path, int mode, int flags);
int __real_ioctl(int fd, int request, ...);
int __real_mkdir(const char *path, mode_t mode);
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __real_open(const char *path, int flags, ...);
int __real_openat(int dir, const char *path, int flags, ...);

static struct timespec time_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
}

static int read_stat(struct stat *into)
{
    if (rpc_call() < 0)
        return -1;
    memset(into, 0, sizeof *into);
    into->st_mode = rpc_get_u32();
    into->st_uid = rpc_get_u32();
    into->st_gid = rpc_get_u32();
    into->st_ino = rpc_get_u64();
    into->st_nlink = rpc_get_u32();
    into->st_dev = rpc_get_u64();
    into->st_rdev = rpc_get_u64();
    into->st_blocks = (blkcnt_t)rpc_get_u64();
    into->st_atim = time_of(rpc_get_u64());
    into->st_mtim = time_of(rpc_get_u64());
    into->st_ctim = time_of(rpc_get_u64());
    into->st_size = (off_t)rpc_get_u64();
    into->st_blksize = 4096;
    return 0;
}

/* Hosts without our services tell no permissions: those of a usual umask stand in. */
static int usual_mode(struct stat *into, int status)
{
    if (status == 0 && (into->st_mode & 07777) == 0)
        into->st_mode |= S_ISDIR(into->st_mode) ? 0755 : S_ISLNK(into->st_mode) ? 0777 : 0644;
    return status;
}

int __wrap_fstat(int fd, struct stat *into)
{
    if (!rpc_present())
        return usual_mode(into, __real_fstat(fd, into));
    rpc_begin(RPC_FSTAT);
    rpc_put_u32((uint32_t)fd);
    return read_stat(into);
}

int __wrap_fstatat(int dir, const char *path, struct stat *into, int flags)
{
    int status;
    mode_t mode;
    if ((dir == AT_FDCWD || path[0] == '/') && rpc_present()) {
        rpc_begin(RPC_STAT);
        rpc_put_path(path);
        rpc_put_u32(!(flags & AT_SYMLINK_NOFOLLOW));
        return read_stat(into);
    }
    status = __real_fstatat(dir, path, into, flags);
    mode = status == 0 ? into->st_mode : 0;
    if (rpc_present() && (S_ISREG(mode) || S_ISDIR(mode))) {
        int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));
        if (fd >= 0) {
            struct stat true_facts;
            if (__wrap_fstat(fd, &true_facts) == 0)
                *into = true_facts;
            close(fd);
        }
        errno = 0;
    }
    return usual_mode(into, status);
}

/* Preview 1 makes every file with the host's usual mode: one that is asked for otherwise is set when the file is new. */
static int open_with_mode(int dir, const char *path, int flags, mode_t mode)
{
    struct stat facts;
    /* To read is nothing at all on Linux, and a flag of WASI's. */
    if ((flags & O_ACCMODE) == 0)
        flags |= O_RDONLY;
    int is_new = (flags & O_CREAT) && mode != 0666 && rpc_present() && __wrap_fstatat(dir, path, &facts, 0) < 0;
    /* libc's openat gives AT_FDCWD to open, which is our own. */
    int fd = dir == AT_FDCWD ? __real_open(path, flags, mode) : __real_openat(dir, path, flags, mode);
    if (fd >= 0 && is_new) {
        mode_t mask = umask(0);
        umask(mask);
        fchmod(fd, mode & ~mask);
    }
    return fd;
}

/* Folders likewise. */
static int with_mode(int status, int dir, const char *path, mode_t mode)
{
    if (status < 0 || (mode & 07777) == 0777 || !rpc_present())
        return status;
    return fchmodat(dir, path, mode & ~umask((mode_t)-1), 0);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    return with_mode(__real_mkdir(path, mode), AT_FDCWD, path, mode);
}

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
    /* libc's gives AT_FDCWD to mkdir, which is our own. */
    int status = dir == AT_FDCWD ? __real_mkdir(path, mode) : __real_mkdirat(dir, path, mode);
    return with_mode(status, dir, path, mode);
}

static mode_t mode_of(int flags, va_list arguments)
{
    return flags & O_CREAT ? (mode_t)va_arg(arguments, int) : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_with_mode(AT_FDCWD, path, flags, mode);
}

int __wrap_openat(int dir, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_with_mode(dir, path, flags, mode);
}

int __wrap_stat(const char *restrict path, struct stat *restrict into)
{
    return __wrap_fstatat(AT_FDCWD, path, into, 0);
}

int __wrap_lstat(const char *restrict path, struct stat *restrict into)
{
    return __wrap_fstatat(AT_FDCWD, path, into, AT_SYMLINK_NOFOLLOW);
}

int __wrap_faccessat(int dir, const char *path, int mode, int flags)
{
    struct stat facts;
    if (__wrap_fstatat(dir, path, &facts, 0) < 0)
        return -1;
    if (!rpc_present())
        return mode & X_OK ? 0 : __real_faccessat(dir, path, mode, 0);
    unsigned shift = facts.st_uid == geteuid() ? 6 : facts.st_gid == getegid() ? 3 : 0;
    if (((facts.st_mode >> shift) & (unsigned)mode & 7) != ((unsigned)mode & 7)) {
        errno = EACCES;
        return -1;
    }
    return 0;
}

int __wrap_access(const char *path, int mode)
{
    return __wrap_faccessat(AT_FDCWD, path, mode, 0);
}

static int change_mode(const char *path, mode_t mode, int follow)
{
    rpc_begin(RPC_CHMOD);
    rpc_put_path(path);
    rpc_put_u32((uint32_t)follow);
    rpc_put_u32(mode);
    return rpc_call();
}

int __wrap_chmod(const char *path, mode_t mode)
{
    return change_mode(path, mode, 1);
}

int __wrap_fchmod(int fd, mode_t mode)
{
    rpc_begin(RPC_FCHMOD);
    rpc_put_u32((uint32_t)fd);
    rpc_put_u32(mode);
    return rpc_call();
}

int __wrap_fchmodat(int dir, const char *path, mode_t mode, int flags)
{
    if (dir == AT_FDCWD || path[0] == '/')
        return change_mode(path, mode, !(flags & AT_SYMLINK_NOFOLLOW));
    int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));
    if (fd < 0)
        return -1;
    int status = __wrap_fchmod(fd, mode);
    close(fd);
    return status;
}

static int change_owner(const char *path, uid_t owner, gid_t group, int follow)
{
    rpc_begin(RPC_CHOWN);
    rpc_put_path(path);
    rpc_put_u32((uint32_t)follow);
    rpc_put_u32(owner);
    rpc_put_u32(group);
    return rpc_call();
}

int chown(const char *path, uid_t owner, gid_t group)
{
    return change_owner(path, owner, group, 1);
}

int lchown(const char *path, uid_t owner, gid_t group)
{
    return change_owner(path, owner, group, 0);
}

int fchown(int fd, uid_t owner, gid_t group)
{
    struct stat facts;
    if (__wrap_fstat(fd, &facts) < 0)
        return -1;
    if ((owner == (uid_t)-1 || owner == facts.st_uid) && (group == (gid_t)-1 || group == facts.st_gid))
        return 0;
    errno = EPERM;
    return -1;
}

mode_t umask(mode_t mask)
{
    rpc_begin(RPC_UMASK);
    rpc_put_u32(mask);
    return rpc_call() < 0 ? 022 : rpc_get_u32();
}

int mkfifo(const char *path, mode_t mode)
{
    mode_t mask = umask((mode_t)-1);
    rpc_begin(RPC_MKFIFO);
    rpc_put_path(path);
    rpc_put_u32(mode & ~mask);
    return rpc_call();
}

/* Advisory locks: nobody else holds one, since no other program of the box takes any. */
int flock(int fd, int operation)
{
    struct stat facts;
    (void)operation;
    return __real_fstat(fd, &facts);
}

int __wrap_ioctl(int fd, int request, void *argument)
{
    if (request != TIOCGWINSZ)
        return __real_ioctl(fd, request, argument);
    struct winsize *size = argument;
    memset(size, 0, sizeof *size);
    rpc_begin(RPC_TTYSIZE);
    rpc_put_u32((uint32_t)fd);
    if (rpc_call() < 0)
        return -1;
    if (!rpc_get_u32()) {
        errno = ENOTTY;
        return -1;
    }
    size->ws_col = (unsigned short)rpc_get_u32();
    size->ws_row = (unsigned short)rpc_get_u32();
    return 0;
}
