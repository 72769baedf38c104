from . import Queue, SimpleQueue, JoinableQueue  # noqa: F401
