from . import Process as BaseProcess, current_process, active_children, parent_process  # noqa: F401
