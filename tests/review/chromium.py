"""A real browser, Debian's Chromium, without a window."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.review.serving import Served

CHROMIUM = Path("/usr/bin/chromium")
_PATIENCE_MS = 10_000
_ARGUMENTS = (
    "--no-sandbox",  # it is started by root in CI
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def needs_chromium() -> pytest.MarkDecorator:
    """Skip tests where there is no Chromium; in CI they fail then."""
    missing = not CHROMIUM.exists() and not os.environ.get("CI")
    return pytest.mark.skipif(missing, reason="Chromium is not installed: apt-get install chromium")


@contextmanager
def chromium(width: int = 1280, height: int = 860) -> Iterator[BrowserContext]:
    """Open a browser with an empty profile."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        sync_playwright() as playwright,
    ):
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=str(CHROMIUM),
            headless=True,
            args=list(_ARGUMENTS),
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(_PATIENCE_MS)
        try:
            yield context
        finally:
            context.close()


@contextmanager
def opened(browser: BrowserContext, served: Served) -> Iterator[Page]:
    """Open the page by its link; whatever the browser complained of fails the test at the end."""
    page, complaints = browser.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(served.link)
    page.wait_for_url(f"{served.root}/")
    yield page
    page.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []
