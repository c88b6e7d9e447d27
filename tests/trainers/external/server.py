"""A real server on this machine that gives calendars, and trouble, to whoever asks."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fitflow.core.clock import now

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Elsewhere:
    """The server: `answers[path]` says what it does; `asked` is what came, path and headers."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    named: list[str] = field(default_factory=list)  # in SNI

    def address(self, path: str = "/calendar.ics", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def gives(self, content: bytes, path: str = "/calendar.ics", **headers: str) -> str:
        """Give a calendar file with these headers (`_` for `-`); return its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        def answer(request: BaseHTTPRequestHandler) -> None:
            etag = named.get("ETag")
            if etag and request.headers.get("If-None-Match") == etag:
                request.send_response(304)
                request.end_headers()
                return
            request.send_response(200)
            for name, value in {"Content-Length": str(len(content)), **named}.items():
                if value:
                    request.send_header(name, value)
            request.end_headers()
            request.wfile.write(content)

        self.answers[path] = answer
        return self.address(path)

    def redirects(self, path: str, location: str) -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(302)
            request.send_header("Location", location)
            request.send_header("Content-Length", "0")
            request.end_headers()

        self.answers[path] = answer
        return self.address(path)

    def says(self, status: int, path: str = "/calendar.ics") -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            request.send_header("Content-Length", "0")
            request.end_headers()

        self.answers[path] = answer
        return self.address(path)

    def hangs(self, path: str = "/calendar.ics") -> str:
        """Say nothing until the test is over."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            self.closing.wait(60)

        self.answers[path] = answer
        return self.address(path)

    def drips(self, path: str = "/calendar.ics") -> str:
        """Send a byte now and then, so that no single step ever takes long."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.end_headers()
            while not self.closing.wait(0.05):
                try:
                    request.wfile.write(b"B")
                    request.wfile.flush()
                except OSError:
                    return

        self.answers[path] = answer
        return self.address(path)


@contextmanager
def elsewhere(certificate: Path | None = None) -> Iterator[Elsewhere]:
    """Run a server of one's own for a while; with a folder of `certified`, over https."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            it.asked.append((self.path, dict(self.headers.items())))
            answer = it.answers.get(self.path)
            if answer is None:
                self.send_error(404)
            else:
                answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever reads from it may hang up when she has had enough."""

    server = Server(("127.0.0.1", 0), Handler)
    it = Elsewhere(server.server_address[1])
    if certificate:
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(certificate / "server.pem", certificate / "server.key")
        secure.sni_callback = lambda link, name, context: it.named.append(str(name))
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        it.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def certified(names: list[str], folder: Path) -> Path:
    """Write a certificate for these names and its key into a folder; return the certificate, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "server.pem"
