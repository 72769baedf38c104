/* CPython's _posixsubprocess over host services: there is no fork, the host starts the program. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"

/* A pid that no process has: subprocess waits for it after it read that the start failed. */
enum { NOBODY = 0x7ffffff0 };

static void free_strings(char **strings)
{
    if (!strings)
        return;
    for (char **each = strings; *each; each++)
        PyMem_Free(*each);
    PyMem_Free(strings);
}

/* The items of a sequence of str, bytes or paths as C strings. */
static char **strings_of(PyObject *sequence)
{
    PyObject *fast = PySequence_Fast(sequence, "argv must be a tuple");
    if (!fast)
        return NULL;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(fast);
    char **strings = PyMem_Calloc((size_t)count + 1, sizeof *strings);
    for (Py_ssize_t i = 0; strings && i < count; i++) {
        PyObject *bytes = NULL;
        if (!PyUnicode_FSConverter(PySequence_Fast_GET_ITEM(fast, i), &bytes)) {
            free_strings(strings);
            Py_DECREF(fast);
            return NULL;
        }
        size_t size = (size_t)PyBytes_GET_SIZE(bytes) + 1;
        strings[i] = PyMem_Malloc(size);
        if (strings[i])
            memcpy(strings[i], PyBytes_AS_STRING(bytes), size);
        Py_DECREF(bytes);
    }
    Py_DECREF(fast);
    if (!strings)
        PyErr_NoMemory();
    return strings;
}

/* What the child would have written before it ended, as subprocess.py reads it. */
static void report_failure(int pipe, int number, const char *where)
{
    char text[64];
    int length = snprintf(text, sizeof text, "OSError:%X:%s", (unsigned)shadowbox_errno(number), where);
    if (write(pipe, text, (size_t)length) < 0)
        errno = number;
}

static int is_directory(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) < 0)
        return 0;
    if (S_ISDIR(facts.st_mode))
        return 1;
    errno = ENOTDIR;
    return 0;
}

/* Tries one place after the other, as exec does along PATH. */
static pid_t spawn_first(struct spawn *what, char *const *places)
{
    int failure = ENOENT;
    for (; *places; places++) {
        what->path = *places;
        pid_t pid = spawn_exists(*places) ? shadowbox_spawn(what) : -1;
        if (pid >= 0)
            return pid;
        if (errno != ENOENT && errno != ENOTDIR)
            failure = errno;
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            break;
    }
    errno = failure;
    return -1;
}

/* What was made inheritable and is not given yet; how many there are then. */
static size_t add_inherited(struct spawn_fd fds[SPAWN_DESCRIPTORS], size_t count, int failure)
{
    struct spawn_fd all[SPAWN_DESCRIPTORS];
    size_t inherited = spawn_inherited(all), given = count;
    for (size_t i = 0; i < inherited && count < SPAWN_DESCRIPTORS; i++) {
        size_t at = 0;
        while (at < given && fds[at].child != all[i].child)
            at++;
        if (at == given && all[i].child != failure)
            fds[count++] = all[i];
    }
    return count;
}

static PyObject *fork_exec(PyObject *module, PyObject *args)
{
    PyObject *process_args, *places_object, *kept, *cwd_object, *env_object, *gid, *groups, *uid, *preexec;
    int close_fds, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, failure_read, failure_write;
    int restore_signals, new_session, group, mask, allow_vfork;
    if (!PyArg_ParseTuple(args, "OOpO!OOiiiiiiiiiiiOOOiOp:fork_exec", &process_args, &places_object, &close_fds,
                          &PyTuple_Type, &kept, &cwd_object, &env_object, &p2cread, &p2cwrite, &c2pread, &c2pwrite,
                          &errread, &errwrite, &failure_read, &failure_write, &restore_signals, &new_session, &group,
                          &gid, &groups, &uid, &mask, &preexec, &allow_vfork))
        return NULL;
    if (preexec != Py_None) {
        PyErr_SetString(PyExc_NotImplementedError,
                        "preexec_fn: no Python code can run between fork and exec here, there is no fork; "
                        "use cwd=, env= or start_new_session= instead");
        return NULL;
    }

    PyObject *cwd = NULL, *result = NULL;
    char **argv = NULL, **places = NULL, **env = NULL;
    if (cwd_object != Py_None && !PyUnicode_FSConverter(cwd_object, &cwd))
        return NULL;
    if (!(argv = strings_of(process_args)) || !(places = strings_of(places_object)) ||
        (env_object != Py_None && !(env = strings_of(env_object))))
        goto done;

    struct spawn_fd fds[SPAWN_DESCRIPTORS] = {
        {0, p2cread < 0 ? 0 : p2cread}, {1, c2pwrite < 0 ? 1 : c2pwrite}, {2, errwrite < 0 ? 2 : errwrite}};
    size_t count = 3;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(kept) && count < SPAWN_DESCRIPTORS; i++) {
        long fd = PyLong_AsLong(PyTuple_GET_ITEM(kept, i));
        if (fd > 2 && fd != failure_write)
            fds[count++] = (struct spawn_fd){(int)fd, (int)fd};
    }
    if (!close_fds)
        count = add_inherited(fds, count, failure_write);
    struct spawn what = {.argv = argv, .env = env, .cwd = cwd ? PyBytes_AS_STRING(cwd) : NULL, .fds = fds, .count = count,
                         .group = new_session ? 0 : group < 0 ? SAME_GROUP : group, .ignores = !restore_signals};
    pid_t pid = -1;
    if (what.cwd && !is_directory(what.cwd))
        report_failure(failure_write, errno, "noexec");
    else if ((pid = spawn_first(&what, places)) < 0)
        report_failure(failure_write, errno, "");
    result = PyLong_FromLong(pid < 0 ? NOBODY : pid);
done:
    Py_XDECREF(cwd);
    free_strings(argv);
    free_strings(places);
    free_strings(env);
    return result;
}

static PyMethodDef methods[] = {
    {"fork_exec", fork_exec, METH_VARARGS, "Starts a program; see subprocess.Popen."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_posixsubprocess",
    .m_doc = "Starts programs through the host.",
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__posixsubprocess(void)
{
    return PyModuleDef_Init(&definition);
}
