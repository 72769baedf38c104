/* Processes, descriptors and users, which preview 1 lacks. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wasi/api.h>

#include "launch.h"
#include "rpc.h"
#include "shadowbox/libc.h"

extern char **environ;

int __real_close(int fd);
int __real_fcntl(int fd, int command, ...);
int __real_fstatat(int dir, const char *path, struct stat *into, int flags);
int __real_raise(int number);

enum { USER = 1000, DESCRIPTORS = 250, SIGNALLED = 256, DIRECTORY_SIZE = 4096 };

/* Which of the three: pid, parent's, group's. 1 without host services. */
static pid_t own_number(int which)
{
    pid_t numbers[3] = {1, 1, 1};
    int saved = errno;
    rpc_begin(RPC_GETPID);
    if (rpc_call() == 0)
        for (int i = 0; i < 3; i++)
            numbers[i] = (pid_t)rpc_get_u32();
    errno = saved;
    return numbers[which];
}

pid_t __wrap_getpid(void)
{
    return own_number(0);
}

void __wrap_abort(void)
{
    kill(getpid(), SIGABRT);
    __builtin_trap();
}

pid_t getppid(void)
{
    return own_number(1);
}

pid_t getpgrp(void)
{
    return own_number(2);
}

/* The group of another process, as the host lists it. */
static pid_t group_of(pid_t pid)
{
    size_t length;
    rpc_begin(RPC_PS);
    if (rpc_call() < 0)
        return -1;
    for (const char *line = rpc_get_string(&length), *end = line + length; line < end; line = memchr(line, '\n', (size_t)(end - line)) + 1) {
        char *rest;
        if (strtol(line, &rest, 10) == pid) {
            strtol(rest, &rest, 10);
            return (pid_t)strtol(rest, NULL, 10);
        }
    }
    errno = ESRCH;
    return -1;
}

pid_t getpgid(pid_t pid)
{
    if (pid == 0 || pid == own_number(0))
        return getpgrp();
    return group_of(pid);
}

int __wrap_uname(struct utsname *into)
{
    /* What the box's uname command says. */
    memset(into, 0, sizeof *into);
    strcpy(into->sysname, "Linux");
    strcpy(into->release, "6.0.0-wasi");
    strcpy(into->version, "#1 Shadowbox");
    strcpy(into->machine, "wasm32");
    return gethostname(into->nodename, sizeof into->nodename);
}

uid_t getuid(void)
{
    return USER;
}

uid_t geteuid(void)
{
    return USER;
}

gid_t getgid(void)
{
    return USER;
}

gid_t getegid(void)
{
    return USER;
}

int getgroups(int size, gid_t list[])
{
    if (size > 0)
        list[0] = USER;
    return 1;
}

char *getlogin(void)
{
    char *name = getenv("LOGNAME");
    return name ? name : "user";
}

int ttyname_r(int fd, char *name, size_t size)
{
    if (!isatty(fd))
        return ENOTTY;
    strncpy(name, "/dev/tty", size);
    return 0;
}

char *ttyname(int fd)
{
    static char name[16];
    errno = ttyname_r(fd, name, sizeof name);
    return errno ? NULL : name;
}

int gethostname(char *name, size_t size)
{
    const char *own = getenv("HOSTNAME");
    strncpy(name, own ? own : "shadowbox", size);
    return 0;
}

int pipe(int ends[2])
{
    rpc_begin(RPC_PIPE);
    if (rpc_call() < 0)
        return -1;
    ends[0] = (int)rpc_get_u32();
    ends[1] = (int)rpc_get_u32();
    return 0;
}

int pipe2(int ends[2], int flags)
{
    if (pipe(ends) < 0)
        return -1;
    for (int i = 0; i < 2 && flags & O_NONBLOCK; i++)
        __real_fcntl(ends[i], F_SETFL, O_NONBLOCK);
    return 0;
}

int dup2(int from, int to)
{
    rpc_begin(RPC_DUP2);
    rpc_put_u32((uint32_t)from);
    rpc_put_u32((uint32_t)to);
    return rpc_call() < 0 ? -1 : to;
}

int dup3(int from, int to, int flags)
{
    (void)flags;
    if (from != to)
        return dup2(from, to);
    errno = EINVAL;
    return -1;
}

static int is_open(int fd)
{
    __wasi_fdstat_t facts;
    return __wasi_fd_fdstat_get((__wasi_fd_t)fd, &facts) == 0;
}

/* CPython makes descriptors that children do not get, unless it is told otherwise. */
static unsigned char inheritable[SPAWN_DESCRIPTORS];

int __wrap_close(int fd)
{
    if (fd >= 0 && fd < SPAWN_DESCRIPTORS)
        inheritable[fd] = 0;
    return __real_close(fd);
}

size_t spawn_inherited(struct spawn_fd fds[SPAWN_DESCRIPTORS])
{
    size_t count = 0;
    for (int fd = 0; fd < SPAWN_DESCRIPTORS; fd++)
        if (fd <= 2 ? is_open(fd) : inheritable[fd])
            fds[count++] = (struct spawn_fd){fd, fd};
    return count;
}

