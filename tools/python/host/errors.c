#include "errors.h"

#include <errno.h>
#include <stdio.h>

#include "shadowbox/libc.h"

int shadowbox_errno(int number)
{
    switch (number) {
#define ROW(name, linux, text) case name: return linux;
        SHARED_ERRORS(ROW)
#undef ROW
    case ENOTCAPABLE: return 1;
    default: return number;
    }
}

const char *shadowbox_strerror(int number)
{
    static char unknown[40];
    switch (number) {
    case 0: return "Success";
#define ROW(name, linux, text) case linux: return text;
        SHARED_ERRORS(ROW)
        LINUX_ERRORS(ROW)
#undef ROW
    default:
        snprintf(unknown, sizeof unknown, "Unknown error %d", number);
        return unknown;
    }
}
