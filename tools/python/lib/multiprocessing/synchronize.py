from . import Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition, Barrier  # noqa: F401
