"""HTTP through the sandbox's fetch device: what http.client takes for a connection. The host resolves names, connects,
checks certificates and decides by its policy what may be asked of whom."""

import errno
import io
import os
import select
import struct

DEVICE = "/dev/shadowbox/fetch"
VERSION = 1
REQUEST, DATA, END = 1, 2, 3
RESPONSE, ANSWER_DATA, ANSWER_END, ERROR = 1, 2, 3, 4
BODY = 2
UNKNOWN = (1 << 64) - 1
LARGEST = 1 << 18
PORTS = {"http": 80, "https": 443}
# The host writes these itself.
OWN = {b"connection", b"content-length", b"expect", b"host", b"keep-alive", b"proxy-connection", b"te", b"trailer",
       b"transfer-encoding", b"upgrade", b"via"}
# Failures before anything was sent, and what Linux calls them. The others come with the answer.
BEFORE = {"denied": errno.EACCES, "resolve": None, "connect": errno.ECONNREFUSED, "tls": None, "handshake": None, "url": errno.EINVAL,
          "header": errno.EINVAL, "request": errno.EINVAL, "count": errno.EDQUOT, "cors": errno.EACCES, "replay": errno.EACCES}
CONNECTS = ("ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH")


def _error(kind, text):
    """What Python raises elsewhere for such a failure; `kind` is the fetch device's code."""
    if kind == "resolve":
        from socket import EAI_NONAME, gaierror
        error = gaierror(EAI_NONAME, "Name or service not known")
    elif kind == "time":
        error = TimeoutError("timed out")
    elif kind == "protocol":
        from http.client import BadStatusLine
        error = BadStatusLine(text)
    elif kind == "tls":
        from ssl import SSLCertVerificationError
        error = SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {text}")
        error.reason = "CERTIFICATE_VERIFY_FAILED"
    elif kind == "handshake":
        from ssl import SSLError
        error = SSLError(1, text)
    else:
        number = BEFORE.get(kind, errno.ECONNRESET if kind == "reset" else errno.EIO)
        name = next((name for name in CONNECTS if kind == "connect" and name in text), None)
        if name is not None:
            number = getattr(errno, name)
            text = os.strerror(number)
        error = OSError(number, text)
    error.kind = kind
    return error


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
    """The answer as HTTP/1.1 sends it: its head, then its body, in chunks if the server sent it so."""

    def __init__(self, connection):
        self._connection = connection
        self._left = b""
        self._begun = self._chunked = False
        self.ended = False
        self._failure = None

    def readable(self):
        return True

    def readinto(self, into):
        if self._failure is not None:
            raise self._failure
        while not self._left and not self.ended:
            self.more()
        count = min(len(into), len(self._left))
        into[:count] = self._left[:count]
        # A view: the rest of a large frame is not copied for each small read.
        self._left = memoryview(self._left)[count:]
        return count

    def at_hand(self):
        return bool(self._left) or self.ended

    def more(self):
        """Reads one frame."""
        try:
            kind, payload = self._connection._read_frame()
        except OSError as error:
            if getattr(error, "kind", None) != "reset":
                raise
            # A server that goes away is an answer that ends early: http.client says what is missing.
            self.ended = True
            return
        if not self._begun:
            self._begun = True
            self._left, self._chunked = _head(payload)
        elif kind == ANSWER_END:
            self.ended = True
            self._left = b"0\r\n\r\n" if self._chunked else b""
        else:
            self._left = b"%x\r\n%b\r\n" % (len(payload), payload) if self._chunked else payload

    def begin(self):
        """Waits for the head: what stops a request before it is sent is raised here, the rest when the answer is read."""
        try:
            self.more()
        except Exception as error:
            if getattr(error, "kind", None) in BEFORE:
                raise
            self._failure = error

    def drain(self):
        while not self.ended:
            self.more()


def _head(payload):
    """Status line and headers, and whether the body comes in chunks."""
    status, = struct.unpack_from("<I", payload)
    (_, reason, _), at = _strings(payload, 16, 3)
    count, = struct.unpack_from("<I", payload, at)
    fields, _ = _strings(payload, at + 4, 2 * count)
    lines = [b"HTTP/1.1 %d %s" % (status, reason)]
    known = {name.lower(): value for name, value in zip(fields[::2], fields[1::2])}
    lines += [name + b": " + value for name, value in zip(fields[::2], fields[1::2]) if name.lower() != b"connection"]
    chunked = known.get(b"transfer-encoding", b"").lower() == b"chunked"
    if b"content-length" not in known and not chunked:
        lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n", chunked


