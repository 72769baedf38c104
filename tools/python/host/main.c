/* python3: starts from the snapshot where it can, from the beginning otherwise.
 *
 * The build runs shadowbox_snapshot() once and keeps the memory it leaves behind as the module's data: an interpreter that
 * is initialised, with much of the library imported. A process that starts from it takes up its own arguments,
 * environment, working directory and streams. What the command line or environment may ask of the initialisation itself
 * (-O, -X, PYTHONHASHSEED …) ends that interpreter and starts another.
 */
#define PY_SSIZE_T_CLEAN
#define Py_BUILD_CORE 1
#include <Python.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <wasi/libc-environ.h>

#include "internal/pycore_initconfig.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_pylifecycle.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_pymem.h"

#include "rpc.h"

extern char **environ;
extern void __wasm_call_ctors(void);
extern int __main_void(void);
extern void __wasm_call_dtors(void);
extern void __wasilibc_reset_preopens(void);
/* Static in CPython, or added to it: see edit_source.py. */
extern PyStatus init_sys_streams(PyThreadState *tstate);
extern void pymain_run_python(int *exitcode);
extern int shadowbox_finish(PyObject *library);
extern void shadowbox_zero_free(void);
/* signals.c */
extern int shadowbox_signals_begin(void);
/* memory.c */
extern int memory_in_steps;

static int from_snapshot;
/* Name → module of what the snapshot holds. */
static PyObject *library;

static void fail(const char *what)
{
    fprintf(stderr, "python: %s\n", what);
    exit(1);
}

/* What the command line asks for, as far as a snapshot can give it. */
struct request {
    char *command, *module, *file;
    int inspect, interactive, quiet, unbuffered, no_bytecode, no_user_site, no_environment, isolated, safe_path;
    /* Of -W. */
    PyWideStringList warnings;
    /* sys.argv */
    int count;
    char **arguments;
};

static int starts_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Whether the variables of PYTHON* are ones that resume() can follow. */
static int usual_environment(void)
{
    static const char *const known[] = {"PYTHONPATH=", "PYTHONUNBUFFERED=", "PYTHONDONTWRITEBYTECODE=", "PYTHONHASHSEED=0",
                                        "PYTHONIOENCODING=utf-8", "PYTHONUTF8=1", "PYTHONUSERBASE=", "PYTHONNOUSERSITE=",
                                        "PYTHONSAFEPATH=", "PYTHONPYCACHEPREFIX=", "PYTHONSTARTUP=", "PYTHONTZPATH="};
    for (char **each = environ; *each; each++) {
        size_t i = 0;
        if (!starts_with(*each, "PYTHON") || strchr(*each, '=')[1] == 0)
            continue;
        while (i < sizeof known / sizeof *known && !starts_with(*each, known[i]))
            i++;
        if (i == sizeof known / sizeof *known)
            return 0;
    }
    return 1;
}

static int is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

/* Takes up an option without a value; 0 if a snapshot cannot give it. */
static int take_flag(struct request *request, char flag)
{
    switch (flag) {
    case 'B': return request->no_bytecode = 1;
    case 'E': return request->no_environment = 1;
    case 'I': return request->isolated = request->no_environment = request->no_user_site = request->safe_path = 1;
    case 'P': return request->safe_path = 1;
    case 'i': return request->inspect = request->interactive = 1;
    case 'q': return request->quiet = 1;
    case 's': return request->no_user_site = 1;
    case 'u': return request->unbuffered = 1;
    default: return 0;
    }
}

static void take_warning(struct request *request, const char *filter)
{
    wchar_t *wide = Py_DecodeLocale(filter, NULL);
    if (!wide || PyStatus_Exception(PyWideStringList_Append(&request->warnings, wide)))
        fail("no memory");
    PyMem_RawFree(wide);
}

/* Reads the command line; 0 if it asks for more than a snapshot can give. */
static int parse(int argc, char **argv, struct request *request)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-' && argv[at][1]; at++) {
        for (const char *flag = argv[at] + 1; *flag; flag++) {
            int last = flag[1] == 0;
            if (*flag == 'W' && (flag[1] || at + 1 < argc)) {
                take_warning(request, flag[1] ? flag + 1 : argv[++at]);
                break;
            }
            if ((*flag == 'c' || *flag == 'm') && last && at + 1 < argc) {
                *(*flag == 'c' ? &request->command : &request->module) = argv[at + 1];
                argv[at + 1] = *flag == 'c' ? "-c" : "-m";
                request->count = argc - at - 1;
                request->arguments = argv + at + 1;
                return 1;
            }
            if (!take_flag(request, *flag))
                return 0;
        }
    }
    request->count = argc - at;
    request->arguments = argv + at;
    if (request->count == 0) {
        static char *none[] = {"", NULL};
        request->count = 1;
        request->arguments = none;
    } else if (strcmp(argv[at], "-") != 0)
        request->file = argv[at];
    return 1;
}

