"""The storage that a URL names: connected to by fsspec, and asked again where waiting may help.

Credentials and the endpoint come from the library of the storage itself, by its environment variables and files
(`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `~/.aws`, `~/.ssh`, `AZURE_STORAGE_CONNECTION_STRING`), or as JSON in
`DIGITIZER_STORAGE_OPTIONS`. A URL with a password is refused: the list of processes would show it, and every log.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from digitizer.errors import UsageError
from digitizer.scans.places import shown

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

OPTIONS_VARIABLE = "DIGITIZER_STORAGE_OPTIONS"
EXTRAS: Mapping[str, str] = MappingProxyType(
    {"s3": "s3", "s3a": "s3", "sftp": "sftp", "ssh": "sftp", "az": "az", "abfs": "az", "abfss": "az", "adl": "az"}
)
"""What has to be installed for a scheme."""
RETRY_WAITS_S = (0.5, 1.0, 2.0)
"""A storage that refuses for a moment, or is overloaded, is asked again after these waits."""
_BRIEF = {"connect_timeout": 5, "read_timeout": 8, "retries": {"max_attempts": 0}}
"""A storage that hangs has to be given up, with all repeats, before a worker is: a worker that is stopped for it would
condemn the scan. Repeats are ours alone, for those of the layers below multiply."""
DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {"s3": {"config_kwargs": _BRIEF}, "s3a": {"config_kwargs": _BRIEF}}
)

_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotImplementedError, ImportError, UsageError)
"""Waiting helps against none of these."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a storage a URL leads.

    Attributes
    ----------
    files
        The connection.
    path
        As the connection writes it.
    base, authority
        What every path of this connection begins with, and the same as a URL: `object_url` puts them together.
    """

    files: "AbstractFileSystem"
    path: str
    base: str
    authority: str

    @property
    def container(self) -> str:
        """What has to be there even if nothing is in it: the folder, or where there are none, as in S3, the bucket."""
        return self.base.strip("/") or self.path

    def object_url(self, path: str) -> str:
        """Return a URL that leads to a path whatever characters are in it; `open_object_url` takes it apart."""
        return self.authority + quote(path.removeprefix(self.base))


def connect(url: str) -> Place:
    """Connect to the storage that a user's URL names: what stands behind its host is taken as it is.

    Raises
    ------
    UsageError
        If its kind is unknown or needs a package, or the URL holds a password.
    """
    files, base, authority = _connect(url)
    return Place(files, files._strip_protocol(url), base, authority)


def connect_object(url: str) -> Place:
    """Connect to the storage of one object, by a URL that `Place.object_url` made; raises as `connect` does."""
    files, base, authority = _connect(url)
    return Place(files, base + unquote(url.removeprefix(authority)), base, authority)


def patiently(ask: Callable[[], Result], waits_s: Sequence[float] | None = None) -> Result:
    """Ask a storage, and again after each wait while that may help; the last error passes.

    Parameters
    ----------
    waits_s
        Seconds; `RETRY_WAITS_S` if None.
    """
    for wait_s in RETRY_WAITS_S if waits_s is None else waits_s:
        try:
            return ask()
        except _FINAL:
            raise
        except Exception:  # storages raise all kinds, and most of them on a network that fails
            time.sleep(wait_s)
    return ask()


def _connect(url: str) -> tuple["AbstractFileSystem", str, str]:
    import fsspec  # takes a while, and loads the library of the storage

    scheme = url.partition("://")[0].lower()
    authority = f"{scheme}://{urlsplit(url).netloc}/"
    if urlsplit(url).password is not None:
        raise UsageError(
            f"The URL holds a password: {shown(url)}. Every list of processes would show it. "
            f'Put it into the environment: {OPTIONS_VARIABLE}=\'{{"password": "..."}}\'.'
        )
    try:
        kind = fsspec.get_filesystem_class(scheme)
        options = {**DEFAULTS.get(scheme, {}), **kind._get_kwargs_from_urls(url), **_options()}
        files = fsspec.filesystem(scheme, **options)
    except ImportError as error:
        extra = EXTRAS.get(scheme)
        advice = f"pip install 'digitizer[{extra}]'" if extra else str(error)
        raise UsageError(f"Scans at {scheme}:// need a package that is not installed: {advice}") from error
    except Exception as error:  # each library has its own
        raise UsageError(f"Cannot connect to {shown(url)} ({type(error).__name__}).") from error
    if hasattr(files, "retries"):
        files.retries = 1  # one attempt: see _BRIEF
    return files, str(files._strip_protocol(f"{authority}x")).removesuffix("x"), authority


def _options() -> dict[str, Any]:
    text = os.environ.get(OPTIONS_VARIABLE, "")
    try:
        options = json.loads(text) if text else {}
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise UsageError(f"{OPTIONS_VARIABLE} is no JSON object.")  # what it says is not shown: it may be a password
    return options
