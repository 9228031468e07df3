"""Pictures that were handed out, under names that say nothing: no name from a client ever becomes a path."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

_MOST_BYTES = 64_000_000
"""Strips of thousands of fields, or some fifty whole pages."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded image; `media_type` is `image/png` or `image/jpeg`."""

    content: bytes
    media_type: str


@dataclass(slots=True)
class Gallery:
    """The pictures shown last; used from several threads."""

    _pictures: OrderedDict[str, Picture] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def hang(self, content: bytes, media_type: str) -> str:
        """Keep a picture, the same only once; return the path by which a browser gets it."""
        name = hashlib.sha256(content).hexdigest()[:40]
        with self._lock:
            if name not in self._pictures:
                self._pictures[name] = Picture(content, media_type)
                self._bytes += len(content)
            self._pictures.move_to_end(name)
            while self._bytes > _MOST_BYTES and len(self._pictures) > 1:
                _, gone = self._pictures.popitem(last=False)
                self._bytes -= len(gone.content)
        return f"/images/{name}"

    def find(self, name: str) -> Picture | None:
        """Return a picture by the last part of its path."""
        with self._lock:
            return self._pictures.get(name)
