"""Prefect: what runs, when, on which machines. Thin; the library does the work and does not know Prefect.

Prefect and Ray read their settings when they are imported, so what a run needs of them is said here, before. What the
user has set stands. A worker of Prefect's has imported it before: for its runs `prefect.yaml` says the same.
"""

import os

_SETTINGS = {
    # A request that fails is repeated after 2, 4 and 8 s. With the default of 5 repetitions a server that is gone holds
    # a run for a minute at each request, and its end makes several.
    "PREFECT_CLIENT_MAX_RETRIES": "3",
    # A server that accepts connections and says nothing. The default is a minute.
    "PREFECT_API_REQUEST_TIMEOUT": "20",
    # Server and client are pinned to one release. The question would make tasks fail in every process of a pool or a
    # cluster that starts while the server is away.
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    # The server of a run that has no other takes 20 to 30 s to start on a busy machine, and is given 20 by default.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # Results hold what forms say: they go into the ledger, and never into Prefect's storage.
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    # Nothing is told to anybody.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Started by `uv run`, Ray would copy the working folder to its workers, and with it what lies there.
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
}
for _name, _value in _SETTINGS.items():
    os.environ.setdefault(_name, _value)
