/**
 * Where the kernel keeps what in shared memory. One block of the heap, allocated when the sandbox is made, holds fixed
 * tables; only pipes and argument blobs are allocated later. All offsets are in 32-bit words, relative to the start of
 * the block, the slot or the record.
 */

/** Sizes of the tables. */
export const Capacity = {
  /** Processes of one sandbox, zombies included. */
  PROCESSES: 512,
  /** Open file descriptions of one sandbox. */
  FILES: 4096,
  /** File descriptors of one process. */
  FDS: 256,
  /** Bytes that an ordinary pipe holds. */
  PIPE: 65536,
  /** Bytes of an answer from the network that wait for a process. */
  FETCH_PIPE: 262144,
  /** Bytes that a capture pipe may hold. */
  CAPTURE: 512 * 1024 * 1024,
  /** Bytes of argv and environment together, as ARG_MAX. */
  ARGUMENTS: 8 * 1024 * 1024,
} as const;

/** "SBK1", little endian. */
export const MAGIC = 0x314b4253;

/** Words of the header. */
export const Header = {
  MAGIC: 0,
  /** Futex lock of the process and file tables. */
  LOCK: 1,
  NEXT_PID: 2,
  /** Event count: something that a poller may wait for happened. */
  POLL_SEQ: 3,
  POLL_WAITERS: 4,
  /** Event count: a process started by the host ended. */
  HOST_SEQ: 5,
  /** Event count: a process waits for a worker, or one is to be stopped. */
  REQUEST_SEQ: 6,
  /** Lists of free records: 1 + index of the first, 0: none. */
  FREE_FILE: 7,
  FREE_PROCESS: 8,
  /** How many process slots, file records were ever used: those behind hold garbage. */
  PROCESS_HIGH: 20,
  FILE_HIGH: 21,
  /** Terminal size; 0: no terminal. */
  TTY_COLUMNS: 9,
  TTY_ROWS: 10,
  /** Pointer to the list of commands and its length in bytes; replaced as a whole. */
  COMMANDS: 11,
  COMMANDS_LENGTH: 12,
  COMMANDS_VERSION: 13,
  /** Processes that are not free, and the most there may be. */
  PROCESS_COUNT: 14,
  PROCESS_LIMIT: 15,
  /** Linear memory a process may have, in pages of 64 KiB. */
  MEMORY_LIMIT: 16,
  /** Nanoseconds since the epoch at which the kernel was made (BigUint64 at this pair of words). */
  BOOT: 18,
  /** The open file of `/` that guests get as {@link PREOPEN}; -1 where they get other directories instead. */
  ROOT_FILE: 22,
  /** The process that stands for the host. */
  HOST_SLOT: 23,
  /** Pointer to the file numbers of what guests find open, and how many; see `Preopens`. */
  PREOPENS: 24,
  PREOPENS_COUNT: 25,
  /** Pipe by which processes tell the host that they opened the fetch device; 0: nobody serves it. */
  FETCH_PIPE: 26,
  /** {@link Limit}s that were reached since the host looked last. */
  LIMITS_HIT: 27,
  /** Pointer to what {@link Recording} names; 0: nothing was ever recorded. */
  RECORDING: 28,
  WORDS: 32,
} as const;

/** Bounds that a program may reach, as bits. */
export const Limit = { MEMORY: 1, DISK: 2, FILES: 4, PROCESSES: 8, TIME: 16 } as const;

/** Descriptor of the first preopened directory of a guest, normally the only one. */
export const PREOPEN = 3;

/** Life of a process slot. */
export const ProcessState = { FREE: 0, STARTING: 1, RUNNING: 2, EXITING: 3, ZOMBIE: 4, RESERVED: 5 } as const;

/** Who is at work in a process: its guest, the kernel for it, or nobody any more. */
export const Run = { GUEST: 0, SYS: 1, KILLED: 2 } as const;

/** What runs in a process. */
export const ProgramKind = { MODULE: 0, SHELL: 1, FILE: 2 } as const;
export type ProgramKind = (typeof ProgramKind)[keyof typeof ProgramKind];

