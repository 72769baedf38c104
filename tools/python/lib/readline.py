"""readline without a line editor: history and completers are kept, so that programs that set them up work."""

_history = []
_state = {"completer": None, "delims": " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?", "length": -1, "startup": None, "input": None}


def parse_and_bind(string, /):
    pass


def read_init_file(filename=None, /):
    pass


def get_line_buffer():
    return ""


def insert_text(string, /):
    pass


def redisplay():
    pass


def add_history(string, /):
    _history.append(string)


def clear_history():
    _history.clear()


def get_history_item(index, /):
    return _history[index - 1] if 0 < index <= len(_history) else None


def remove_history_item(pos, /):
    if not 0 <= pos < len(_history):
        raise ValueError(f"No history item at position {pos}")
    del _history[pos]


def replace_history_item(pos, line, /):
    if not 0 <= pos < len(_history):
        raise ValueError(f"No history item at position {pos}")
    _history[pos] = line


def get_current_history_length():
    return len(_history)


def get_history_length():
    return _state["length"]


def set_history_length(length, /):
    _state["length"] = length


def read_history_file(filename="~/.history", /):
    import os
    with open(os.path.expanduser(filename), encoding="utf-8", errors="surrogateescape") as file:
        _history.extend(file.read().splitlines())


def write_history_file(filename="~/.history", /):
    import os
    kept = _history if _state["length"] < 0 else _history[len(_history) - min(_state["length"], len(_history)):]
    with open(os.path.expanduser(filename), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(line + "\n" for line in kept)


def append_history_file(nelements, filename="~/.history", /):
    import os
    with open(os.path.expanduser(filename), "a", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(line + "\n" for line in _history[len(_history) - min(nelements, len(_history)):])


def set_auto_history(enabled, /):
    pass


def set_completer(function=None, /):
    _state["completer"] = function


def get_completer():
    return _state["completer"]


def set_completer_delims(string, /):
    _state["delims"] = string


def get_completer_delims():
    return _state["delims"]


def get_completion_type():
    return 0


def get_begidx():
    return 0


def get_endidx():
    return 0


def set_completion_display_matches_hook(function=None, /):
    pass


def set_startup_hook(function=None, /):
    _state["startup"] = function


def set_pre_input_hook(function=None, /):
    _state["input"] = function
