/* Functions of POSIX that WASI's libc lacks and our runtime supplies through host services. Included before every source
   of CPython. */
#ifndef SHADOWBOX_LIBC_H
#define SHADOWBOX_LIBC_H
#include <sys/time.h>
#include <sys/types.h>
#include <sys/ioctl.h>

pid_t getppid(void);
pid_t getpgrp(void);
pid_t getpgid(pid_t pid);
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
int getgroups(int size, gid_t list[]);
char *getlogin(void);
char *ttyname(int fd);
int ttyname_r(int fd, char *name, size_t size);
int gethostname(char *name, size_t size);
mode_t umask(mode_t mask);
int chown(const char *path, uid_t owner, gid_t group);
int lchown(const char *path, uid_t owner, gid_t group);
int fchown(int fd, uid_t owner, gid_t group);
int mkfifo(const char *path, mode_t mode);
int pipe(int ends[2]);
int pipe2(int ends[2], int flags);
int dup(int fd);
int dup2(int from, int to);
int dup3(int from, int to, int flags);
int flock(int fd, int operation);
int kill(pid_t pid, int signal);
int killpg(pid_t group, int signal);
int system(const char *command);
int execv(const char *path, char *const argv[]);
int execve(const char *path, char *const argv[], char *const env[]);
unsigned alarm(unsigned seconds);
int pause(void);
#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2
struct itimerval {
    struct timeval it_interval, it_value;
};
int setitimer(int which, const struct itimerval *value, struct itimerval *old);
int getitimer(int which, struct itimerval *value);
void tzset(void);

/* Linux's number for this libc's `number`, and glibc's text for a number of Linux: what Python shows. */
int shadowbox_errno(int number);
const char *shadowbox_strerror(int number);

#define F_DUPFD 0
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_SETLK 6
#define F_SETLKW 7
#define F_DUPFD_CLOEXEC 1030
#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8
#ifndef TIOCGWINSZ
#define TIOCGWINSZ 0x5413
#define __NEED_struct_winsize
#include <bits/alltypes.h>
#endif
#endif
