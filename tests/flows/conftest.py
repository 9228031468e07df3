"""One Prefect server for all flow tests, with a home folder of its own."""

import os
import tempfile
from collections.abc import Iterator

import pytest

_HOME = tempfile.TemporaryDirectory(prefix="digitizer-prefect-")
# Prefect reads these when it is imported: no profile and no server of the user's, and no telemetry.
os.environ |= {"PREFECT_HOME": _HOME.name, "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
os.environ.pop("PREFECT_API_URL", None)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Provide a server with an empty database."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=300):
        yield