static void set_string(PyConfig *config, wchar_t **field, const char *value)
{
    if (value && PyStatus_Exception(PyConfig_SetBytesString(config, field, value)))
        fail("no memory");
}

static PyObject *environment(void)
{
    PyObject *all = PyDict_New();
    for (char **each = environ; all && *each; each++) {
        const char *equals = strchr(*each, '=');
        if (!equals)
            continue;
        PyObject *name = PyBytes_FromStringAndSize(*each, equals - *each);
        PyObject *value = PyBytes_FromString(equals + 1);
        if (name && value)
            PyDict_SetDefault(all, name, value);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return all;
}

static PyObject *search_path(void)
{
    PyObject *path = PyList_New(0);
    const char *given = getenv("PYTHONPATH");
    while (path && given && *given) {
        const char *colon = strchr(given, ':');
        size_t length = colon ? (size_t)(colon - given) : strlen(given);
        PyObject *entry = PyUnicode_DecodeFSDefaultAndSize(given, (Py_ssize_t)length);
        if (entry)
            PyList_Append(path, entry);
        Py_XDECREF(entry);
        given += length + (colon != NULL);
    }
    return path;
}

static void set_list(PyConfig *config, PyWideStringList *list, int count, char **items)
{
    wchar_t **wide = PyMem_RawCalloc((size_t)count + 1, sizeof *wide);
    for (int i = 0; i < count; i++)
        wide[i] = Py_DecodeLocale(items[i], NULL);
    if (PyStatus_Exception(PyConfig_SetWideStringList(config, list, count, wide)))
        fail("no memory");
}

/* Where this program was started from, if that is no folder of the box's own commands: a virtual environment's. */
static int own_folder(const char *name, char *path, size_t size)
{
    const char *environment = getenv("VIRTUAL_ENV"), *search = getenv("PATH");
    size_t length = environment ? strlen(environment) : 0;
    char directory[2048];
    if (*name == '/')
        snprintf(path, size, "%s", name);
    else if (strchr(name, '/') && getcwd(directory, sizeof directory))
        snprintf(path, size, "%s/%s", directory, starts_with(name, "./") ? name + 2 : name);
    else if (length && search && strncmp(search, environment, length) == 0 && starts_with(search + length, "/bin:"))
        snprintf(path, size, "%s/bin/%s", environment, name);
    else
        return 0;
    return !starts_with(path, "/usr/bin/") && !starts_with(path, "/bin/");
}

static void set_executable(PyConfig *config, const char *name)
{
    char path[4096];
    const char *base = strrchr(name, '/');
    snprintf(path, sizeof path, "/usr/bin/%s", base ? base + 1 : name);
    if (!starts_with(path + 9, "python"))
        strcpy(path, "/usr/bin/python3");
    set_string(config, &config->base_executable, path);
    char own[4096];
    set_string(config, &config->executable, own_folder(name, own, sizeof own) ? own : path);
}

static int run_to_end(void)
{
    int status = 0;
    pymain_run_python(&status);
    if (shadowbox_finish(library) < 0)
        status = 120;
    if (_Py_UnhandledKeyboardInterrupt) {
        PyOS_setsig(SIGINT, SIG_DFL);
        kill(getpid(), SIGINT);
        return 128 + SIGINT;
    }
    return status;
}

/* __file__ of a script is absolute; sys.argv[0] is as it was given. */
static void set_script(PyConfig *config, const char *file)
{
    char path[4096], directory[2048];
    if (file[0] == '/' || !getcwd(directory, sizeof directory))
        strcpy(directory, "");
    while (*directory && starts_with(file, "./"))
        file += 2;
    snprintf(path, sizeof path, "%s%s%s", directory, *directory && strcmp(directory, "/") != 0 ? "/" : "", file);
    set_string(config, &config->run_filename, path);
}

static int is_asked(const struct request *request, int flag, const char *name)
{
    return flag || (!request->no_environment && is_set(name));
}

/* The configuration, and what sys shows of it, follow the command line. */
static void configure(PyThreadState *thread, const struct request *request, int argc, char **argv)
{
    PyConfig *config = (PyConfig *)_PyInterpreterState_GetConfig(thread->interp);
    set_string(config, &config->run_module, request->module);
    if (request->file)
        set_script(config, request->file);
    if (request->command) {
        /* As the command line's parser does: the command ends in a newline. */
        size_t length = strlen(request->command);
        char *line = PyMem_RawMalloc(length + 2);
        memcpy(line, request->command, length);
        strcpy(line + length, "\n");
        set_string(config, &config->run_command, line);
        PyMem_RawFree(line);
    }
    set_executable(config, argv[0]);
    set_string(config, &config->program_name, argv[0]);
    set_list(config, &config->argv, request->count, request->arguments);
    set_list(config, &config->orig_argv, argc, argv);
    config->warnoptions = request->warnings;
    config->inspect = request->inspect;
    config->interactive = request->interactive;
    config->quiet = request->quiet;
    config->isolated = request->isolated;
    config->use_environment = !request->no_environment;
    config->safe_path = is_asked(request, request->safe_path, "PYTHONSAFEPATH");
    config->user_site_directory = !is_asked(request, request->no_user_site, "PYTHONNOUSERSITE");
    config->buffered_stdio = !is_asked(request, request->unbuffered, "PYTHONUNBUFFERED");
    config->write_bytecode = !is_asked(request, request->no_bytecode, "PYTHONDONTWRITEBYTECODE");
    if (is_asked(request, 0, "PYTHONPYCACHEPREFIX"))
        set_string(config, &config->pycache_prefix, getenv("PYTHONPYCACHEPREFIX"));
    config->module_search_paths_set = 0;
    Py_InspectFlag = request->inspect;
    Py_InteractiveFlag = request->interactive;
    Py_UnbufferedStdioFlag = !config->buffered_stdio;
    if (_PySys_UpdateConfig(thread) < 0)
        fail("cannot set up sys");
}

static int resume(const struct request *request, int argc, char **argv)
{
    PyThreadState *thread = PyThreadState_Get();
    configure(thread, request, argc, argv);
    int interruptible = shadowbox_signals_begin();
    if (PyStatus_Exception(init_sys_streams(thread)))
        fail("cannot open the standard streams");
    int user_site = _PyInterpreterState_GetConfig(thread->interp)->user_site_directory;
    PyObject *search = request->no_environment ? PyList_New(0) : search_path();
    PyObject *own = PyImport_ImportModule("_shadowbox"), *result = NULL;
    if (own)
        result = PyObject_CallMethod(own, "resume", "NNii", environment(), search, user_site, interruptible);
    if (!result) {
        PyErr_Print();
        fail("cannot take up the environment");
    }
    Py_DECREF(own);
    Py_DECREF(result);
    return run_to_end();
}

/* What malloc has free becomes zero: a snapshot need not carry it. */
static void zero_free_chunks(void)
{
    void *taken = NULL;
    for (size_t size = 1 << 20; size >= 2 * sizeof taken; size /= 2)
        for (size_t pages = __builtin_wasm_memory_size(0);;) {
            void **chunk = calloc(1, size);
            if (!chunk)
                break;
            *chunk = taken;
            taken = chunk;
            if (__builtin_wasm_memory_size(0) != pages)
                break;
        }
    while (taken) {
        void *next = *(void **)taken;
        *(void **)taken = NULL;
        free(taken);
        taken = next;
    }
}

__attribute__((export_name("shadowbox_snapshot"))) void shadowbox_snapshot(void)
{
    PyConfig config;
    __wasm_call_ctors();
    PyConfig_InitPythonConfig(&config);
    config.use_hash_seed = 1;
    config.hash_seed = 0;
    config.user_site_directory = 0;
    config.parse_argv = 0;
    set_string(&config, &config.program_name, "/usr/bin/python3");
    PyStatus status = Py_InitializeFromConfig(&config);
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
    PyConfig_Clear(&config);
    PyObject *own = PyImport_ImportModule("_shadowbox");
    library = own ? PyObject_CallMethod(own, "prepare", NULL) : NULL;
    if (!library) {
        PyErr_Print();
        fail("cannot prepare the snapshot");
    }
    Py_DECREF(own);
    shadowbox_zero_free();
    zero_free_chunks();
    fflush(NULL);
    rpc_reset();
    from_snapshot = memory_in_steps = 1;
}

/* `pip` is Python with that module. */
static int is_pip(const char *name)
{
    const char *base = strrchr(name, '/');
    return starts_with(base ? base + 1 : name, "pip");
}

static int run(int argc, char **argv)
{
    struct request request = {0};
    if (!from_snapshot)
        return Py_BytesMain(argc, argv);
    char **copy = malloc(((size_t)argc + 1) * sizeof *copy);
    memcpy(copy, argv, ((size_t)argc + 1) * sizeof *copy);
    if (usual_environment() && parse(argc, copy, &request))
        return resume(&request, argc, argv);
    from_snapshot = 0;
    Py_FinalizeEx();
    return Py_BytesMain(argc, argv);
}

int main(int argc, char **argv)
{
    const char *directory = getenv("PWD");
    if (directory && *directory == '/')
        chdir(directory);
    if (argc == 0) {
        static char *nameless[] = {"python3", NULL};
        return run(1, nameless);
    }
    if (!is_pip(argv[0]))
        return run(argc, argv);
    char **with_module = calloc((size_t)argc + 3, sizeof *with_module);
    with_module[0] = "python3";
    with_module[1] = "-m";
    with_module[2] = "pip";
    memcpy(with_module + 3, argv + 1, (size_t)argc * sizeof *with_module);
    return run(argc + 2, with_module);
}

/* In the place of crt1: constructors have run already in a snapshot. */
void _start(void)
{
    if (from_snapshot) {
        __wasilibc_reset_preopens();
        __wasilibc_deinitialize_environ();
        __wasilibc_initialize_environ();
    } else
        __wasm_call_ctors();
    exit(__main_void());
}
