"""Changes to CPython's sources for speed on engines of WebAssembly: calls through pointers are dear there, `long` has 32 bits,
and a call goes on in the code that it began in, however slow that is."""
import re


def edit_speed(edit):
    """Makes all of them. `edit(path, change)` changes one file, and fails if that changes nothing."""
    edit("Objects/obmalloc.c", allocate_directly)
    edit("Objects/object.c", lambda text: re.sub(r"\nvoid\n_Py_Dealloc\(PyObject \*op\)\n\{.*?\n\}\n", "\n", text, flags=re.S))
    edit("Objects/typeobject.c", export_object_dealloc)
    edit("Include/internal/pycore_object.h", count_first_reference)
    edit("Objects/longobject.c", write_small_at_once)
    edit("Modules/_sre/sre.c", ask_table_first)
    edit("Python/bltinmodule.c", sum_in_64_bits)
    edit("Python/ceval.c", dealloc_by_name)
    edit("Python/ceval.c", enter_again)


# An int's end is object_dealloc, then PyObject_Free, both called through pointers.
DEALLOC = """
extern void shadowbox_object_dealloc(PyObject *);

void
_Py_Dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (type->tp_dealloc == shadowbox_object_dealloc && type->tp_free == PyObject_Free)
        PyObject_Free(op);
    else
        type->tp_dealloc(op);
}

"""


def allocate_directly(text):
    """The allocators are pymalloc's, unless tracemalloc stands before them: a comparison instead of a call through a pointer."""
    for family in ("_PyMem", "_PyObject"):
        text = text.replace(f"    return {family}.malloc({family}.ctx, size);",
                            f"    if ({family}.malloc == _PyObject_Malloc)\n"
                            "        return _PyObject_Malloc(NULL, size);\n"
                            f"    return {family}.malloc({family}.ctx, size);")
        text = text.replace(f"    {family}.free({family}.ctx, ptr);",
                            f"    if ({family}.free == _PyObject_Free)\n"
                            "        _PyObject_Free(NULL, ptr);\n"
                            "    else\n"
                            f"        {family}.free({family}.ctx, ptr);")
    return text.replace("#else   /* ! WITH_PYMALLOC */", DEALLOC + "#else   /* ! WITH_PYMALLOC */", 1)


def export_object_dealloc(text):
    text = text.replace("static void object_dealloc(PyObject *);",
                        "#define object_dealloc shadowbox_object_dealloc\nvoid object_dealloc(PyObject *);")
    return text.replace("static void\nobject_dealloc(PyObject *self)", "void\nobject_dealloc(PyObject *self)")


def dealloc_by_name(text):
    """The interpreter's own Py_DECREF calls tp_dealloc itself: _Py_Dealloc knows better."""
    return text.replace("            destructor dealloc = Py_TYPE(op)->tp_dealloc; \\\n            (*dealloc)(op); \\\n",
                        "            _Py_Dealloc(op); \\\n", 1)


NEW_REFERENCE = """    if (_Py_tracemalloc_config.tracing)
        _Py_NewReference(op);
    else
        Py_SET_REFCNT(op, 1);
}"""


def count_first_reference(text):
    """A new object's count is set where it is made."""
    text = text.replace('#include "pycore_gc.h"', '#include "pycore_pymem.h"         // _Py_tracemalloc_config\n#include "pycore_gc.h"', 1)
    return text.replace("    _Py_NewReference(op);\n}", NEW_REFERENCE, 1)


SMALL_TO_STRING = """/* An int of one digit as text, without an int of decimal digits in between. */
static PyObject *
small_to_decimal_string(PyLongObject *a)
{
    char text[16], *end = text + sizeof text, *at = end;
    digit rest = Py_SIZE(a) == 0 ? 0 : a->ob_digit[0];
    do {
        *--at = '0' + rest % 10;
        rest /= 10;
    } while (rest != 0);
    if (Py_SIZE(a) < 0)
        *--at = '-';
    PyObject *str = PyUnicode_New(end - at, '9');
    if (str != NULL)
        memcpy(PyUnicode_1BYTE_DATA(str), at, end - at);
    return str;
}

static PyObject *
long_to_decimal_string(PyObject *aa)
{
    PyObject *v;
    if (PyLong_Check(aa) && Py_ABS(Py_SIZE(aa)) <= 1)
        return small_to_decimal_string((PyLongObject *)aa);
"""


