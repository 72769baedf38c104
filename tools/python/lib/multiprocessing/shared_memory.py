"""Absent: memory is not shared between processes here."""

raise ImportError("multiprocessing.shared_memory: processes of the sandbox share no memory; use a file")
