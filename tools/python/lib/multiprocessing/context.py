from . import ProcessError, BufferTooShort, TimeoutError, AuthenticationError  # noqa: F401
