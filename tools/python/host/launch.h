/* How this program starts others. */
#ifndef SHADOWBOX_LAUNCH_H
#define SHADOWBOX_LAUNCH_H
#include <sys/types.h>

/* A descriptor of the child and which of ours it is. */
struct spawn_fd {
    int child, mine;
};

enum { SPAWN_DESCRIPTORS = 256, SAME_GROUP = -1 };

struct spawn {
    const char *path;
    char *const *argv;
    /* NULL: this process's. */
    char *const *env;
    /* NULL: this process's. */
    const char *cwd;
    const struct spawn_fd *fds;
    size_t count;
    /* SAME_GROUP: this process's; 0: a new one. */
    pid_t group;
    /* Whether the child ignores SIGPIPE because CPython does. */
    int ignores;
};

/* Starts a program. Its pid, or -1 with errno. */
pid_t shadowbox_spawn(const struct spawn *what);
/* What a program gets that is told nothing else: the standard streams and what was made inheritable. How many. */
size_t spawn_inherited(struct spawn_fd fds[SPAWN_DESCRIPTORS]);
/* Whether there is something at `path`, asked of the engine alone, which is quicker than to try to start it. */
int spawn_exists(const char *path);
#endif
