/* Locales: there are those of a Debian without language packs, where WASI's libc takes any name for one. */
#include <locale.h>
#include <string.h>

char *__real_setlocale(int category, const char *name);

static int is_there(const char *name)
{
    static const char *const names[] = {"", "C", "POSIX", "C.UTF-8", "C.utf8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return 1;
    /* What a query answered sets it again. */
    return strchr(name, ';') != NULL;
}

char *__wrap_setlocale(int category, const char *name)
{
    static char whole[32];
    if (name != NULL && !is_there(name))
        return NULL;
    char *all = __real_setlocale(category, name);
    size_t length = all == NULL ? 0 : strcspn(all, ";");
    /* One name was set for all categories: musl tells them one by one, as it keeps no names but of LC_CTYPE. */
    if (category != LC_ALL || name == NULL || length == 0 || all[length] == 0 || length >= sizeof whole)
        return all;
    memcpy(whole, all, length);
    whole[length] = 0;
    return whole;
}
