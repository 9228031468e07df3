"""What the page refuses: other names, other origins, no token, changes by GET, paths from outside."""

import json
import re

import pytest

from digitizer.review.security import HEADERS, MAX_BODY_BYTES, Door, is_loopback
from tests.review.asking import ORIGIN, TOKEN, Page, TestClient

DOOR = Door(TOKEN, frozenset({"127.0.0.1", "localhost", "::1"}), 8000, "anna")
PATHS = ("/", "/sheets", "/fields", "/api/progress", "/images/00", "/static/review.css", "/nowhere")
WORKS = ("sheet", "fields", "field", "decide", "undo", "rules", "page", "hold", "release", "reviewer", "results")


def stranger(page: Page) -> TestClient:
    """Return a browser that has no cookie."""
    return TestClient(page.client.app, base_url=ORIGIN)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1:8001", "127.0.0.1.evil.example:8000"])
def test_another_name_is_refused(page: Page, host: str) -> None:
    """A name that was made to lead to this machine reaches nothing, even with the cookie."""
    assert page.client.get("/sheets", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8000", "http://localhost:8000"])
def test_another_origin_is_refused(page: Page, origin: str) -> None:
    """What a foreign page asks for is refused, even with the cookie."""
    answer = page.client.post("/api/results", json={}, headers={"Origin": origin})

    assert answer.status_code == 403


def test_a_change_of_unknown_origin_is_refused(page: Page) -> None:
    """A POST that does not say where it comes from is none of this page."""
    assert page.client.post("/api/release", json={}).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_shown_without_the_token(page: Page, path: str) -> None:
    """Who has no cookie sees nothing, not even what exists."""
    assert stranger(page).get(path).status_code == 403


@pytest.mark.parametrize("work", WORKS)
def test_nothing_is_done_without_the_token(page: Page, work: str) -> None:
    """Who has no cookie changes nothing."""
    answer = stranger(page).post(f"/api/{work}", json={}, headers={"Origin": ORIGIN})

    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_a_wrong_token_opens_nothing(page: Page, token: str) -> None:
    """Only the whole token gives a cookie."""
    answer = stranger(page).get("/", params={"token": token})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(page: Page) -> None:
    """The secret leaves the address; what takes its place is another one."""
    cookie = stranger(page).get("/", params={"token": TOKEN}).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "domain" not in cookie
    assert TOKEN not in cookie


def test_the_token_leaves_the_address_also_where_it_is_not_needed(page: Page) -> None:
    """Who opens the link once more goes on as before, without a token in sight."""
    answer = page.client.get("/", params={"token": TOKEN})

    assert "set-cookie" not in answer.headers
    assert 'content="0;url=/"' in answer.text


@pytest.mark.parametrize("work", WORKS)
def test_nothing_changes_by_get(page: Page, work: str) -> None:
    """A link or a picture on a foreign page cannot do anything."""
    assert page.client.get(f"/api/{work}").status_code == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(page: Page, method: str) -> None:
    """There are two methods."""
    assert page.client.request(method, "/api/results", headers={"Origin": ORIGIN}).status_code == 405


def test_a_form_cannot_post(page: Page) -> None:
    """Only JSON is taken, which no form on a foreign page can send."""
    answer = page.client.post("/api/release", data={"a": "b"}, headers={"Origin": ORIGIN})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/jsonx", "multipart/form-data", "application/x-www-form-urlencoded", "a/json"],
)
def test_other_types_of_content_are_refused(page: Page, kind: str) -> None:
    """A foreign page may send some of them without asking first."""
    answer = page.client.post("/api/release", content=b"{}", headers={"Origin": ORIGIN, "Content-Type": kind})

    assert answer.status_code == 415


@pytest.mark.parametrize("length", ["", "-1", "+1", "1_0", "\xb2", "0x1", "9" * 5000, "1, 1"])
def test_a_body_of_unknown_length_is_refused(page: Page, length: str) -> None:
    """Whatever is written where its length should stand."""
    sent = [("Origin", ORIGIN), ("Content-Type", "application/json"), ("Content-Length", length.encode("latin-1"))]

    assert page.client.post("/api/release", content=b"{}", headers=sent).status_code == 413


