"""multiprocessing's interface over threads, which run inside start() here."""

from . import *  # noqa: F403
from .pool import ThreadPool


def Pool(processes=None, initializer=None, initargs=()):
    return ThreadPool(processes, initializer, initargs)
