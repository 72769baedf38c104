"""edit_source.py CPYTHON: changes CPython's sources where our host and zig's libc for WASI differ from what they expect."""
import pathlib
import re
import sys

from edit_library import edit_library
from edit_speed import edit_speed

root = pathlib.Path(sys.argv[1])


def edit(path, change):
    file = root / path
    text = file.read_text()
    changed = change(text)
    if changed == text:
        sys.exit(f"edit_source.py: {path}: expected the text to change, it is as it was")
    file.write_text(changed)


# WASI's clock ids are addresses, not integer constants.
edit("Modules/timemodule.c", lambda text: re.sub(
    r"PyModule_AddIntMacro\(module, (CLOCK_REALTIME|CLOCK_MONOTONIC)\)",
    r'PyModule_AddIntConstant(module, "\1", (long)\1)', text))
edit("Modules/getaddrinfo.c", lambda text:
     "#include <sys/socket.h>\n#ifndef SOCK_RAW\n#define SOCK_RAW 3\n#endif\n" + text)

NAME_SERVICE = "#if defined(HAVE_GETHOSTBYNAME_R) || defined (HAVE_GETHOSTBYNAME) || defined (HAVE_GETHOSTBYADDR)\n"


def decode_without_name_service(text):
    start = text.index("static PyObject*\nsock_decode_hostname")
    end = text.index("\n}\n", start) + 3
    condition = text.rindex(NAME_SERVICE, 0, start)
    return text[:condition] + text[start:end] + NAME_SERVICE + text[end:]


edit("Modules/socketmodule.c", decode_without_name_service)


def own_thread_names(text):
    names = sorted(set(re.findall(r"\b(pthread_\w+)\s*\(", text)))
    at = text.index("// mutex") if "// mutex" in text else text.index("PyAPI_FUNC")
    return text[:at] + "".join(f"#define {name} _py_{name}\n" for name in names) + text[at:]


# zig's stand-ins for threads hang at exit: CPython's own are used under other names.
edit("Include/cpython/pthread_stubs.h", own_thread_names)


FINISH = """
/* The end of a process: what Py_FinalizeEx does up to the destruction of modules. `library` maps names to modules that need
   not be destroyed; memory goes with the process. */
int shadowbox_finish(PyObject *library)
{
    int status = 0;
    _PyRuntimeState *runtime = &_PyRuntime;
    PyThreadState *tstate = _PyRuntimeState_GetThreadState(runtime);
    PyObject *modules = tstate->interp->modules, *name, *module;
    Py_ssize_t at = 0;

    wait_for_thread_shutdown(tstate);
    _Py_FinishPendingCalls(tstate);
    _PyAtExit_Call(tstate->interp);
    _PyRuntimeState_SetFinalizing(runtime, tstate);
    runtime->initialized = 0;
    runtime->core_initialized = 0;
    if (flush_std_files() < 0)
        status = -1;
    PyGC_Collect();
    while (library && PyDict_Next(library, &at, &name, &module))
        if (PyDict_GetItem(modules, name) == module)
            PyDict_DelItem(modules, name);
    PyErr_Clear();
    finalize_modules(tstate);
    if (flush_std_files() < 0)
        status = -1;
    return status;
}
"""


def own_streams(text):
    """The program's own main.c makes the standard streams again after a snapshot, and ends without undoing what was in it."""
    text += FINISH
    return re.sub(r"static (PyStatus\s+init_sys_streams\()", r"\1", text)


edit("Python/pylifecycle.c", own_streams)
edit("Modules/main.c", lambda text: text.replace("static void\npymain_run_python(int *exitcode)", "void\npymain_run_python(int *exitcode)"))

WAIT_WITHOUT_THREADS = """    PyLockStatus taken = PyThread_acquire_lock_timed(lock, 0, 0);
    if (taken == PY_LOCK_ACQUIRED || timeout == 0)
        return taken;
    if (timeout < 0) {
        PyErr_SetString(PyExc_RuntimeError, "this lock is held and there is no other thread that could release it: "
                        "Python runs without threads here, a started thread runs to its end inside start()");
        return PY_LOCK_INTR;
    }
    struct timespec rest = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
    nanosleep(&rest, NULL);
    return PY_LOCK_FAILURE;
}
"""


def waits_end(text):
    """A lock that only another thread could release is an error instead of an endless wait."""
    start = text.index("acquire_timed(PyThread_type_lock lock, _PyTime_t timeout)\n{\n")
    body = text.index("{\n", start) + 2
    end = text.index("\n}\n", body) + 3
    return text[:body] + WAIT_WITHOUT_THREADS + text[end:]


