"""Memory-mapped files in the form that is possible here: the mapped bytes are read at once, and those of a shared, writable
map are written back by flush() and close()."""

import os as _os

ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY = 0, 1, 2, 3
MAP_SHARED, MAP_PRIVATE, MAP_ANON, MAP_ANONYMOUS = 1, 2, 32, 32
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
PAGESIZE = ALLOCATIONGRANULARITY = 65536
error = OSError


class mmap(bytearray):
    def __init__(self, fileno, length, flags=MAP_SHARED, prot=PROT_READ | PROT_WRITE, access=ACCESS_DEFAULT, offset=0):
        if length < 0:
            raise OverflowError("memory mapped length must be positive")
        if offset < 0:
            raise OverflowError("memory mapped offset must be positive")
        if access != ACCESS_DEFAULT and (flags != MAP_SHARED or prot != PROT_READ | PROT_WRITE):
            raise ValueError("mmap can't specify both access and flags, prot.")
        if access == ACCESS_DEFAULT:
            readable = prot == PROT_READ
            access = ACCESS_READ if readable else ACCESS_COPY if flags & MAP_PRIVATE else ACCESS_WRITE
        self._access, self._offset, self._at, self._fd, self._closed = access, offset, 0, -1, False
        if fileno == -1:
            super().__init__(length)
            return
        size = _os.fstat(fileno).st_size
        if length == 0:
            if size == 0:
                raise ValueError("cannot mmap an empty file")
            if offset >= size:
                raise ValueError("mmap offset is greater than file size")
            length = size - offset
        elif offset + length > size:
            raise ValueError("mmap length is greater than file size")
        content = bytearray()
        while len(content) < length:
            part = _os.pread(fileno, length - len(content), offset + len(content))
            if not part:
                break
            content += part
        super().__init__(content)
        if access == ACCESS_WRITE:
            self._fd = _os.dup(fileno)

    closed = property(lambda self: self._closed)

    def _check(self):
        if self._closed:
            raise ValueError("mmap closed or invalid")

    def _check_writable(self):
        self._check()
        if self._access == ACCESS_READ:
            raise TypeError("mmap can't modify a readonly memory map.")

    def __getitem__(self, index):
        self._check()
        value = super().__getitem__(index)
        return bytes(value) if isinstance(index, slice) else value

    def __setitem__(self, index, value):
        self._check_writable()
        if isinstance(index, slice) and len(range(*index.indices(len(self)))) != len(value):
            raise IndexError("mmap slice assignment is wrong size")
        super().__setitem__(index, value)

    def __delitem__(self, index):
        raise TypeError("mmap object doesn't support item deletion")

    def __enter__(self):
        self._check()
        return self

    def __exit__(self, *exc):
        self.close()

    def __repr__(self):
        return f"<mmap.mmap closed={self._closed}, access=ACCESS_{['DEFAULT', 'READ', 'WRITE', 'COPY'][self._access]}, length={len(self)}>"

    __hash__ = object.__hash__

    def close(self):
        if self._closed:
            return
        self.flush()
        if self._fd >= 0:
            _os.close(self._fd)
        self._fd, self._closed = -1, True

    def __del__(self):
        try:
            self.close()
        except (OSError, AttributeError, TypeError):
            pass

    def flush(self, offset=0, size=None):
        self._check()
        if self._fd < 0:
            return
        content = memoryview(bytes(bytearray.__getitem__(self, slice(None))))
        at = 0
        while at < len(content):
            at += _os.pwrite(self._fd, content[at:], self._offset + at)

    def madvise(self, option, start=0, length=None):
        self._check()

    def move(self, dest, src, count):
        self._check_writable()
        if min(dest, src, count) < 0 or max(dest, src) + count > len(self):
            raise ValueError("source, destination, or count out of range")
        super().__setitem__(slice(dest, dest + count), super().__getitem__(slice(src, src + count)))

    def read(self, n=None):
        self._check()
        end = len(self) if n is None or n < 0 else min(len(self), self._at + n)
        part = self[self._at:end]
        self._at = max(self._at, end)
        return part

    def read_byte(self):
        self._check()
        if self._at >= len(self):
            raise ValueError("read byte out of range")
        self._at += 1
        return self[self._at - 1]

    def readline(self):
        self._check()
        end = bytearray.find(self, b"\n", self._at)
        return self.read((end + 1 if end >= 0 else len(self)) - self._at)

    def resize(self, newsize):
        self._check_writable()
        if self._fd >= 0:
            _os.ftruncate(self._fd, self._offset + newsize)
        if newsize <= len(self):
            super().__delitem__(slice(newsize, None))
        else:
            super().extend(bytes(newsize - len(self)))

    def seek(self, pos, whence=0):
        self._check()
        at = pos + (0, self._at, len(self))[whence]
        if not 0 <= at <= len(self):
            raise ValueError("seek out of range")
        self._at = at

    def size(self):
        self._check()
        return _os.fstat(self._fd).st_size if self._fd >= 0 else len(self)

    def tell(self):
        self._check()
        return self._at

    def write(self, data):
        self._check_writable()
        if self._at + len(data) > len(self):
            raise ValueError("data out of range")
        super().__setitem__(slice(self._at, self._at + len(data)), data)
        self._at += len(data)
        return len(data)

    def write_byte(self, byte):
        self.write(bytes((byte,)))

    def find(self, sub, start=None, end=None):
        return bytearray.find(self, sub, self._at if start is None else start, len(self) if end is None else end)

    def rfind(self, sub, start=None, end=None):
        return bytearray.rfind(self, sub, self._at if start is None else start, len(self) if end is None else end)