def write_small_at_once(text):
    return text.replace("static PyObject *\nlong_to_decimal_string(PyObject *aa)\n{\n    PyObject *v;\n", SMALL_TO_STRING, 1)


def ask_table_first(text):
    """Whether a character of ASCII is a digit or one of a word stands in a table: the database asks up to four functions."""
    return re.sub(r"define SRE_UNI_IS_(ALNUM|DIGIT)\(ch\) (\w+)\(ch\)",
                  r"define SRE_UNI_IS_\1(ch) ((ch) < 128 ? Py_IS\1(ch) : \2(ch))", text)


TWO_DIGITS = """                    case  2: b = (long long)((PyLongObject*)item)->ob_digit[1] << PyLong_SHIFT
                                 | ((PyLongObject*)item)->ob_digit[0]; break;
"""


def sum_in_64_bits(text):
    """Sums of ints are counted in 64 bits, as they are where `long` has so many; only larger ones become objects on the way."""
    start = text.index("    if (PyLong_CheckExact(result)) {\n        int overflow;")
    end = text.index("    if (PyFloat_CheckExact(result)) {", start)
    body = text[start:end]
    body = re.sub(r"\b(PyLong_As|PyLong_From)Long", r"\1LongLong", body)
    body = re.sub(r"\blong (i_result|b)\b", r"long long \1", body)
    body = re.sub(r"\bLONG_M", "LLONG_M", body)
    body = body.replace("                    default: b =", TWO_DIGITS + "                    default: b =", 1)
    return text[:start] + body + text[end:]


# A function that is called often is compiled anew, better, and the next call of it runs the better code. Calls of Python by
# Python all run in one call of run_frames(), which would stay in the worse. So it returns after so many jumps, and is
# called again with the frame where that was. Signals are asked for then, too.
AGAIN = """static PyObject shadowbox_again;
static _PyInterpreterFrame *shadowbox_frame;
static int shadowbox_jumps;
enum { SHADOWBOX_AGAIN = 2 };
#define CHECK_JUMP() do { \\
        if (++shadowbox_jumps >= 1 << 15) \\
            goto tick; \\
        if (_Py_atomic_load_relaxed_int32(eval_breaker)) \\
            goto handle_eval_breaker; \\
    } while (0)

extern int shadowbox_sure_depth;
"""
CALL = """    PyObject *result;
    while ((result = run_frames(tstate, frame, throwflag)) == &shadowbox_again) {
        frame = shadowbox_frame;
        throwflag = SHADOWBOX_AGAIN;
    }
"""
ENTERED = """    if (throwflag == SHADOWBOX_AGAIN) {
        cframe.current_frame = frame;
        goto resume_frame;
    }

    frame->is_entry = true;
"""
# A trace function is told of jumps by where the instruction before was: that must not change.
TICK = """tick:
    shadowbox_jumps = 0;
    if (shadowbox_signals_watched)
        shadowbox_take_signals();
    if (_Py_atomic_load_relaxed_int32(eval_breaker))
        goto handle_eval_breaker;
    if (cframe.use_tracing)
        DISPATCH();
    frame->prev_instr = next_instr - 1;
    _PyFrame_SetStackPointer(frame, stack_pointer);
    tstate->cframe = cframe.previous;
    tstate->cframe->use_tracing = cframe.use_tracing;
    shadowbox_frame = frame;
    return &shadowbox_again;

handle_eval_breaker:
"""
RESUME = """            if (_Py_atomic_load_relaxed_int32(eval_breaker) && oparg < 2) {
                goto handle_eval_breaker;
            }
"""


def enter_again(text):
    for before, after in (("extern int shadowbox_sure_depth;\n", AGAIN),
                          ("    PyObject *result = run_frames(tstate, frame, throwflag);\n", CALL),
                          ("    frame->is_entry = true;\n", ENTERED),
                          ("handle_eval_breaker:\n", TICK),
                          (RESUME, "            if (oparg < 2)\n                CHECK_JUMP();\n")):
        text = text.replace(before, after, 1)
    return re.sub(r"(JUMPBY\(-oparg\);\n\s+)CHECK_EVAL_BREAKER\(\);", r"\1CHECK_JUMP();", text)
