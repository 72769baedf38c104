/* The module errno with Linux's numbers. */
#include <Python.h>

#include "errors.h"

/* Only name → number: an alias does not take the number's place in errorcode. */
static int add_name(PyObject *module, const char *name, long number)
{
    return PyModule_AddIntConstant(module, name, number);
}

static int add(PyObject *module, PyObject *codes, const char *name, long number)
{
    PyObject *key = PyLong_FromLong(number), *value = PyUnicode_FromString(name);
    int failed = !key || !value || PyDict_SetItem(codes, key, value) < 0 || add_name(module, name, number) < 0;
    Py_XDECREF(key);
    Py_XDECREF(value);
    return failed;
}

static int fill(PyObject *module)
{
    PyObject *codes = PyDict_New();
    int failed = !codes;
#define ROW(name, number, text) failed = failed || add(module, codes, #name, number);
    SHARED_ERRORS(ROW)
    LINUX_ERRORS(ROW)
#undef ROW
#define ROW(name, number) failed = failed || add_name(module, #name, number) < 0;
    ERROR_ALIASES(ROW)
#undef ROW
    failed = failed || PyModule_AddObjectRef(module, "errorcode", codes) < 0;
    Py_XDECREF(codes);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "errno",
    .m_doc = "Standard errno system symbols, as Linux numbers them.",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_errno(void)
{
    return PyModuleDef_Init(&definition);
}
