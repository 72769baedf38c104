/* Client of host services: one request written to /dev/shadowbox/rpc, one reply read. Little-endian, as WASI is. */
#ifndef SHADOWBOX_RPC_H
#define SHADOWBOX_RPC_H
#include <stddef.h>
#include <stdint.h>

enum rpc_operation {
    RPC_STAT = 2, RPC_CHMOD = 3, RPC_CHOWN = 4, RPC_UMASK = 5, RPC_SPAWN = 6, RPC_WAIT = 7, RPC_KILL = 8, RPC_PIPE = 9,
    RPC_GETPID = 10, RPC_TTYSIZE = 11, RPC_FSTAT = 12, RPC_FCHMOD = 13, RPC_MKFIFO = 14, RPC_PS = 15, RPC_DUP2 = 16,
    RPC_SIGNAL = 25, RPC_SIGNALS = 26, RPC_ALARM = 27
};

/* Starts a request; what belongs to it is put in, in order. */
void rpc_begin(enum rpc_operation operation);
void rpc_put_u32(uint32_t value);
void rpc_put_string(const char *text);
/* A path, made absolute: the host does not know this process's working directory. */
void rpc_put_path(const char *path);

/* Sends the request. 0, or -1 with errno: the host's, E2BIG, or ENOSYS where there are no host services. */
int rpc_call(void);
uint32_t rpc_get_u32(void);
uint64_t rpc_get_u64(void);
/* A string of the reply, valid until the next request; its length. */
const char *rpc_get_string(size_t *length);

/* Whether there are host services. */
int rpc_present(void);
/* Forgets whether there are, after the program was moved to another host. */
void rpc_reset(void);
#endif
