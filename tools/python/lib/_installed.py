"""How packages are imported that pip installed: bytecode is kept beside them, and some learn to use the sandbox."""

import os
import sys
from importlib.machinery import BYTECODE_SUFFIXES, SOURCE_SUFFIXES, FileFinder, SourceFileLoader, SourcelessFileLoader

LIBRARY = os.path.dirname(os.__file__)
# Modules that are changed when they have been imported, and the module whose adapt() does it.
ADAPTERS = {"urllib3.connection": "_urllib3", "httpcore._backends.sync": "_httpcore", "httpcore._backends.anyio": "_httpcore"}


class _Loader(SourceFileLoader):
    """Keeps bytecode with the digest of its source (PEP 552) even where none is written: an edit within the same second is
    seen, and these files are seldom edited."""

    def source_to_code(self, data, path, **named):
        code = super().source_to_code(data, path, **named)
        if sys.dont_write_bytecode and not named:
            import _imp
            from importlib import _bootstrap_external as external
            digest = _imp.source_hash(external._RAW_MAGIC_NUMBER, data)
            cached = external.cache_from_source(path)
            self._cache_bytecode(path, cached, external._code_to_hash_pyc(code, digest, True))
        return code

    def exec_module(self, module):
        super().exec_module(module)
        adapter = ADAPTERS.get(module.__name__)
        if adapter is not None:
            __import__(adapter)
            sys.modules[adapter].adapt(module)


def _finder(folder):
    """A path hook for folders of installed packages."""
    if "/site-packages" not in folder or folder.startswith(LIBRARY) or not os.path.isdir(folder):
        raise ImportError("no folder of installed packages", path=folder)
    return FileFinder(folder, (_Loader, SOURCE_SUFFIXES), (SourcelessFileLoader, BYTECODE_SUFFIXES))


def install():
    """Called by site before anything is imported from such folders."""
    if _finder not in sys.path_hooks:
        sys.path_hooks.insert(0, _finder)
