/* What CPython's socket module asks of libc and WASI's libc lacks: there is no name service. */
#include <stddef.h>

static int name_error = 1;

int *__h_errno_location(void)
{
    return &name_error;
}

void *getservbyname(const char *name, const char *protocol)
{
    return NULL;
}

void *getservbyport(int port, const char *protocol)
{
    return NULL;
}

void *gethostbyname(const char *name)
{
    return NULL;
}

void *gethostbyaddr(const void *address, unsigned length, int type)
{
    return NULL;
}
