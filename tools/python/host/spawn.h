#ifndef SHADOWBOX_SPAWN_H
#define SHADOWBOX_SPAWN_H
#include <sys/types.h>

/* A descriptor of the child and which of ours it is. */
struct spawn_fd {
    int child, mine;
};

struct spawn {
    const char *path;
    char *const *argv;
    /* NULL: this process's. */
    char *const *env;
    /* NULL: this process's. */
    const char *cwd;
    const struct spawn_fd *fds;
    size_t count;
};

/* Starts a program. Its pid, or -1 with errno. */
pid_t shadowbox_spawn(const struct spawn *what);
#endif
