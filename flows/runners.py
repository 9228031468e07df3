"""Prefect's task runners, by setting: on this machine, or on a cluster of Dask or Ray.

Clusters that are made for one run listen on 127.0.0.1 and keep nothing on disk: what tasks hand back holds what forms
say.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from digitizer.errors import UsageError
from flows.parameters import DigitizeParameters, Runner

LOOPBACK = "127.0.0.1"


def task_runner(params: DigitizeParameters) -> TaskRunner[Any]:
    """Return the task runner that is asked for, not started yet.

    Raises
    ------
    UsageError
        If it needs an extra that is not installed, or cannot be reached by an address.
    """
    if params.runner_address is not None and params.runner not in (Runner.DASK, Runner.RAY):
        raise UsageError(f"runner_address is for dask and ray; the runner {params.runner} has none.")
    match params.runner:
        case Runner.THREADS:
            return ThreadPoolTaskRunner(max_workers=params.count)
        case Runner.PROCESSES:
            return ProcessPoolTaskRunner(max_workers=params.count)
        case Runner.DASK:
            return _dask(params.count, params.runner_address)
        case Runner.RAY:
            return _ray(params.count, params.runner_address)


def _dask(count: int, address: str | None) -> TaskRunner[Any]:
    make = _runner_class("prefect_dask", "DaskTaskRunner", extra="dask")
    if address is not None:
        return make(address=address)
    local = {
        "n_workers": count,
        "threads_per_worker": 1,
        "host": LOOPBACK,
        "dashboard_address": None,
        "memory_limit": None,  # with a limit Dask would write results to disk when it comes near
    }
    return make(cluster_kwargs=local)


def _ray(count: int, address: str | None) -> TaskRunner[Any]:
    make = _runner_class("prefect_ray", "RayTaskRunner", extra="ray")
    if address is not None:
        return make(address=address)
    local = {
        "num_cpus": count,
        "include_dashboard": False,
        "log_to_driver": False,
        "_node_ip_address": LOOPBACK,
        "_system_config": {"automatic_object_spilling_enabled": False},  # results are not written to disk
    }
    return make(init_kwargs=local)


def _runner_class(module: str, name: str, extra: str) -> Callable[..., TaskRunner[Any]]:
    """Return a class of an extra that need not be installed."""
    try:
        import_module(extra)  # some import it only when it is used
        runner: Callable[..., TaskRunner[Any]] = getattr(import_module(module), name)
    except ImportError as error:
        text = f"The runner {extra} is not installed. Install the extra: pip install 'digitizer[{extra}]'."
        raise UsageError(text) from error
    return runner