edit("Modules/_threadmodule.c", waits_end)

# Error numbers are Linux's wherever Python shows them.
SHOWN = "shadowbox_errno(i)"
edit("Python/errors.c", lambda text: text.replace("strerror(i)", f"shadowbox_strerror({SHOWN})")
     .replace('("(iOOiO)", i,', f'("(iOOiO)", {SHOWN},').replace('("(iOO)", i,', f'("(iOO)", {SHOWN},')
     .replace('("(iO)", i,', f'("(iO)", {SHOWN},'))
edit("Objects/exceptions.c", lambda text: text.replace("_code = PyLong_FromLong(CODE)", "_code = PyLong_FromLong(shadowbox_errno(CODE))"))
edit("Modules/_io/bufferedio.c", lambda text: text.replace("PyLong_FromLong(EINTR)", "PyLong_FromLong(shadowbox_errno(EINTR))")
     .replace("errno, msg, written", "shadowbox_errno(errno), msg, written"))
edit("Modules/posixmodule.c", lambda text: text.replace("char *message = strerror(code)", "const char *message = shadowbox_strerror(code)"))
edit("Modules/main.c", lambda text: text.replace("errno, strerror(errno)", "shadowbox_errno(errno), shadowbox_strerror(shadowbox_errno(errno))"))

ZERO_FREE = """
/* Memory that pymalloc holds and nobody uses becomes zero: a snapshot need not carry it. */
void shadowbox_zero_free(void)
{
    for (uint i = 0; i < maxarenas; i++) {
        if (arenas[i].address == 0)
            continue;
        char *base = (char *)_Py_ALIGN_UP(arenas[i].address, POOL_SIZE), *end = (char *)arenas[i].address + ARENA_SIZE;
        char *at = base;
        for (; at < (char *)arenas[i].pool_address; at += POOL_SIZE) {
            poolp pool = (poolp)at;
            if (pool->ref.count == 0) {
                pool->szidx = DUMMY_SIZE_IDX;
                pool->freeblock = NULL;
                memset(at + POOL_OVERHEAD, 0, POOL_SIZE - POOL_OVERHEAD);
                continue;
            }
            uint size = INDEX2SIZE(pool->szidx);
            for (block *free = pool->freeblock; free; free = *(block **)free)
                memset(free + sizeof(block *), 0, size - sizeof(block *));
            if (pool->nextoffset < POOL_SIZE)
                memset(at + pool->nextoffset, 0, POOL_SIZE - pool->nextoffset);
        }
        memset(at, 0, (size_t)(end - at));
    }
}
"""
edit("Objects/obmalloc.c", lambda text: text.replace("#else   /* ! WITH_PYMALLOC */", ZERO_FREE + "#else   /* ! WITH_PYMALLOC */", 1))

# The snapshot's objects came from the usual allocators: -X dev and PYTHONMALLOC change nothing.
edit("Objects/obmalloc.c", lambda text: text.replace(
    "_PyMem_SetupAllocators(PyMemAllocatorName allocator)\n{", "_PyMem_SetupAllocators(PyMemAllocatorName allocator)\n{\n    if (allocator != PYMEM_ALLOCATOR_NOT_SET)\n        return 0;", 1))

# Signals from others are asked for where Emscripten's build does it. A jump back to where a `try` begins is outside of it
# (an error of 3.11): loops ask half as often (edit_speed.py), so that what a handler raises in a loop is mostly raised by a
# call. PyErr_CheckSignals is called for each number that is made a string: it asks when a system call was interrupted, else
# seldom.
WATCH = """#else

#include <errno.h>
extern int shadowbox_signals_watched, shadowbox_signal_clock;
extern void shadowbox_take_signals(void);
#define _Py_CHECK_EMSCRIPTEN_SIGNALS() do { if (shadowbox_signals_watched && (errno == EINTR || (shadowbox_signal_clock += 64) >= 1 << 14)) { \\
        shadowbox_signal_clock = 0; shadowbox_take_signals(); } } while (0)
#define _Py_CHECK_EMSCRIPTEN_SIGNALS_PERIODICALLY() do { if (shadowbox_signals_watched && ++shadowbox_signal_clock >= 1 << 14) { \\
        shadowbox_signal_clock = 0; shadowbox_take_signals(); } } while (0)
"""
edit("Include/internal/pycore_emscripten_signal.h", lambda text: re.sub(
    r"#else\n\n#define _Py_CHECK_EMSCRIPTEN_SIGNALS\(\)\n#define _Py_CHECK_EMSCRIPTEN_SIGNALS_PERIODICALLY\(\)\n", lambda _: WATCH, text))

