"""A real browser, Debian's Chromium, without a window."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

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
