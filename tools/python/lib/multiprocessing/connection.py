from . import Pipe  # noqa: F401
