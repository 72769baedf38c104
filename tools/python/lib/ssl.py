"""TLS as a program in the sandbox has it: the sandbox's host connects, checks certificates by its own authorities and
encrypts what http.client, urllib.request, requests and httpx ask for. Contexts keep what they are told and loosen none of the
host's checks. A socket of the program's own cannot be wrapped: there are none."""

import binascii
import os
import textwrap
import warnings
from collections import namedtuple
from enum import IntEnum, IntFlag

_USE = "TLS is the sandbox's host's; urllib.request, http.client, requests and httpx have it"

# urllib3 warns of names that begin otherwise, and looks for 1.1.1.
OPENSSL_VERSION = "OpenSSL is not in this sandbox, its host has TLS"
OPENSSL_VERSION_INFO = (3, 0, 0, 0, 0)
OPENSSL_VERSION_NUMBER = 0x30000000
HAS_SNI = HAS_ALPN = HAS_ECDH = HAS_NEVER_CHECK_COMMON_NAME = HAS_TLSv1_2 = HAS_TLSv1_3 = True
HAS_NPN = HAS_SSLv2 = HAS_SSLv3 = HAS_TLSv1 = HAS_TLSv1_1 = False
CHANNEL_BINDING_TYPES = []
PEM_HEADER = "-----BEGIN CERTIFICATE-----"
PEM_FOOTER = "-----END CERTIFICATE-----"
socket_error = OSError


class SSLError(OSError):
    library = reason = None

    def __str__(self):
        return self.strerror if isinstance(self.strerror, str) else str(self.args)


class SSLZeroReturnError(SSLError):
    pass


class SSLWantReadError(SSLError):
    pass


class SSLWantWriteError(SSLError):
    pass


class SSLSyscallError(SSLError):
    pass


class SSLEOFError(SSLError):
    pass


class SSLCertVerificationError(SSLError, ValueError):
    verify_code = verify_message = None


CertificateError = SSLCertVerificationError

_SSLMethod = IntEnum("_SSLMethod", {"PROTOCOL_TLS": 2, "PROTOCOL_SSLv23": 2, "PROTOCOL_TLSv1": 3, "PROTOCOL_TLSv1_1": 4,
                                    "PROTOCOL_TLSv1_2": 5, "PROTOCOL_TLS_CLIENT": 16, "PROTOCOL_TLS_SERVER": 17})
VerifyMode = IntEnum("VerifyMode", "CERT_NONE CERT_OPTIONAL CERT_REQUIRED", start=0)
TLSVersion = IntEnum("TLSVersion", {"MINIMUM_SUPPORTED": -2, "SSLv3": 0x300, "TLSv1": 0x301, "TLSv1_1": 0x302,
                                    "TLSv1_2": 0x303, "TLSv1_3": 0x304, "MAXIMUM_SUPPORTED": -1})
VerifyFlags = IntFlag("VerifyFlags", {"VERIFY_DEFAULT": 0, "VERIFY_CRL_CHECK_LEAF": 4, "VERIFY_CRL_CHECK_CHAIN": 12,
                                      "VERIFY_X509_STRICT": 0x20, "VERIFY_ALLOW_PROXY_CERTS": 0x40,
                                      "VERIFY_X509_TRUSTED_FIRST": 0x8000, "VERIFY_X509_PARTIAL_CHAIN": 0x80000})
Options = IntFlag("Options", {"OP_ALL": 0x80000050, "OP_NO_SSLv2": 0, "OP_NO_SSLv3": 1 << 25, "OP_NO_TLSv1": 1 << 26,
                              "OP_NO_TLSv1_1": 1 << 28, "OP_NO_TLSv1_2": 1 << 27, "OP_NO_TLSv1_3": 1 << 29,
                              "OP_CIPHER_SERVER_PREFERENCE": 1 << 22, "OP_SINGLE_DH_USE": 0, "OP_SINGLE_ECDH_USE": 0,
                              "OP_NO_TICKET": 1 << 14, "OP_NO_COMPRESSION": 1 << 17, "OP_NO_RENEGOTIATION": 1 << 30,
                              "OP_IGNORE_UNEXPECTED_EOF": 0x80, "OP_ENABLE_MIDDLEBOX_COMPAT": 1 << 20})
for _kind in (_SSLMethod, VerifyMode, VerifyFlags, Options):
    globals().update(_kind.__members__)

_Purpose = namedtuple("_Purpose", "nid shortname longname oid")