int spawn_exists(const char *path)
{
    struct stat facts;
    return __real_fstatat(AT_FDCWD, path, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The lowest free number from `least` on becomes a copy of `fd`. */
static int duplicate(int fd, int least)
{
    if (!is_open(fd)) {
        errno = EBADF;
        return -1;
    }
    for (int to = least; to < DESCRIPTORS; to++)
        if (!is_open(to))
            return dup2(fd, to);
    errno = EMFILE;
    return -1;
}

int dup(int fd)
{
    return duplicate(fd, 0);
}

int __wrap_fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    int value = va_arg(arguments, int);
    va_end(arguments);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        return duplicate(fd, value);
    if (command == F_GETFD || command == F_SETFD) {
        if (!is_open(fd)) {
            errno = EBADF;
            return -1;
        }
        if (command == F_SETFD)
            inheritable[fd] = !(value & FD_CLOEXEC);
        return command == F_GETFD && fd > 2 && !inheritable[fd] ? FD_CLOEXEC : 0;
    }
    /* As flock: nobody else of the box takes locks. */
    if ((command == F_SETLK || command == F_SETLKW) && is_open(fd))
        return 0;
    return __real_fcntl(fd, command, value);
}

/* A signal to this process runs its handler now; without one the host ends the process. */
static int signal_self(int number)
{
    void (*handler)(int) = signal(number, SIG_DFL);
    if (handler != SIG_ERR)
        signal(number, handler);
    if (handler == SIG_ERR || handler == SIG_DFL) {
        pid_t self = own_number(0);
        rpc_begin(RPC_KILL);
        rpc_put_u32((uint32_t)self);
        rpc_put_u32((uint32_t)number);
        return rpc_call();
    }
    return handler == SIG_IGN ? 0 : __real_raise(number);
}

int __wrap_raise(int number)
{
    return signal_self(number);
}

int kill(pid_t pid, int number)
{
    if (number != 0 && pid == own_number(0))
        return signal_self(number);
    rpc_begin(RPC_KILL);
    rpc_put_u32((uint32_t)pid);
    rpc_put_u32((uint32_t)number);
    return rpc_call();
}

int killpg(pid_t group, int number)
{
    return kill(group == 0 ? 0 : -group, number);
}

static void put_list(char *const list[])
{
    uint32_t count = 0;
    while (list[count])
        count++;
    rpc_put_u32(count);
    for (uint32_t i = 0; i < count; i++)
        rpc_put_string(list[i]);
}

/* `path` as an absolute path without `.` and `..`. */
static void absolute(const char *path, char *into, size_t size)
{
    size_t length = 0;
    if (path[0] != '/' && getcwd(into, size))
        length = strlen(into);
    while (length > 0 && into[length - 1] == '/')
        length--;
    while (*path) {
        size_t part = strcspn(path, "/");
        if (part == 2 && path[0] == '.' && path[1] == '.') {
            while (length > 0 && into[--length] != '/')
                ;
        } else if (part > 0 && !(part == 1 && path[0] == '.') && length + part + 2 < size) {
            into[length++] = '/';
            memcpy(into + length, path, part);
            length += part;
        }
        path += part + (path[part] == '/');
    }
    strcpy(into + length, length ? "" : "/");
}

/* Programs of the box go to $PWD before they begin: it has to be true. */
static void put_environment(char *const list[], const char *directory)
{
    char own[DIRECTORY_SIZE] = "PWD=";
    absolute(directory, own + 4, sizeof own - 4);
    uint32_t count = 1;
    for (char *const *each = list; *each; each++)
        count += strncmp(*each, "PWD=", 4) != 0;
    rpc_put_u32(count);
    for (char *const *each = list; *each; each++)
        if (strncmp(*each, "PWD=", 4) != 0)
            rpc_put_string(*each);
    rpc_put_string(own);
}

pid_t shadowbox_spawn(const struct spawn *what)
{
    rpc_begin(RPC_SPAWN);
    rpc_put_path(what->path);
    put_list(what->argv);
    put_environment(what->env ? what->env : environ, what->cwd ? what->cwd : ".");
    rpc_put_path(what->cwd ? what->cwd : ".");
    rpc_put_u32((uint32_t)what->count);
    for (size_t i = 0; i < what->count; i++) {
        rpc_put_u32((uint32_t)what->fds[i].child);
        rpc_put_u32(1);
        rpc_put_u32((uint32_t)what->fds[i].mine);
    }
    rpc_put_u32((uint32_t)what->group);
    rpc_put_u32(what->ignores ? 0 : 1u << SIGPIPE);
    return rpc_call() < 0 ? -1 : (pid_t)rpc_get_u32();
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    rpc_begin(RPC_WAIT);
    rpc_put_u32((uint32_t)pid);
    rpc_put_u32(options & WNOHANG ? 1 : 0);
    if (rpc_call() < 0)
        return -1;
    pid_t ended = (pid_t)rpc_get_u32();
    uint32_t how = rpc_get_u32();
    if (status)
        *status = ended == 0 ? 0 : how >= SIGNALLED ? (int)(how - SIGNALLED) : (int)how << 8;
    return ended;
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

int system(const char *command)
{
    char *argv[] = {"sh", "-c", (char *)command, NULL};
    struct spawn_fd fds[] = {{0, 0}, {1, 1}, {2, 2}};
    struct spawn shell = {.path = "/bin/sh", .argv = argv, .fds = fds, .count = 3, .group = SAME_GROUP};
    int status;
    if (!command)
        return rpc_present();
    pid_t pid = shadowbox_spawn(&shell);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return -1;
    return status;
}
