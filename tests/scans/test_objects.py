"""Scans in storage, against a server that speaks S3 on this machine."""

import contextlib
import hashlib
import logging
import time
from collections.abc import Iterator
from typing import Any

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from digitizer.document import Page, ScanFile
from digitizer.errors import ScanError, StorageError, UsageError
from digitizer.scans import objects, storage
from digitizer.scans.content import read_scan
from digitizer.scans.decode import inspect, read_pages
from digitizer.scans.discovery import Found, discover
from digitizer.scans.objects import read_object
from digitizer.scans.quiet import quiet
from tests.scans.drawing import LIMITS, as_format, drawn

ODD = "ä b#%20\\x'=+&;::?.png"


class Bucket:
    """A bucket of a server."""

    def __init__(self) -> None:
        self.files = fsspec.filesystem("s3", skip_instance_cache=True)
        if not self.files.exists("bucket"):  # all servers of this process share theirs
            self.files.mkdir("bucket")

    def put(self, **contents: bytes) -> None:
        """Store objects."""
        for key, content in contents.items():
            self.files.pipe_file(f"bucket/{key}", content)

    def delete(self, key: str) -> None:
        """Delete an object."""
        self.files.rm_file(f"bucket/{key}")


@contextlib.contextmanager
def server() -> Iterator[ThreadedMotoServer]:
    """Run a server on a port of its own, to which the environment leads."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "name")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        try:
            yield running
        finally:
            stop(running)
            fsspec.get_filesystem_class("s3").clear_instance_cache()


def stop(running: ThreadedMotoServer) -> None:
    """Stop a server and close its port; once more does no harm."""
    running.stop()
    if running._server is not None:
        running._server.server_close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Bucket]:
    """Run one server for the tests that only put objects into it."""
    with server():
        yield Bucket()


@pytest.fixture
def bucket(shared: Bucket) -> Bucket:
    """Give an empty bucket."""
    for key in shared.files.find("bucket", refresh=True):
        shared.files.call_s3("delete_object", Bucket="bucket", Key=key.removeprefix("bucket/"))
    shared.files.invalidate_cache()
    return shared


def rows(found: tuple[Found, ...]) -> dict[str, str]:
    """Return what was found by name: `read`, or the reason why not."""
    return {each.file.name: each.skip_reason or each.fail_reason or "read" for each in found}


def files(url: str) -> dict[str, ScanFile]:
    """Return the scans below a URL by name."""
    return {found.file.name: found.file for found in discover(url) if found.to_read}


def refusal(url: str, waits_s: tuple[float, ...] = ()) -> str:
    """Return why an object cannot be read."""
    with pytest.raises(ScanError) as error:
        read_object(url, 100, waits_s)
    return error.value.reason


def test_objects_are_named_and_judged_as_files_are(bucket: Bucket) -> None:
    """Relative to the prefix; hidden ones and those that are no scan are skipped, markers of folders are nothing."""
    bucket.put(**dict.fromkeys(("in/b/2.png", "in/B.pdf", "in/._1.jpg", "in/.x/1.png", "in/text", "on.png"), b"text"))
    bucket.put(**{"in/empty": b"", "in/jpeg": as_format(drawn(), "jpeg"), "in//twice.png": b"text"})
    bucket.files.call_s3("put_object", Bucket="bucket", Key="in/b/", Body=b"")
    expected = {
        "._1.jpg": "hidden",
        ".x/1.png": "hidden",
        "/twice.png": "read",
        "B.pdf": "read",
        "b/2.png": "read",
        "empty": "not_a_scan",
        "jpeg": "read",
        "text": "not_a_scan",
    }
    assert rows(discover("s3://bucket/in")) == rows(discover("s3://bucket/in/")) == expected
    assert list(rows(discover("s3://bucket/in"))) == sorted(expected)


def test_an_object_that_the_user_names_is_read(bucket: Bucket) -> None:
    """Under its last name, whatever that is."""
    bucket.put(**{"in/.form": as_format(drawn(), "png")})
    assert rows(discover("s3://bucket/in/.form")) == {".form": "read"}


def test_listing_fetches_no_more_than_the_head_of_what_has_no_suffix(
    bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    """Not whole objects, and nothing at all of those with a suffix."""
    bucket.put(**{"1.png": bytes(5000), "2": bytes(5000)})
    caplog.clear()
    with caplog.at_level(logging.INFO, "werkzeug"):
        assert rows(discover("s3://bucket")) == {"1.png": "read", "2": "not_a_scan"}
    requests = [record.getMessage() for record in caplog.records if "/bucket/" in record.getMessage()]
    assert len(requests) == 1
    assert "GET /bucket/2 " in requests[0]
    assert requests[0].endswith(" 206 -")  # partial content


def test_pages_are_read_from_storage(bucket: Bucket) -> None:
    """Each with its own content, also under names that a URL would have to escape."""
    contents = {key: as_format(drawn(seed=seed), "png") for seed, key in enumerate(("1.png", "2.png", ODD))}
    bucket.put(**contents)
    found = files("s3://bucket")
    assert {name.replace("\\x5c", "\\") for name in found} == set(contents)
    for name, file in found.items():
        digest = hashlib.sha256(contents[name.replace("\\x5c", "\\")]).hexdigest()
        assert inspect(file, LIMITS).sha256 == digest
        (page,) = read_pages(file, None, LIMITS, digest)
        assert isinstance(page, Page)
        assert (page.scan, page.sha256) == (name, digest)


def test_an_object_of_many_blocks_is_read_whole(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the byte."""
    content = bytes(range(256)) * 40
    bucket.put(**{"1.png": content})
    monkeypatch.setattr(objects, "BLOCK_BYTES", 1000)
    assert read_scan(files("s3://bucket")["1.png"], len(content)) == content