/** Words of a process slot. */
export const Slot = {
  STATE: 0,
  PID: 1,
  /** 0: started by the host. */
  PPID: 2,
  PGID: 3,
  /** What {@link Run} says. */
  RUN: 4,
  STATUS: 5,
  /** Bit masks, 1 << signal. */
  PENDING: 6,
  IGNORED: 7,
  CAUGHT: 8,
  /** Word index of the event count this process sleeps on, 0: none. */
  WAITS_ON: 9,
  /** Event count: a child ended, or a signal came. */
  CHILD_SEQ: 10,
  UMASK: 11,
  ARGUMENTS: 12,
  ARGUMENTS_LENGTH: 13,
  CWD_DEV: 14,
  CWD_NODE: 15,
  CWD_PATH: 16,
  CWD_PATH_LENGTH: 17,
  KIND: 18,
  MODULE: 19,
  /** 1 + index of the worker in its pool, 0: none yet. */
  WORKER: 20,
  MEMORY_LIMIT: 21,
  /** Milliseconds since boot (Float64 at this pair). */
  STARTED: 22,
  /** Milliseconds, Float64 each. */
  USER_TIME: 24,
  SYSTEM_TIME: 26,
  CHILD_USER_TIME: 28,
  CHILD_SYSTEM_TIME: 30,
  /** One more than the highest descriptor in use. */
  FD_LIMIT: 32,
  /** Set when a program must be handed over by message (fork). */
  BY_MESSAGE: 33,
  /** Pid of the process that the host started and that this one descends from. */
  SESSION: 34,
  /** Next in the list of free slots. */
  NEXT_FREE: 35,
  /** Where a guest has what its parent calls descriptor 3, which is {@link PREOPEN} here; 0: nowhere. */
  MOVED: 36,
  /** Descriptor of the module file that a `ProgramKind.FILE` process runs. */
  PROGRAM_FD: 37,
  /** Bits of `Capability`, and of those whose lack the process was told of. */
  CAPABILITIES: 38,
  TOLD: 39,
  /** Which process this is, told by its descent (two words), and how many it has started. */
  LINEAGE: 40,
  STARTED_CHILDREN: 42,
  /** 1 + index of its command in the list, 0: it runs none. */
  COMMAND: 43,
  /** Milliseconds that it may run, 0: for ever; whether it was killed for that; when it will be (Float64 at this pair). */
  TIME_LIMIT: 44,
  OVERDUE: 45,
  DEADLINE: 46,
  /** Bit mask: the signals that were sent to it and did not end it, as it caught or ignored them. */
  MET: 48,
  FDS: 64,
  WORDS: 64 + Capacity.FDS,
} as const;

/** Set in a descriptor table entry; the rest is 1 + index of the file record. */
export const CLOSE_ON_EXEC = 1 << 30;

/** What an open file description stands for. */
export const FileKind = {
  FREE: 0,
  FILE: 1,
  DIRECTORY: 2,
  PIPE_READ: 3,
  PIPE_WRITE: 4,
  DEVICE: 5,
  RPC: 6,
  /** A FIFO opened for both. */
  PIPE_BOTH: 7,
  FETCH: 8,
} as const;

/** Words of the recording of a sandbox; see `Recorder`. */
export const Recording = {
  /** Number of the call that is recorded or repeated, 0: none. */
  CALL: 0,
  /** Pointer to the pipe that takes what is recorded, 0 while a call is repeated. */
  PIPE: 1,
  /** Pointer to what is repeated, and its bytes. */
  TAPE: 2,
  TAPE_LENGTH: 3,
  /** Eight words from which random numbers follow. */
  SEED: 4,
  WORDS: 12,
} as const;

/** Words of an open file description. */
export const OpenFile = {
  KIND: 0,
  /** Of a free record: the next in the list of free ones. */
  REFS: 1,
  /** {@link OpenFlags}. */
  FLAGS: 2,
  DEV: 3,
  NODE: 4,
  LOCK: 5,
  /** Float64 at this pair. */
  OFFSET: 6,
  /** Pointer to the pipe, or {@link Device}; of a FETCH the open file it writes to. */
  DETAIL: 8,
  /** WASI file type. */
  TYPE: 9,
  /** WASI rights, low 32 bits (preview 1 uses 30). */
  RIGHTS: 10,
  INHERITING: 11,
  /**
   * Of a FETCH: the open file it reads from. Of an end of a FIFO: how often the other end had been opened until then, less
   * one if it was open; an open that waits for its peer is over when the count is another.
   */
  PEER: 12,
  WORDS: 16,
} as const;

/** Flags of open files and of `open`. */
export const OpenFlags = {
  READ: 1,
  WRITE: 2,
  CREATE: 4,
  EXCLUSIVE: 8,
  TRUNCATE: 16,
  APPEND: 32,
  DIRECTORY: 64,
  NOFOLLOW: 128,
  NONBLOCK: 256,
  SYNC: 512,
  DSYNC: 1024,
  RSYNC: 2048,
  CLOEXEC: 4096,
  /** The file stands for the user's terminal. */
  TTY: 8192,
} as const;

/** Words of a pipe; counters that two sides change lie in different cache lines. */
export const Pipe = {
  /** Pointer to the bytes, and how many fit. */
  DATA: 0,
  CAPACITY: 1,
  /** 1: grows instead of making the writer wait. */
  CAPTURE: 2,
  READERS: 3,
  WRITERS: 4,
  /** Ends opened by name on a FIFO; identify it. */
  FIFO_DEV: 5,
  FIFO_NODE: 6,
  /** How often a reader, a writer was opened on a FIFO: an open that waits for its peer must not miss a brief one. */
  READER_OPENS: 7,
  WRITER_OPENS: 8,
  /** Open ends of both kinds; who closes the last one destroys the pipe. */
  ENDS: 9,
  /** Bytes that were allocated behind this header. */
  INLINE: 10,
  READ_LOCK: 16,
  /** Bytes taken out since the start, modulo 2³². */
  TAIL: 17,
  WRITE_LOCK: 32,
  /** Bytes put in since the start, modulo 2³². */
  HEAD: 33,
  /** Event counts: bytes or an end of input, room or no more readers. */
  DATA_SEQ: 48,
  DATA_WAITERS: 49,
  ROOM_SEQ: 64,
  ROOM_WAITERS: 65,
  WORDS: 80,
} as const;

/** Bytes of the whole block. */
export const KERNEL_BYTES =
  4 * (Header.WORDS + Capacity.PROCESSES * Slot.WORDS + Capacity.FILES * OpenFile.WORDS);
