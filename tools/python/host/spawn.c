/* exec and posix_spawn. There is no fork: the host starts the program. */
#include <spawn.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"
#include "shadowbox/libc.h"

extern char **environ;

/* A process cannot become another program here. It starts that one, waits for it, and ends as it ended. */
int execve(const char *path, char *const argv[], char *const env[])
{
    struct spawn_fd fds[SPAWN_DESCRIPTORS];
    struct spawn what = {.path = path, .argv = argv, .env = env, .fds = fds, .group = SAME_GROUP};
    int status;
    if (!spawn_exists(path))
        return -1;
    what.count = spawn_inherited(fds);
    pid_t pid = shadowbox_spawn(&what);
    if (pid < 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            _exit(127);
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
        _exit(128 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
    *attributes = (posix_spawnattr_t){0};
    return 0;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
    (void)attributes;
    return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
    attributes->flags = flags;
    return 0;
}

int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group)
{
    attributes->group = group;
    return 0;
}

struct spawn_action {
    struct spawn_action *next;
    enum { OPEN, CLOSE, DUP2 } what;
    int fd, from, flags;
    mode_t mode;
    char path[];
};

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    *actions = (posix_spawn_file_actions_t){0};
    return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    while (actions->first) {
        struct spawn_action *next = actions->first->next;
        free(actions->first);
        actions->first = next;
    }
    actions->last = NULL;
    return 0;
}

static int add_action(posix_spawn_file_actions_t *actions, struct spawn_action action, const char *path)
{
    struct spawn_action *copy = malloc(sizeof *copy + strlen(path) + 1);
    if (!copy)
        return ENOMEM;
    if (action.fd < 0 || action.from < 0 || action.fd >= SPAWN_DESCRIPTORS || action.from >= SPAWN_DESCRIPTORS) {
        free(copy);
        return EBADF;
    }
    *copy = action;
    strcpy(copy->path, path);
    *(actions->last ? &actions->last->next : &actions->first) = copy;
    actions->last = copy;
    return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd, const char *path, int flags, mode_t mode)
{
    return add_action(actions, (struct spawn_action){.what = OPEN, .fd = fd, .flags = flags, .mode = mode}, path);
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
    return add_action(actions, (struct spawn_action){.what = CLOSE, .fd = fd}, "");
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to)
{
    return add_action(actions, (struct spawn_action){.what = DUP2, .fd = to, .from = from}, "");
}

/* Which of our descriptors the child gets as which, -1 for none; what is opened for it alone is noted in `opened`. */
static int act(const posix_spawn_file_actions_t *actions, int table[SPAWN_DESCRIPTORS], int opened[SPAWN_DESCRIPTORS], size_t *count)
{
    for (struct spawn_action *each = actions ? actions->first : NULL; each; each = each->next) {
        /* Of the parent's that are not inherited, a copy still is the child's. */
        int from = each->what == DUP2 ? table[each->from] >= 0 ? table[each->from] : each->from : -1;
        if (each->what == OPEN) {
            if ((from = open(each->path, each->flags, each->mode)) < 0)
                return errno;
            opened[(*count)++] = from;
        } else if (each->what == DUP2 && fcntl(from, F_GETFD) < 0)
            return EBADF;
        table[each->fd] = from;
        if (*count == SPAWN_DESCRIPTORS)
            return EMFILE;
    }
    return 0;
}

static pid_t group_of(const posix_spawnattr_t *attributes)
{
    if (attributes && attributes->flags & POSIX_SPAWN_SETSID)
        return 0;
    return attributes && attributes->flags & POSIX_SPAWN_SETPGROUP ? attributes->group : SAME_GROUP;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const env[])
{
    struct spawn_fd fds[SPAWN_DESCRIPTORS];
    int table[SPAWN_DESCRIPTORS], opened[SPAWN_DESCRIPTORS];
    size_t count = spawn_inherited(fds), extra = 0;
    memset(table, -1, sizeof table);
    for (size_t i = 0; i < count; i++)
        table[fds[i].child] = fds[i].mine;
    int error = act(actions, table, opened, &extra);
    struct spawn what = {.path = path, .argv = argv, .env = env, .fds = fds, .group = group_of(attributes)};
    for (int fd = 0; fd < SPAWN_DESCRIPTORS; fd++)
        if (table[fd] >= 0)
            fds[what.count++] = (struct spawn_fd){fd, table[fd]};
    if (!error && ((!strchr(path, '/') ? 0 : !spawn_exists(path)) || (*pid = shadowbox_spawn(&what)) < 0))
        error = errno;
    while (extra > 0)
        close(opened[--extra]);
    return error;
}

int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const env[])
{
    const char *search = getenv("PATH");
    int failure = ENOENT;
    if (strchr(name, '/'))
        return posix_spawn(pid, name, actions, attributes, argv, env);
    for (search = search ? search : "/usr/bin:/bin"; *search;) {
        char path[4096];
        size_t length = strcspn(search, ":");
        if (length + strlen(name) + 3 < sizeof path) {
            memcpy(path, length ? search : ".", length ? length : 1);
            strcpy(path + (length ? length : 1), "/");
            strcat(path, name);
            int error = posix_spawn(pid, path, actions, attributes, argv, env);
            if (error == 0 || (error != ENOENT && error != ENOTDIR && error != EACCES))
                return error;
            if (error == EACCES)
                failure = error;
        }
        search += length + (search[length] == ':');
    }
    return failure;
}
