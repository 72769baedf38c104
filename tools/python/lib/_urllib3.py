"""urllib3's connections, and so those of requests, through the fetch device. See _installed."""

import _fetch

# What HTTPConnection takes; the rest is about certificates, which the sandbox's host checks.
TAKEN = {"timeout", "source_address", "blocksize", "socket_options", "proxy", "proxy_config", "strict"}
OWN_CERTIFICATE = ("cert_file", "key_file", "assert_fingerprint")


def adapt(module):
    """Changes `module`, which is urllib3.connection."""
    from importlib import import_module
    errors = import_module("urllib3.exceptions")

    class HTTPSConnection(module.HTTPConnection):
        """HTTPS, whose TLS is the sandbox's host's: certificates are checked, whatever a program asks."""

        default_port = 443
        is_verified = True

        def __init__(self, host, port=None, **named):
            _refuse(named)
            super().__init__(host, port, **{name: value for name, value in named.items() if name in TAKEN})

        def set_cert(self, **named):
            _refuse(named)

        def close(self):
            super().close()
            self.is_verified = True

    def connect(self):
        scheme = "https" if isinstance(self, HTTPSConnection) else "http"
        return _fetch.Connection(scheme, self.host, self.port, self.timeout, eager=False)

    receive = module.HTTPConnection.getresponse

    def getresponse(self, *args, **named):
        try:
            return receive(self, *args, **named)
        except OSError as error:
            kind = getattr(error, "kind", None)
            if kind in ("tls", "handshake"):
                raise errors.SSLError(error) from error
            if kind == "resolve" and hasattr(errors, "NameResolutionError"):
                raise errors.NameResolutionError(self.host, self, error) from error
            if kind in _fetch.BEFORE:
                raise errors.NewConnectionError(self, f"Failed to establish a new connection: {error}") from error
            raise

    module.HTTPConnection._new_conn = connect
    module.HTTPConnection.getresponse = getresponse
    module.HTTPSConnection = module.VerifiedHTTPSConnection = HTTPSConnection


def _refuse(named):
    for name in OWN_CERTIFICATE:
        if named.get(name):
            raise ValueError(f"{name}: certificates are for the sandbox's host to set")