def test_a_token_opens_nothing_but_the_link(page: Page) -> None:
    """Not where it stands by accident: in a referrer, a header, or the address of something else."""
    sent = {"Referer": f"{ORIGIN}/?token={TOKEN}", "Authorization": f"Bearer {TOKEN}", "Cookie": f"token={TOKEN}"}
    for path in ("/", "/sheets", f"/sheets?token={TOKEN}", f"/api/progress?token={TOKEN}"):
        assert stranger(page).get(path, headers=sent).status_code == 403
    assert (
        stranger(page).post(f"/api/results?token={TOKEN}", json={}, headers=sent | {"Origin": ORIGIN}).status_code
        == 403
    )


def test_no_page_tells_the_token(page: Page) -> None:
    """Nor a referrer where one has come from."""
    for path in ("/", "/sheets", "/fields", f"/?token={TOKEN}"):
        answer = page.client.get(path)
        assert TOKEN not in answer.text
        assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: b=c", "a\x00", "\u202eanna", "a\u2028b", "\ud800"])
def test_a_name_cannot_break_a_line(page: Page, name: str) -> None:
    """It would stand in the CSV, on pages and in messages."""
    body = json.dumps({"name": name}).encode()
    answer = page.client.post(
        "/api/reviewer", content=body, headers={"Origin": ORIGIN, "Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


def test_too_much_is_refused(page: Page) -> None:
    """Memory is not a visitor's to fill."""
    answer = page.client.post(
        "/api/decide",
        content=b" " * (MAX_BODY_BYTES + 1),
        headers={"Origin": ORIGIN, "Content-Type": "application/json"},
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/images/../../etc/passwd",
        "/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    ],
)
def test_no_path_leads_out(page: Page, path: str) -> None:
    """No file is served but those of the page."""
    answer = page.client.get(path)

    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "import" not in answer.text


@pytest.mark.parametrize("digest", ["../../../etc/passwd", "/etc/passwd", "a" * 64])
def test_no_path_from_the_client_is_opened(page: Page, digest: str) -> None:
    """A page is found by the hash that the ledger knows, and by nothing else."""
    answer = page.post("page", key={"sha256": digest, "page": 1, "field": "../account"})

    assert answer.status_code in (400, 404)


@pytest.mark.parametrize("path", ["/", "/api/progress", "/static/sheet.js", "/nowhere", "/api/sheet"])
def test_every_answer_carries_the_protective_headers(page: Page, path: str) -> None:
    """Refusals do, too."""
    for client in (page.client, stranger(page)):
        sent = client.get(path).headers
        assert {name: sent.get(name) for name in HEADERS} == HEADERS


def test_no_page_needs_inline_code(page: Page) -> None:
    """The policy allows neither inline scripts nor inline styles, and no page has any."""
    for path in ("/", "/sheets", "/fields"):
        text = page.client.get(path).text
        assert "style=" not in text
        assert "<style" not in text
        assert not re.search(r"\son\w+\s*=", text)
        assert text.count("<script") == text.count('<script type="module" src="/static/')


def test_nothing_is_asked_of_other_hosts(page: Page) -> None:
    """The page works offline."""
    for path in ("/", "/sheets", "/fields", "/static/review.css", "/static/sheet.js", "/static/field.js"):
        assert "//" not in page.client.get(path).text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "LOCALHOST:8000", "[::1]:8000"])
def test_own_names_are_known(host: str) -> None:
    """The page may be addressed by each name of the machine to itself."""
    assert DOOR.knows_host(host)


@pytest.mark.parametrize(
    "host", ["", "127.0.0.1", "user@127.0.0.1:8000", "127.0.0.1:8000/x", "[::1", "192.0.2.1:8000", "127.0.0.1:99999"]
)
def test_other_names_are_not(host: str) -> None:
    """A name without the port, with a user, or one that is none is not ours."""
    assert not DOOR.knows_host(host)


def test_a_page_for_other_machines_is_known_by_addresses() -> None:
    """Rebinding needs a name, so that any number will do there; names have to be ours."""
    wide = Door(TOKEN, frozenset({"scanner-pc"}), 8000, "anna", any_address=True)

    assert wide.knows_host("192.0.2.1:8000")
    assert wide.knows_host("scanner-pc:8000")
    assert not wide.knows_host("evil.example:8000")


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("192.0.2.1", False)]
)
def test_loopback_is_told_from_the_network(host: str, own: bool) -> None:
    """Only the network is warned about."""
    assert is_loopback(host) == own
