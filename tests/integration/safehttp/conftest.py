"""Sites that misbehave, all on this machine, and what they saw."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp

DATA = Path(__file__).parents[2] / "data" / "hidden_addresses.json"
HIDDEN: dict[str, Any] = json.loads(DATA.read_text("utf-8"))

Behaviour = Callable[[Any, bytes], None]


class Site:
    """A listener on loopback: each connection is read up to its blank line, then answered."""

    def __init__(
        self,
        answer: Behaviour | bytes,
        host: str = "127.0.0.1",
        tls: Any = None,
        mute: bool = False,
    ) -> None:
        self.answer = answer
        self.tls = tls
        self.mute = mute
        self.accepted = 0
        self.asked: list[bytes] = []
        self.over = threading.Event()
        self.sock = socket.create_server((host, 0), family=_family(host))
        self.port: int = self.sock.getsockname()[1]
        self.host = f"[{host}]" if ":" in host else host
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.place}/"

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self.sock.accept()
                self.accepted += 1
                threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: Any) -> None:
        with contextlib.ExitStack() as closing:
            closing.enter_context(contextlib.suppress(OSError))
            closing.enter_context(conn)
            if self.mute:  # not even a handshake
                self.answer(conn, b"")  # type: ignore[operator]
                return
            if self.tls:
                conn = closing.enter_context(self.tls.wrap_socket(conn, server_side=True))
            asked = b""
            while b"\r\n\r\n" not in asked and (more := conn.recv(65536)):
                asked += more
            if not asked:
                return
            self.asked.append(asked)
            if isinstance(self.answer, bytes):
                conn.sendall(self.answer)
            else:
                self.answer(conn, asked)

    def close(self) -> None:
        self.over.set()
        self.sock.close()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def ok(body: bytes, *more: str) -> bytes:
    """An answer 200 with this body."""
    return head("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *more) + body


def head(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode()


@pytest.fixture
def site() -> Iterator[Callable[..., Site]]:
    """Return a function that opens a site for this test."""
    opened: list[Site] = []

    def build(answer: Behaviour | bytes, **more: Any) -> Site:
        opened.append(Site(answer, **more))
        return opened[-1]

    yield build
    for one in opened:
        one.close()


@pytest.fixture
def client_for() -> Callable[..., SafeHttp]:
    """Return a function that makes a client to which only these sites are open."""

    def build(*sites: Site, **more: Any) -> SafeHttp:
        return SafeHttp(AddressRule(one.place for one in sites), **more)

    return build


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return what would have been dialled: no connection of this test leaves the process."""
    seen: list[tuple[str, int]] = []

    def connect(_self: socket.socket, address: Any) -> None:
        seen.append(address[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    return seen


class Authority:
    """One that signs certificates."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité d'essai")])
        self.certificate = self._sign(self.name, self.key, authority=True)

    def _sign(self, name: x509.Name, key: Any, *, authority: bool = False, **more: Any) -> Any:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(more.get("since", now - timedelta(days=9)))
            .not_valid_after(more.get("until", now + timedelta(days=9)))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if "names" in more:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(more["names"]), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())

    def server(self, folder: Path, *names: str, **more: Any) -> ssl.SSLContext:
        """Return a server's context with a certificate for these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._sign(subject, key, names=[_alternative(one) for one in names], **more)
        file = folder / "server.pem"
        pem = serialization.Encoding.PEM
        file.write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + certificate.public_bytes(pem)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def trusted(self) -> ssl.SSLContext:
        """Return a client's context that trusts this authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        pem = self.certificate.public_bytes(serialization.Encoding.PEM)
        context.load_verify_locations(cadata=pem.decode())
        return context


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()