def test_objects_are_bounded(bucket: Bucket) -> None:
    """At the bound one is read, above it is not; an empty one is empty."""
    bucket.put(**{"1.png": bytes(100), "2.png": bytes(101), "3.png": b""})
    found = files("s3://bucket")
    assert read_scan(found["1.png"], 100) == bytes(100)
    assert refusal(found["2.png"].url) == "too_large"
    assert refusal(found["3.png"].url) == "empty"


def test_the_fingerprint_tells_changed_objects(bucket: Bucket) -> None:
    """It stays as long as the object does; objects are never waited for."""
    bucket.put(**{"1.png": b"1234"})
    first, second = discover("s3://bucket"), discover("s3://bucket")
    bucket.put(**{"1.png": b"4321"})
    third = discover("s3://bucket")
    assert first[0].fingerprint == second[0].fingerprint != third[0].fingerprint
    assert quiet(first, 60, sleep=lambda _: pytest.fail("waited")) == (list(first), [])


def test_an_object_that_changed_since_it_was_inspected_is_not_read(bucket: Bucket) -> None:
    """As a file is not."""
    bucket.put(**{"1.png": as_format(drawn(), "png")})
    file = files("s3://bucket")["1.png"]
    sha256 = inspect(file, LIMITS).sha256
    bucket.put(**{"1.png": as_format(drawn(seed=2), "png")})
    with pytest.raises(ScanError, match="changed"):
        list(read_pages(file, None, LIMITS, sha256))