class Purpose:
    SERVER_AUTH = _Purpose(129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1")
    CLIENT_AUTH = _Purpose(130, "clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2")


DefaultVerifyPaths = namedtuple("DefaultVerifyPaths", "cafile capath openssl_cafile_env openssl_cafile openssl_capath_env openssl_capath")


def _refused(*_, **__):
    raise SSLError(95, f"nothing is encrypted in this sandbox: {_USE}")


class SSLSocket:
    __init__ = _refused


class SSLObject:
    __init__ = _refused


class MemoryBIO:
    __init__ = _refused


class SSLContext:
    """Settings, as a program makes and reads them. They change nothing of what the sandbox's host checks."""

    sslsocket_class = SSLSocket
    sslobject_class = SSLObject
    minimum_version = TLSVersion.MINIMUM_SUPPORTED
    maximum_version = TLSVersion.MAXIMUM_SUPPORTED
    hostname_checks_common_name = True
    post_handshake_auth = False
    keylog_filename = sni_callback = None

    def __init__(self, protocol=None):
        if protocol is None:
            warnings.warn("ssl.SSLContext() without protocol argument is deprecated.", DeprecationWarning, 2)
            protocol = _SSLMethod.PROTOCOL_TLS
        self.protocol = _SSLMethod(protocol)
        self.options = Options(0x825200D0)
        self.verify_flags = VerifyFlags.VERIFY_X509_TRUSTED_FIRST
        client = self.protocol == _SSLMethod.PROTOCOL_TLS_CLIENT
        self._check_hostname = client
        self._verify_mode = VerifyMode.CERT_REQUIRED if client else VerifyMode.CERT_NONE

    @property
    def check_hostname(self):
        return self._check_hostname

    @check_hostname.setter
    def check_hostname(self, value):
        self._check_hostname = bool(value)
        if value and self._verify_mode == VerifyMode.CERT_NONE:
            self._verify_mode = VerifyMode.CERT_REQUIRED

    @property
    def verify_mode(self):
        return self._verify_mode

    @verify_mode.setter
    def verify_mode(self, value):
        if value == VerifyMode.CERT_NONE and self._check_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._verify_mode = VerifyMode(value)

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        """Sees that they are there: the host knows the authorities that it trusts."""
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        for path in (cafile, capath):
            if path is not None:
                os.stat(path)

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        raise SSLError(95, "client certificates are for the sandbox's host to set")

    def load_default_certs(self, purpose=Purpose.SERVER_AUTH):
        pass

    set_default_verify_paths = load_default_certs

    def set_ciphers(self, ciphers):
        pass

    def set_alpn_protocols(self, alpn_protocols):
        pass

    def get_ca_certs(self, binary_form=False):
        return []

    def cert_store_stats(self):
        return {"x509": 0, "crl": 0, "x509_ca": 0}

    wrap_socket = wrap_bio = _refused


def create_default_context(purpose=Purpose.SERVER_AUTH, *, cafile=None, capath=None, cadata=None):
    server = purpose == Purpose.CLIENT_AUTH
    context = SSLContext(_SSLMethod.PROTOCOL_TLS_SERVER if server else _SSLMethod.PROTOCOL_TLS_CLIENT)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context


def _create_unverified_context(protocol=None, *, cert_reqs=VerifyMode.CERT_NONE, check_hostname=False, purpose=Purpose.SERVER_AUTH,
                               certfile=None, keyfile=None, cafile=None, capath=None, cadata=None):
    context = SSLContext(_SSLMethod.PROTOCOL_TLS_CLIENT if protocol is None else protocol)
    context.check_hostname = check_hostname
    context.verify_mode = cert_reqs
    if certfile or keyfile:
        context.load_cert_chain(certfile, keyfile)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context


_create_default_https_context = create_default_context
_create_stdlib_context = _create_unverified_context
wrap_socket = get_server_certificate = _refused
RAND_bytes = os.urandom


def RAND_status():
    return True


def get_default_verify_paths():
    return DefaultVerifyPaths(None, None, "SSL_CERT_FILE", "", "SSL_CERT_DIR", "")


def cert_time_to_seconds(cert_time):
    from calendar import timegm
    from time import strptime
    return timegm(strptime(cert_time, "%b %d %H:%M:%S %Y GMT"))


def DER_cert_to_PEM_cert(der_cert_bytes):
    text = binascii.b2a_base64(der_cert_bytes, newline=False).decode()
    return "\n".join([PEM_HEADER, *textwrap.wrap(text, 64), PEM_FOOTER, ""])


def PEM_cert_to_DER_cert(pem_cert_string):
    text = pem_cert_string.strip()
    if not text.startswith(PEM_HEADER) or not text.endswith(PEM_FOOTER):
        raise ValueError(f"expected a text from {PEM_HEADER} to {PEM_FOOTER}, got {text[:40]!r}")
    return binascii.a2b_base64(text[len(PEM_HEADER):-len(PEM_FOOTER)])
