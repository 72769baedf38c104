"""httpcore's connections, and so those of httpx, through the fetch device. See _installed."""

import _fetch


def adapt(module):
    """Changes `module`, which is httpcore._backends.sync or httpcore._backends.anyio."""
    def connect(self, host, port, timeout=None, local_address=None, socket_options=None):
        return Stream(_open(host, port, timeout, module), module)

    async def connect_later(self, host, port, timeout=None, local_address=None, socket_options=None):
        return AsyncStream(_open(host, port, timeout, module), module)

    if hasattr(module, "SyncBackend"):
        module.SyncBackend.connect_tcp = connect
    else:
        module.AnyIOBackend.connect_tcp = connect_later


def _open(host, port, timeout, module):
    with module.map_exceptions({OSError: module.ConnectError}):
        return _fetch.Connection("http", host, port, timeout, eager=False)


class Stream:
    def __init__(self, connection, module):
        self._connection, self._module = connection, module

    def read(self, max_bytes, timeout=None):
        self._connection.settimeout(timeout)
        module = self._module
        try:
            return self._connection.receive(max_bytes)
        except TimeoutError as error:
            raise module.ReadTimeout(error) from error
        except OSError as error:
            early = getattr(error, "kind", None) in _fetch.BEFORE
            raise (module.ConnectError if early else module.ReadError)(str(error)) from error

    def write(self, buffer, timeout=None):
        with self._module.map_exceptions({OSError: self._module.WriteError}):
            if buffer:
                self._connection.sendall(buffer)

    def close(self):
        self._connection.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        """What is asked from now on is asked by HTTPS: nothing has been sent yet."""
        self._connection.secure()
        return self

    def get_extra_info(self, info):
        # A connection that is kept is not one that the server can end.
        return False if info == "is_readable" else None


class AsyncStream(Stream):
    async def read(self, max_bytes, timeout=None):
        import asyncio
        if not self._connection.received():
            ready, loop = asyncio.Event(), asyncio.get_running_loop()
            device = self._connection.fileno()
            loop.add_reader(device, ready.set)
            try:
                await asyncio.wait_for(ready.wait(), timeout)
            except TimeoutError as error:
                raise self._module.ReadTimeout(error) from error
            finally:
                loop.remove_reader(device)
        return Stream.read(self, max_bytes, timeout)

    async def write(self, buffer, timeout=None):
        Stream.write(self, buffer, timeout)

    async def aclose(self):
        self.close()

    async def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        return Stream.start_tls(self, ssl_context)
