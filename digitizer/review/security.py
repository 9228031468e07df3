"""Who may speak to the page: a token once, then a cookie; only under its own name, and only from its own origin.

A web page that is open in the same browser may send requests here, too, and a name may be made to lead here (DNS
rebinding); other people of this machine may reach the port. So everything is refused that does not carry the secret,
was not addressed to us, or was asked for by another origin.
"""

import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION = "digitizer.session"
"""Where the session stands in the scope of a request."""
MAX_BODY_BYTES = 2_000_000
"""Ten times what 360 decisions need."""
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
_MAX_SESSIONS = 200
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_READS, _WRITES = frozenset({"GET", "HEAD"}), frozenset({"POST"})


@dataclass(slots=True)
class Session:
    """A browser that has shown the token, and who sits before it."""

    reviewer: str


@dataclass(frozen=True, slots=True)
class Door:
    """What a request must know and say to be let in.

    Attributes
    ----------
    token
        Secret that the first request carries in its URL.
    hosts
        Names that the page may be addressed by, lower case, without a port.
    port
        Of the server; cookies know no ports, so that it stands in the cookie's name.
    reviewer
        Whom a new session belongs to.
    any_address
        Whether any numeric address will do: where the page is open to other machines. Rebinding needs a name.
    """

    token: str
    hosts: frozenset[str]
    port: int
    reviewer: str
    any_address: bool = False
    sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"digitizer_review_{self.port}"

    def knows_host(self, host: str) -> bool:
        """Tell whether a `Host` header names this server."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = (parts.hostname or "").lower(), parts.port or 80
        except ValueError:
            return False
        if port != self.port or parts.username is not None or parts.path:
            return False
        return name in self.hosts or (self.any_address and _is_address(name))

    def open(self, token: str) -> str | None:
        """Return the id of a new session for who knows the token."""
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        while len(self.sessions) >= _MAX_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))
        name = secrets.token_urlsafe(32)
        self.sessions[name] = Session(self.reviewer)
        return name


class Guard:
    """Lets in what may come in, and puts the protective headers on every answer."""

    def __init__(self, app: ASGIApp, door: Door, welcome: Response) -> None:
        self._app = app
        self._door = door
        self._welcome = welcome

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here: the connection is closed
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._refusal(scope) or self._without_session(scope)
        await (answer or self._app)(scope, receive, protected)

    def _refusal(self, scope: Scope) -> Response | None:
        """Refuse what was not addressed to this page, comes from another one, or is too much."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if len(headers.getlist("host")) != 1 or not self._door.knows_host(host):
            return _refused(421, "This page is not known by that name.")
        if origin is not None and origin != f"http://{host}":
            return _refused(403, "That comes from another page.")
        method = scope["method"]
        if method in _WRITES:
            return _refusal_of_writing(headers, origin)
        return None if method in _READS else _refused(405, "Only GET and POST are known here.")

    def _without_session(self, scope: Scope) -> Response | None:
        """Find the session of a request; else answer that it has none, or give it one for the token."""
        session = self._door.sessions.get(HTTPConnection(scope).cookies.get(self._door.cookie, ""))
        token = _token(scope)
        if session is not None and token is None:
            scope[SESSION] = session
            return None
        # A page of our own goes on from here: after a link on a foreign one, a redirect would come without the cookie.
        answer = Response(self._welcome.body, media_type="text/html")
        if session is None:
            name = None if token is None else self._door.open(token)
            if name is None:
                return _refused(
                    403, "Open the link that `digitizer review` has printed: it holds the key to this page."
                )
            answer.set_cookie(self._door.cookie, name, httponly=True, samesite="strict", path="/")
        return answer


def _token(scope: Scope) -> str | None:
    """Return the token in the link that opens the page; None for every other request."""
    if scope["method"] != "GET" or scope["path"] != "/":
        return None
    told = parse_qs(bytes(scope["query_string"]).decode("latin-1")).get("token")
    return told[0] if told else None


def loopback_hosts() -> Iterable[str]:
    """Return the names of this machine to itself."""
    return ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Tell whether a host to listen on can be reached from this machine only."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _refusal_of_writing(headers: Headers, origin: str | None) -> Response | None:
    if origin is None:  # every browser says where a POST comes from
        return _refused(403, "It is not said which page that comes from.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return _refused(415, "Only JSON is taken.")
    length = headers.get("content-length", "")
    if not _LENGTH.fullmatch(length) or int(length) > MAX_BODY_BYTES:
        return _refused(413, "That is too much at once.")
    return None


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status)
