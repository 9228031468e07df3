"""Where scans may lie: on a file system of this machine, or in storage that a URL names."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_CREDENTIALS = re.compile(r"(?<=://)[^/]*@")
_LOCAL_SCHEMES = frozenset({"file", "local"})


def local_path(place: Path | str) -> Path | None:
    """Return the path of a place, None if it lies in storage; `file:///srv/inbox` is a path."""
    scheme = _SCHEME.match(place) if isinstance(place, str) else None
    if scheme is None:
        return Path(place)
    if scheme[1].lower() in _LOCAL_SCHEMES:
        return Path(unquote(urlsplit(str(place)).path))
    return None


def shown(url: str) -> str:
    """Return a URL as it may be printed: without a user before its host, and without a query, which may be a key."""
    return _CREDENTIALS.sub("", url).partition("?")[0]