class Connection:
    """What http.client takes for a socket: requests in HTTP/1.1 go in, answers in HTTP/1.1 come out. With `eager` a request
    waits for the head of its answer, so that it fails where connecting would."""

    def __init__(self, scheme, host, port, timeout=None, eager=True):
        self._scheme, self._host, self._port, self._eager = scheme, host, port, eager
        self.settimeout(timeout)
        # What was sent and is not understood yet: the beginning of a head, or of a chunk's.
        self._sent = bytearray()
        # Bytes that are missing of the request's body, or of the chunk of it that is being sent; None: the head is.
        self._missing = None
        self._chunked = self._last = False
        self._body = None
        try:
            self._device = os.open(DEVICE, os.O_RDWR)
        except OSError as error:
            raise OSError(errno.ENETUNREACH, "Network is unreachable: this sandbox has no network") from error

    def sendall(self, data):
        if self._missing is None:
            self._sent += data
            head, found, data = bytes(self._sent).partition(b"\r\n\r\n")
            if not found:
                return
            self._sent.clear()
            self._begin(*head.split(b"\r\n"))
        if self._chunked:
            self._send_chunks(data)
        else:
            self._missing -= self._send_data(memoryview(data).cast("B")[:self._missing])
            if self._missing == 0:
                self._end()

    send = sendall

    def _begin(self, line, *lines):
        """Takes up the head of a request."""
        if self._body is not None:
            self._body.drain()
            self._body = None
        self._line = line
        self._headers = [(name, value.strip()) for name, _, value in (each.partition(b":") for each in lines)]
        known = {name.lower(): value for name, value in self._headers}
        self._chunked = b"chunked" in known.get(b"transfer-encoding", b"").lower()
        self._last = False
        self._missing = 0 if self._chunked else int(known.get(b"content-length", b"0"))
        self._has_body = self._chunked or self._missing > 0
        self._request(UNKNOWN if self._chunked else self._missing)

    def _send_chunks(self, data):
        """Sends on what chunks hold as they come, and ends with the empty line after the last one and its trailers."""
        data = memoryview(data).cast("B")
        while data:
            if self._missing:
                count = self._send_data(data[:self._missing])
                self._missing -= count
                data = data[count:]
                continue
            self._sent += data[:1]
            data = data[1:]
            if not self._sent.endswith(b"\r\n"):
                continue
            line = bytes(self._sent[:-2])
            self._sent.clear()
            if self._last and not line:
                self._end()
                return
            if line and not self._last:
                self._missing = int(line.split(b";")[0], 16)
                self._last = self._missing == 0

    def _request(self, length):
        method, target, _ = self._line.split(b" ", 2)
        if target.startswith(b"/"):
            host = f"[{self._host}]" if ":" in self._host else self._host
            port = "" if PORTS[self._scheme] == self._port else f":{self._port}"
            target = f"{self._scheme}://{host}{port}".encode("idna" if not self._host.isascii() else "ascii") + target
        headers = [pair for pair in self._headers if pair[0].lower() not in OWN]
        payload = struct.pack("<IIQ", BODY if self._has_body else 0, 0, length) + _sized(method) + _sized(target)
        payload += struct.pack("<I", len(headers)) + b"".join(_sized(name) + _sized(value) for name, value in headers)
        self._write(_frame(REQUEST, payload))

    def _send_data(self, data):
        for at in range(0, len(data), LARGEST):
            self._write(_frame(DATA, data[at:at + LARGEST]))
        return len(data)

    def _end(self):
        if self._has_body:
            self._write(_frame(END))
        self._missing = None
        self._body = _Body(self)
        if self._eager:
            self._body.begin()

    def _write(self, data):
        data = memoryview(data)
        while data:
            data = data[os.write(self._device, data):]

    def _read(self, count):
        data = bytearray()
        while len(data) < count:
            if self._timeout is not None and not select.select([self._device], [], [], self._timeout)[0]:
                raise TimeoutError("timed out")
            more = os.read(self._device, count - len(data))
            if not more:
                raise ConnectionResetError(errno.ECONNRESET, "the sandbox's host ended the connection")
            data += more
        return bytes(data)

    def _read_frame(self):
        length, _, kind, _ = struct.unpack("<IBBH", self._read(8))
        payload = self._read(length)
        if kind == ERROR:
            (code, text), _ = _strings(payload, 0, 2)
            raise _error(code.decode(), text.decode("utf-8", "replace"))
        return kind, payload

    def secure(self):
        """From here on requests go by HTTPS."""
        self._scheme = "https"

    def received(self):
        """Whether the next bytes of the answer are here, or none come."""
        return self._answer().at_hand()

    def receive(self, count):
        return self._answer().read(count)

    def makefile(self, mode="r", *_, **__):
        return io.BufferedReader(self._answer())

    def _answer(self):
        if self._body is None:
            raise ConnectionError("expected a whole request before its answer is read")
        return self._body

    def fileno(self):
        return self._device

    def gettimeout(self):
        return self._timeout

    def settimeout(self, timeout):
        """Seconds that each wait for the host may take; what is no number: no limit."""
        self._timeout = timeout if isinstance(timeout, (int, float)) else None

    def setsockopt(self, *_):
        pass

    def shutdown(self, how):
        pass

    def close(self):
        device, self._device = self._device, -1
        if device >= 0:
            # A response that is being read keeps it, as a socket's file would.
            if self._body is None or self._body.ended:
                os.close(device)
            else:
                self._device = device

    def __del__(self):
        if getattr(self, "_device", -1) >= 0:
            os.close(self._device)
