#include "rpc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

enum { HEADER = 8, VERSION = 1, LIMIT = 1 << 20, DESCRIPTOR = 250 };

static unsigned char *message;
static size_t capacity, length, at;
static int overflow;
/* -2: not tried yet; -1: there is none. */
static int descriptor = -2;

static void put(const void *bytes, size_t count)
{
    if (length + count > LIMIT || overflow) {
        overflow = 1;
        return;
    }
    if (length + count > capacity) {
        size_t wanted = capacity ? capacity * 2 : 512;
        while (wanted < length + count)
            wanted *= 2;
        unsigned char *larger = realloc(message, wanted);
        if (!larger) {
            overflow = 1;
            return;
        }
        message = larger;
        capacity = wanted;
    }
    memcpy(message + length, bytes, count);
    length += count;
}

void rpc_begin(enum rpc_operation operation)
{
    static const unsigned char zero[4];
    uint16_t head[2] = {VERSION, (uint16_t)operation};
    length = 0;
    overflow = 0;
    put(zero, 4);
    put(head, 4);
}

void rpc_put_u32(uint32_t value)
{
    put(&value, 4);
}

void rpc_put_string(const char *text)
{
    size_t count = strlen(text);
    rpc_put_u32((uint32_t)count);
    put(text, count);
}

void rpc_put_path(const char *path)
{
    extern char *__wasilibc_cwd;
    size_t base;
    if (path[0] == '/' || path[0] == 0) {
        rpc_put_string(path);
        return;
    }
    base = strlen(__wasilibc_cwd);
    rpc_put_u32((uint32_t)(base + 1 + strlen(path)));
    put(__wasilibc_cwd, base);
    put("/", 1);
    put(path, strlen(path));
}

/* Opens the device under a number that programs seldom use, so that theirs come as elsewhere. */
static int open_device(void)
{
    int fd = open("/dev/shadowbox/rpc", O_RDWR);
    if (fd < 0)
        return -1;
    uint32_t request[4] = {16, VERSION | RPC_DUP2 << 16, (uint32_t)fd, DESCRIPTOR};
    uint32_t reply[2] = {0, 0};
    if (write(fd, request, sizeof request) != sizeof request || read(fd, reply, sizeof reply) != sizeof reply || reply[1] >> 16)
        return fd;
    close(fd);
    return DESCRIPTOR;
}

int rpc_present(void)
{
    if (descriptor == -2) {
        int saved = errno;
        descriptor = open_device();
        errno = saved;
    }
    return descriptor >= 0;
}

void rpc_reset(void)
{
    descriptor = -2;
}

static int send_request(void)
{
    uint32_t total = (uint32_t)length;
    memcpy(message, &total, 4);
    ssize_t sent = write(descriptor, message, length);
    if (sent < 0 && (errno == EBADF || errno == EINVAL)) {
        /* The program closed all its descriptors, or put something else in this place. */
        descriptor = open_device();
        if (descriptor < 0)
            return -1;
        sent = write(descriptor, message, length);
    }
    return sent == (ssize_t)length ? 0 : -1;
}

/* Reads the whole reply into the message buffer. */
static int receive(void)
{
    uint32_t total = HEADER;
    size_t got = 0;
    while (got < total) {
        if (total > capacity) {
            unsigned char *larger = realloc(message, total);
            if (!larger) {
                errno = ENOMEM;
                return -1;
            }
            message = larger;
            capacity = total;
        }
        ssize_t count = read(descriptor, message + got, (got < HEADER ? capacity : total) - got);
        if (count <= 0) {
            errno = EIO;
            return -1;
        }
        got += (size_t)count;
        if (got >= HEADER)
            memcpy(&total, message, 4);
        if (total < HEADER || total > LIMIT) {
            errno = EIO;
            return -1;
        }
    }
    length = total;
    at = HEADER;
    return 0;
}

int rpc_call(void)
{
    uint16_t error;
    if (!rpc_present()) {
        errno = ENOSYS;
        return -1;
    }
    if (overflow) {
        errno = E2BIG;
        return -1;
    }
    if (send_request() < 0 || receive() < 0)
        return -1;
    memcpy(&error, message + 6, 2);
    if (error) {
        errno = error;
        return -1;
    }
    return 0;
}

static void get(void *into, size_t count)
{
    if (at + count > length) {
        memset(into, 0, count);
        return;
    }
    memcpy(into, message + at, count);
    at += count;
}

uint32_t rpc_get_u32(void)
{
    uint32_t value;
    get(&value, 4);
    return value;
}

uint64_t rpc_get_u64(void)
{
    uint64_t value;
    get(&value, 8);
    return value;
}

const char *rpc_get_string(size_t *count)
{
    const char *text = (const char *)message + at + 4;
    *count = rpc_get_u32();
    if (*count > length - at)
        *count = length - at;
    at += *count;
    return text;
}
