"""HTTP through the sandbox's fetch device: what http.client takes for a connection. The host resolves names, connects,
checks certificates and decides by its policy what may be asked of whom."""

import errno
import io
import os
import struct

DEVICE = "/dev/shadowbox/fetch"
VERSION = 1
REQUEST, DATA, END = 1, 2, 3
RESPONSE, ANSWER_DATA, ANSWER_END, ERROR = 1, 2, 3, 4
BODY = 2
LARGEST = 1 << 18
PORTS = {"http": 80, "https": 443}
# The host writes these itself.
OWN = {b"connection", b"content-length", b"expect", b"host", b"keep-alive", b"proxy-connection", b"te", b"trailer",
       b"transfer-encoding", b"upgrade", b"via"}
ERRORS = {"denied": errno.EACCES, "resolve": errno.EHOSTUNREACH, "connect": errno.ECONNREFUSED, "time": errno.ETIMEDOUT}


def _sized(text):
    return struct.pack("<I", len(text)) + text


def _frame(kind, payload=b""):
    return struct.pack("<IBBH", len(payload), VERSION, kind, 0) + payload


def _strings(payload, at, count):
    found = []
    for _ in range(count):
        length, = struct.unpack_from("<I", payload, at)
        found.append(payload[at + 4:at + 4 + length])
        at += 4 + length
    return found, at


class _Body(io.RawIOBase):
    """The head that HTTP/1.1 would have sent, then the frames of the answer's body."""

    def __init__(self, connection, head):
        self._connection = connection
        self._left = head
        self._ended = False

    def readable(self):
        return True

    def readinto(self, into):
        while not self._left and not self._ended:
            kind, payload = self._connection._read_frame()
            self._ended = kind == ANSWER_END
            self._left = payload
        count = min(len(into), len(self._left))
        into[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def drain(self):
        while not self._ended:
            self._ended = self._connection._read_frame()[0] == ANSWER_END


class Connection:
    """Takes HTTP/1.1 as it would go over a socket, asks as soon as a request is whole, and answers in HTTP/1.1."""

    def __init__(self, scheme, host, port, timeout=None):
        self._scheme, self._host, self._port = scheme, host, port
        self._timeout = timeout if isinstance(timeout, (int, float)) else None
        self._sent = bytearray()
        self._body = None
        try:
            self._device = os.open(DEVICE, os.O_RDWR)
        except OSError as error:
            raise OSError(errno.ENETUNREACH, "Network is unreachable: this sandbox has no network") from error

    def sendall(self, data):
        self._sent += data
        request = self._whole()
        if request is not None:
            self._sent.clear()
            self._ask(*request)

    send = sendall

    def _whole(self):
        """Request line, headers and body, when all of them are there."""
        head, found, rest = bytes(self._sent).partition(b"\r\n\r\n")
        if not found:
            return None
        line, *lines = head.split(b"\r\n")
        headers = [(name, value.strip()) for name, _, value in (each.partition(b":") for each in lines)]
        known = {name.lower(): value for name, value in headers}
        if b"chunked" in known.get(b"transfer-encoding", b"").lower():
            body = self._unchunk(rest)
            return None if body is None else (line, headers, body)
        length = int(known.get(b"content-length", b"0"))
        return (line, headers, rest) if len(rest) >= length else None

    @staticmethod
    def _unchunk(rest):
        body = bytearray()
        while True:
            size, found, rest = rest.partition(b"\r\n")
            if not found:
                return None
            length = int(size.split(b";")[0], 16)
            if length == 0:
                return bytes(body)
            if len(rest) < length + 2:
                return None
            body += rest[:length]
            rest = rest[length + 2:]

    def _ask(self, line, headers, body):
        if self._body is not None:
            self._body.drain()
        method, target, _ = line.split(b" ", 2)
        if target.startswith(b"/"):
            host = f"[{self._host}]" if ":" in self._host else self._host
            port = "" if PORTS[self._scheme] == self._port else f":{self._port}"
            target = f"{self._scheme}://{host}{port}".encode("idna" if not self._host.isascii() else "ascii") + target
        headers = [pair for pair in headers if pair[0].lower() not in OWN]
        payload = struct.pack("<IIQ", BODY if body else 0, int((self._timeout or 0) * 1000), len(body))
        payload += _sized(method) + _sized(target) + struct.pack("<I", len(headers))
        payload += b"".join(_sized(name) + _sized(value) for name, value in headers)
        self._write(_frame(REQUEST, payload))
        if body:
            for at in range(0, len(body), LARGEST):
                self._write(_frame(DATA, body[at:at + LARGEST]))
            self._write(_frame(END))
        self._body = _Body(self, self._head(self._read_frame()[1]))

    @staticmethod
    def _head(payload):
        status, = struct.unpack_from("<I", payload)
        (_, reason, _), at = _strings(payload, 16, 3)
        count, = struct.unpack_from("<I", payload, at)
        fields, _ = _strings(payload, at + 4, 2 * count)
        lines = [b"HTTP/1.1 %d %s" % (status, reason)]
        names = [name.lower() for name in fields[::2]]
        for name, value in zip(fields[::2], fields[1::2]):
            # The host has taken the body out of its chunks.
            if name.lower() not in (b"transfer-encoding", b"connection"):
                lines.append(name + b": " + value)
        if b"content-length" not in names:
            lines.append(b"Connection: close")
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _write(self, data):
        while data:
            data = data[os.write(self._device, data):]

    def _read(self, count):
        data = b""
        while len(data) < count:
            more = os.read(self._device, count - len(data))
            if not more:
                raise ConnectionResetError(errno.ECONNRESET, "the sandbox's host ended the connection")
            data += more
        return data

    def _read_frame(self):
        length, _, kind, _ = struct.unpack("<IBBH", self._read(8))
        payload = self._read(length)
        if kind == ERROR:
            (code, text), _ = _strings(payload, 0, 2)
            raise OSError(ERRORS.get(code.decode(), errno.EIO), text.decode("utf-8", "replace"))
        return kind, payload

    def makefile(self, mode="r", *_, **__):
        if self._body is None:
            raise ConnectionError("expected a whole request before its answer is read")
        return io.BufferedReader(self._body)

    def settimeout(self, timeout):
        self._timeout = timeout

    def setsockopt(self, *_):
        pass

    def shutdown(self, how):
        pass

    def close(self):
        device, self._device = self._device, -1
        if device >= 0:
            # A response that is being read keeps it, as a socket's file would.
            if self._body is None or self._body._ended:
                os.close(device)
            else:
                self._device = device

    def __del__(self):
        if getattr(self, "_device", -1) >= 0:
            os.close(self._device)
