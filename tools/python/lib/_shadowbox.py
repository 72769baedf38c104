"""The start-up snapshot: what is imported before it is taken, and how a program that starts from it becomes its own."""

import os
import sys
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader, SourcelessFileLoader

# Imported ahead, kept aside: a program gets them when it imports them, and only if nothing before the library on
# sys.path has that name.
AHEAD = """abc argparse bisect collections collections.abc contextlib copy csv dataclasses datetime enum fnmatch functools glob
hashlib heapq inspect io itertools json keyword linecache math operator os pathlib random re select selectors shlex
shutil signal stat string struct subprocess tempfile textwrap threading time token tokenize traceback types typing
urllib.parse warnings weakref zlib""".split()

LIBRARY = os.path.dirname(os.__file__)
_aside = {}


class _Known:
    """Loads a module that is there already."""

    def __init__(self, module):
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        module.__spec__ = self._spec
        module.__loader__ = self._spec.loader

    def __getattr__(self, name):
        return getattr(self._spec.loader, name)


class _LibraryFinder(FileFinder):
    """The library's folder, where some modules are there already."""

    def find_spec(self, fullname, target=None):
        module = _aside.pop(fullname, None)
        if module is None:
            return super().find_spec(fullname, target)
        below = fullname + "."
        for name in [name for name in _aside if name.startswith(below)]:
            sys.modules.setdefault(name, _aside.pop(name))
        known = module.__spec__
        spec = ModuleSpec(fullname, _Known(module), origin=known.origin)
        spec.submodule_search_locations = known.submodule_search_locations
        spec.has_location = known.has_location
        spec.cached = known.cached
        return spec


def prepare():
    """Imports ahead; called before the snapshot is taken. Name → module of all that is in it, but for the program's own."""
    import gc

    before = set(sys.modules)
    for name in AHEAD:
        __import__(name)
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if name not in before and spec is not None and isinstance(spec.loader, (SourceFileLoader, SourcelessFileLoader)):
            _aside[name] = sys.modules.pop(name)
    library = {**sys.modules, **_aside}
    for name in ("__main__", "builtins", "sys"):
        del library[name]
    sys.path_importer_cache.clear()
    gc.collect()
    gc.freeze()
    return library


def resume(environment, search, own_site, interruptible):
    """Takes up this process's environment; `search` are the entries of PYTHONPATH. SIGINT is ignored unless it may interrupt."""
    sys.path_importer_cache.clear()
    from importlib import _bootstrap_external
    sys.path_importer_cache[LIBRARY] = _LibraryFinder(LIBRARY, *_bootstrap_external._get_supported_file_loaders())
    # What the program makes is not part of what is frozen: it is collected in the end.
    main = type(sys)("__main__")
    vars(main).update(vars(sys.modules["__main__"]), __annotations__={})
    sys.modules["__main__"] = main
    data = os.environ._data
    data.clear()
    data.update(environment)
    sys.path[:0] = search
    if sys.warnoptions:
        import warnings
        warnings._processoptions(sys.warnoptions)
    random = _aside.get("random")
    if random is not None:
        random.seed()
    if b"TZ" in environment:
        import time
        time.tzset()
    if not interruptible:
        import _signal
        _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    import site
    if not sys.executable.startswith("/usr/bin/"):
        site.venv(site.removeduppaths())
    if own_site and sys.prefix == sys.base_prefix:
        site.USER_BASE = site.USER_SITE = None
        site.ENABLE_USER_SITE = True
        site.addusersitepackages(site.removeduppaths())
        sys.modules.pop("usercustomize", None)
    # What is installed goes before what the library brings.
    own = LIBRARY + "/site-packages"
    if own in sys.path and sys.path[-1] != own:
        sys.path.remove(own)
        sys.path.append(own)