def test_an_object_that_is_gone_is_unreadable_at_once(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting would not bring it back."""
    bucket.put(**{"1.png": b"text"})
    file = files("s3://bucket")["1.png"]
    bucket.delete("1.png")
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waited"))
    assert refusal(file.url, (1, 2)) == "unreadable_file"


def test_a_storage_that_fails_for_a_moment_is_asked_again(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """After waits that grow."""
    bucket.put(**{"1.png": b"text"})
    file = files("s3://bucket")["1.png"]
    kind = fsspec.get_filesystem_class("s3")
    failures, opened = [TimeoutError(), ConnectionResetError()], kind.open
    waits: list[float] = []

    def unsteady(*arguments: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return opened(*arguments, **options)

    monkeypatch.setattr(kind, "open", unsteady)
    monkeypatch.setattr(time, "sleep", waits.append)
    assert read_scan(file, 100) == b"text"
    assert waits == list(storage.RETRY_WAITS_S[:2])


def test_a_storage_that_is_away_makes_scans_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """After as many attempts as there are waits, and one; it can be neither listed."""
    with server() as running:
        Bucket().put(**{"1.png": b"text"})
        file = files("s3://bucket")["1.png"]
        stop(running)
        waits: list[float] = []
        monkeypatch.setattr(time, "sleep", waits.append)
        assert refusal(file.url, (0.5, 1)) == "unreadable_file"
        assert waits == [0.5, 1]
        with pytest.raises(StorageError, match="Cannot read the scans at s3://bucket"):
            discover("s3://bucket")


def test_an_object_without_end_is_read_to_the_bound_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage may not know sizes, or may say a wrong one."""

    class Endless:
        read_bytes = 0

        def __enter__(self) -> "Endless":
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def read(self, count: int) -> bytes:
            self.read_bytes += count
            return bytes(count)

    endless = Endless()
    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "open", lambda *_, **__: endless)
    assert refusal("memory://x") == "too_large"
    assert endless.read_bytes == 101


def test_an_object_shorter_than_it_says_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was replaced while it was read."""
    fsspec.filesystem("memory").pipe_file("/1.png", b"text")
    (found,) = discover("memory://")
    kind = fsspec.get_filesystem_class("memory")
    opened = kind.open

    def lying(*arguments: Any, **options: Any) -> Any:
        stream = opened(*arguments, **options)
        stream.read()
        return stream

    monkeypatch.setattr(kind, "open", lying)
    assert refusal(found.file.url) == "changed"


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_missing_is_wrong_usage() -> None:
    """An empty one is not, nor a folder in it: folders of a bucket are gone when they are emptied."""
    assert discover("s3://bucket") == ()
    assert discover("s3://bucket/emptied") == ()
    with pytest.raises(UsageError, match="no scans at s3://nowhere/in: no such"):
        discover("s3://nowhere/in")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the extra that brings it."""

    def absent(scheme: str) -> None:
        raise ImportError(scheme)

    monkeypatch.setattr(fsspec, "get_filesystem_class", absent)
    for scheme, extra in (("s3", "s3"), ("sftp", "sftp"), ("abfs", "az")):
        with pytest.raises(UsageError, match=rf"pip install 'digitizer\[{extra}\]'"):
            discover(f"{scheme}://host/in")
    with pytest.raises(UsageError, match="odd"):
        discover("odd://host/in")


def test_an_unknown_kind_of_storage_is_wrong_usage() -> None:
    """And no bug."""
    with pytest.raises(UsageError, match="Cannot connect to nosuch://place"):
        discover("nosuch://place/in")


def test_a_password_in_a_url_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor are options that stand in the environment."""
    with pytest.raises(UsageError) as refused:
        discover("s3://user:hunter2@host/in?signature=hunter2")
    assert "hunter2" not in str(refused.value)
    for text in ('{"password": "hunter2"', '["hunter2"]'):
        monkeypatch.setenv("DIGITIZER_STORAGE_OPTIONS", text)
        with pytest.raises(UsageError) as refused:
            discover("s3://bucket")
        assert "hunter2" not in str(refused.value)


def test_options_of_the_environment_reach_the_storage(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """As here the endpoint, for servers that have no variable of their own."""
    bucket.put(**{"1.png": b"text"})
    endpoint = bucket.files.s3.meta.endpoint_url
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DIGITIZER_STORAGE_OPTIONS", f'{{"endpoint_url": "{endpoint}"}}')
    assert rows(discover("s3://bucket")) == {"1.png": "read"}
