/* Memory grows in steps: engines take a millisecond for each, however small it is. */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#define PAGE ((size_t)65536)
#define SMALLEST_STEP ((size_t)1 << 20)
#define LARGEST_STEP ((size_t)32 << 20)

/* Set once the memory is a snapshot's: before, spare memory would become part of it. */
int memory_in_steps;

static size_t end;

static int grow(size_t bytes)
{
    return __builtin_wasm_memory_grow(0, (bytes + PAGE - 1) / PAGE) != (size_t)-1;
}

/* What malloc asks for memory. It never gives any back. */
void *__wrap_sbrk(intptr_t increment)
{
    size_t size = __builtin_wasm_memory_size(0) * PAGE;
    if (end == 0 || end > size)
        end = size;
    size_t before = end, needed = (size_t)increment;
    if (increment == 0)
        return (void *)before;
    if (increment < 0 || needed > SIZE_MAX - PAGE - before) {
        errno = ENOMEM;
        return (void *)-1;
    }
    if (needed > size - before) {
        size_t missing = needed - (size - before), step = size / 8;
        step = step < SMALLEST_STEP ? SMALLEST_STEP : step > LARGEST_STEP ? LARGEST_STEP : step;
        if (!(memory_in_steps && step > missing && grow(step)) && !grow(missing)) {
            errno = ENOMEM;
            return (void *)-1;
        }
    }
    end = before + needed;
    return (void *)before;
}
