"""A mail server on this machine that speaks TLS and asks for a password, like the ones in production."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "mailer@example.com", "p@ss/word:1"
URL_USER = "mailer%40example.com:p%40ss%2Fword%3A1"


class Office:
    """What arrived, how, and whether anything is taken in at present."""

    def __init__(self) -> None:
        self.port = 0
        self.open = True
        self.letters: list[Any] = []
        self.was_safe: list[bool] = []
        self.users: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take one message in, or put the sender off."""
        if not self.open:
            return "451 Try again later"
        self.was_safe.append(session.ssl is not None)
        self.letters.append(BytesParser(policy=default).parsebytes(envelope.content))
        return "250 Taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Let the product's own account in."""
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.users.append(data.login.decode())
        return AuthResult(success=right, handled=right)

    def to(self, address: str) -> list[Any]:
        """What somebody was sent."""
        return [letter for letter in self.letters if letter["To"] == address]


@contextmanager
def office(**how: Any) -> Iterator[Office]:
    """Run a server on the loopback interface; `how` are aiosmtpd's options."""
    found = Office()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found.port = free.getsockname()[1]
    if how.pop("with_password", False):
        how |= {"authenticator": found.authenticate, "auth_required": how.get("auth_require_tls", True)}
    controller = Controller(found, hostname="127.0.0.1", port=found.port, **how)
    controller.start()
    try:
        yield found
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for localhost: the file that clients trust, and the server's side."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "cert.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return trusted, context