# What WASI's usual builds take is 600.
edit("Include/internal/pycore_ceval.h", lambda text: re.sub(r"(define Py_DEFAULT_RECURSION_LIMIT) \d+", r"\1 1000", text))

# Calls of C within C take the engine's own stack, which does not grow with sys.setrecursionlimit(): they are counted apart.
ENTER = """/* Calls of C within C, and how many this stack has room for, whatever the limit for Python's own. */
extern int shadowbox_depth, shadowbox_most_depth;

static inline int _Py_EnterFrame(PyThreadState *tstate) {
    return (tstate->recursion_remaining-- <= 0 || shadowbox_depth > shadowbox_most_depth)
        && _Py_CheckRecursiveCall(tstate, "");
}

static inline int _Py_EnterRecursiveCallTstate(PyThreadState *tstate,
                                               const char *where) {
    shadowbox_depth++;
    if ((tstate->recursion_remaining-- <= 0 || shadowbox_depth > shadowbox_most_depth)
        && _Py_CheckRecursiveCall(tstate, where)) {
        shadowbox_depth--;
        return -1;
    }
    return 0;
}
"""


def count_calls_of_c(text):
    start = text.index("static inline int _Py_EnterRecursiveCallTstate(")
    end = text.index("\n}\n", start) + 3
    text = text[:start] + ENTER + text[end:]
    return text.replace("(PyThreadState *tstate)  {\n    tstate->recursion_remaining++;", "(PyThreadState *tstate)  {\n    shadowbox_depth--;\n    tstate->recursion_remaining++;")


edit("Include/internal/pycore_ceval.h", count_calls_of_c)

TOO_DEEP = """int shadowbox_depth;

/* Room for what handles the error of a stack that is full. */
#define SHADOWBOX_HEADROOM 50

extern int shadowbox_stack_is_full(void);

static int
too_deep(PyThreadState *tstate, const char *where)
{
    if (!shadowbox_stack_is_full())
        return 0;
    if (tstate->recursion_headroom) {
        if (shadowbox_depth > shadowbox_most_depth + SHADOWBOX_HEADROOM)
            Py_FatalError("Cannot recover from stack overflow.");
        return 0;
    }
    tstate->recursion_headroom++;
    _PyErr_Format(tstate, PyExc_RecursionError, "maximum recursion depth exceeded%s", where);
    tstate->recursion_headroom--;
    ++tstate->recursion_remaining;
    return -1;
}

int
_Py_CheckRecursiveCall(PyThreadState *tstate, const char *where)
{
    if (shadowbox_depth > shadowbox_most_depth && too_deep(tstate, where) < 0)
        return -1;
"""
INNER = """extern int shadowbox_sure_depth;
static PyObject *run_frames(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwflag);

PyObject* _Py_HOT_FUNCTION
_PyEval_EvalFrameDefault(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwflag)
{
    shadowbox_depth++;
    PyObject *result = run_frames(tstate, frame, throwflag);
    if (--shadowbox_depth <= shadowbox_sure_depth)
        shadowbox_most_depth = shadowbox_sure_depth;
    return result;
}

static PyObject *
run_frames(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwflag)
"""


def count_frames(text):
    text = text.replace("int\n_Py_CheckRecursiveCall(PyThreadState *tstate, const char *where)\n{\n", TOO_DEEP)
    text = re.sub(r"PyObject\* _Py_HOT_FUNCTION\n_PyEval_EvalFrameDefault\(.*\)\n", lambda _: INNER, text)
    text = text.replace('_Py_EnterRecursiveCallTstate(tstate, "")', "_Py_EnterFrame(tstate)")
    # A call of Python by Python takes no room on the stack.
    for after in (r"if \(!frame->is_entry\)", r"if \(frame->is_entry\)", r"/\* Restore previous cframe and return"):
        text = re.sub(rf"_Py_LeaveRecursiveCallTstate\(tstate\);(\n\s+{after})", r"tstate->recursion_remaining++;\1", text)
    return text


edit("Python/ceval.c", count_frames)

# The compiler's own limits follow sys.setrecursionlimit() three times over.
for path in ("Python/symtable.c", "Python/ast.c", "Python/ast_opt.c", "Python/Python-ast.c"):
    edit(path, lambda text: text.replace("int recursion_limit = Py_GetRecursionLimit();",
                                         "extern int shadowbox_compiler_limit(int);\n    int recursion_limit = shadowbox_compiler_limit(Py_GetRecursionLimit());"))

edit_speed(edit)
edit_library(root / "Lib")
