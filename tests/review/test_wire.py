"""What comes over the wire as bytes that no browser sends: the real server refuses it, and goes on."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.review.people import Client
from tests.review.scans_to_review import fill
from tests.review.serving import Served, serving

_PATIENCE_S = 10


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Provide a running page."""
    with serving(fill(tmp_path_factory.mktemp("wire"))[1], "--reviewer", "anna") as served:
        yield served


def answer(served: Served, *lines: str, body: bytes = b"") -> bytes:
    """Send the lines of a request; return what comes back, which may be nothing."""
    address = urlsplit(served.root)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=_PATIENCE_S) as wire:
        head = "".join(f"{line.format(host=address.netloc)}\r\n" for line in (*lines, "Connection: close", ""))
        got = b""
        try:
            wire.sendall(head.encode("latin-1") + body)
            while more := wire.recv(65536):
                got += more
        except ConnectionError:  # it has heard enough
            pass
        return got


def status(got: bytes) -> int:
    """Return the status of an answer; 0 if there was none."""
    return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/1.1 ") else 0


POST = ("POST /api/release HTTP/1.1", "Host: {host}", "Origin: http://{host}", "Content-Type: application/json")


@pytest.mark.parametrize(
    ("lines", "body", "expected"),
    [
        (("GET / HTTP/1.0",), b"", 421),
        (("GET / HTTP/1.1", "Host: {host}", "Host: evil.example"), b"", 400),
        (("GET / HTTP/1.1", "Host: evil.example"), b"", 421),
        (("GET http://evil.example/ HTTP/1.1", "Host: evil.example"), b"", 421),
        (("GET /../../etc/passwd HTTP/1.1", "Host: {host}"), b"", 403),
        ((*POST, "Transfer-Encoding: chunked"), b"2\r\n{}\r\n0\r\n\r\n", 413),
        ((*POST, "Content-Length: 3000000"), b" " * 3_000_000, 413),
        ((*POST, "Content-Length: 2"), b"{}" + b" " * 100, 403),
        ((*POST, "Content-Length: 2", "Content-Length: 3"), b"{}", 400),
        (("GET / HTTP/1.1", "Host: {host}", "Cookie: " + "a" * 100_000), b"", 403),
        (("nonsense",), b"", 400),
    ],
)
def test_what_no_browser_sends_is_refused(served: Served, lines: tuple[str, ...], body: bytes, expected: int) -> None:
    """Without a session, whatever it is; a connection that is cut is an answer, too."""
    assert status(answer(served, *lines, body=body)) in (expected, 400, 0)


def test_an_upgrade_to_a_web_socket_is_none(served: Served) -> None:
    """There are none here, which know no origins."""
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: YQ==")

    assert status(answer(served, "GET / HTTP/1.1", "Host: {host}", *upgrade)) in (400, 403)


def test_the_server_goes_on(served: Served) -> None:
    """After all of that, who has the link is served."""
    answer(served, *POST, "Content-Length: 100", body=b"{")
    assert Client("anna", lambda: served.link).take()
