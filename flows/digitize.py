"""The flow `digitize-folder`: the same job as `digitizer run`, on a schedule and with a page to watch it on.

Prefect decides when and where; the ledger decides what is done. Scans never pass through Prefect, and neither what they
say nor, unless it is asked for, their names are logged or shown.

`python -m flows.digitize SCANS --out DIR` runs it here and now, with Prefect's server or without.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed
from pydantic import ValidationError

from digitizer.batch import digitize_folder
from digitizer.errors import DigitizerError, ExitCode
from digitizer.job import Job, Outcome
from digitizer.ledger.export import PAGES_FILE
from digitizer.ledger.ledger import open_ledger
from digitizer.reporting import REPORT_FILE, write_report
from flows.chunks import as_tasks
from flows.page import ProgressBar, publish
from flows.parameters import DigitizeParameters, in_words
from flows.patience import WAITS_S, patiently
from flows.runners import task_runner
from flows.server import end_soon, server_is_away

INCOMPLETE = "Incomplete"
"""State of a run that did its work, though some scans could not be read: a kind of Completed, by its own name."""
_FLOW_RUN_VARIABLE = "PREFECT__FLOW_RUN_ID"
"""Set by a worker of Prefect's in the process that it starts for a run."""


class Ending:
    """How the work of a run ended, whatever became of Prefect afterwards; None while it has not.

    Parameters
    ----------
    own_process
        Whether the process is there for this run only, and may be ended when it is over.
    """

    def __init__(self, own_process: bool) -> None:
        self.own_process = own_process
        self.code: ExitCode | None = None


_ending: ContextVar[Ending | None] = ContextVar("digitizer_ending", default=None)
"""Of the run that `main` has started; none if Prefect has."""


@flow(name="digitize-folder", persist_result=False)
def digitize_folder_flow(params: DigitizeParameters) -> State[None]:
    """Read every scan of a folder that was not read before; write fields.csv, pages.csv and summary.json.

    Returns
    -------
    State
        Completed; named `Incomplete` if some pages were rejected or failed. One bad scan is no reason for a
        nightly job to count as broken; an unusable folder or a bug is, and fails the run.
    """
    code = ExitCode.BUG
    try:
        outcome = patiently(partial(_work, params), WAITS_S, _tell)
        code = outcome.exit_code
        publish(outcome, params)
        return _final_state(outcome)
    except DigitizerError as error:
        code = error.exit_code
        raise error from None  # what it was made of may quote what forms say, and Prefect keeps what it sees
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        raise RuntimeError(f"This is a bug: {where}.") from None
    finally:
        _note_ending(code)


def main(arguments: Sequence[str] | None = None, *, own_process: bool = False) -> int:
    """Run the flow in this process; the exit codes are those of `digitizer run`.

    Parameters
    ----------
    own_process
        Whether the process may be ended if Prefect keeps it alive when all is done.
    """
    try:
        params = DigitizeParameters.model_validate(vars(_parser().parse_args(arguments)))
    except ValidationError as error:
        _say(in_words(error))
        return ExitCode.USAGE
    if server_is_away():
        _say("Prefect's server cannot be reached: the scans are read without it.")
        return _without_prefect(params)
    ending = Ending(own_process)
    token = _ending.set(ending)
    try:
        digitize_folder_flow(params, return_state=True)
    except Exception as error:  # Prefect's: what the work itself fails with becomes a state
        _say(f"Prefect's server cannot be reached any more ({type(error).__name__}).")
    finally:
        _ending.reset(token)
    code = _without_prefect(params) if ending.code is None else ending.code
    if own_process:
        end_soon(lambda: code)
    return code


def _work(params: DigitizeParameters) -> Outcome:
    with task_runner(params) as runner:
        outcome = digitize_folder(params.job(), execute=as_tasks(runner, params.count), progress=ProgressBar())
    _report(params.job())
    return outcome


def _report(job: Job) -> None:
    """Write the report that the run's page links to."""
    with open_ledger(job.out, job.database, writable=False) as ledger:
        write_report(ledger, str(job.out / REPORT_FILE))


def _tell(error: Exception, wait_s: float) -> None:
    get_run_logger().warning("%s: tried again in %.0f s.", type(error).__name__, wait_s)


def _final_state(outcome: Outcome) -> State[None]:
    pages = len(outcome.summary.unread)
    if not pages:
        return Completed()
    return Completed(name=INCOMPLETE, message=f"{pages} pages or files were not read: see {PAGES_FILE}")


def _note_ending(code: ExitCode) -> None:
    """Note how the work ended, and see that a process which is there for this run only ends too."""
    ending, context = _ending.get(), FlowRunContext.get()
    if ending is not None:
        ending.code = code
        if ending.own_process:
            end_soon(lambda: code)
        return
    run = context.flow_run if context else None
    if run is not None and os.environ.get(_FLOW_RUN_VARIABLE) == str(run.id):
        # A run whose end the server has not heard of must not look as if it went on: the next would be cancelled.
        end_soon(lambda: ExitCode.OK if run.state and run.state.is_final() else ExitCode.BUG)


def _without_prefect(params: DigitizeParameters) -> int:
    """Do the job by the library alone."""
    try:
        outcome = digitize_folder(params.job())
        _report(params.job())
    except DigitizerError as error:
        _say(str(error))
        return error.exit_code
    _say(f"{len(outcome.summary.unread)} pages or files were not read: see {PAGES_FILE}")
    return outcome.exit_code


def _say(text: str) -> None:
    sys.stderr.write("".join(f"flows.digitize: {line}\n" for line in text.splitlines()))


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the module's options: the parameters, by their names."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.digitize", description="Read all scans of a folder.", argument_default=argparse.SUPPRESS
    )
    for name, field in DigitizeParameters.model_fields.items():
        text = (field.description or "").replace("%", "%%")
        if name == "scans":
            parser.add_argument(name, help=text)
        elif field.annotation is bool:
            parser.add_argument(f"--{name.replace('_', '-')}", action="store_true", help=text)
        else:
            parser.add_argument(f"--{name.replace('_', '-')}", help=text)
    return parser


if __name__ == "__main__":
    from flows.digitize import main as run  # under its own name: what `__main__` defines, no cluster can find

    sys.exit(run(own_process=True))
