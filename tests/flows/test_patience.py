"""What may have healed is tried again; what has not, and what never will, is raised."""

from collections.abc import Callable

import pytest

from digitizer.errors import FolderBusyError, LedgerError, LedgerVersionError, ModelError, StorageError, UsageError
from flows.patience import patiently


def failing(*errors: Exception) -> Callable[[], str]:
    """Return work that raises these errors, one at a time, and then is done."""
    pending = list(errors)

    def work() -> str:
        if pending:
            raise pending.pop(0)
        return "done"

    return work


@pytest.mark.parametrize("error", [LedgerError("the database is away"), StorageError("refused"), TimeoutError()])
def test_a_database_or_a_storage_that_comes_back_is_waited_for(error: Exception) -> None:
    """Two failures and two waits, and the work is done."""
    waited: list[float] = []

    result = patiently(failing(error, error), (0.0, 0.01, 9.0), lambda _, wait_s: waited.append(wait_s))

    assert result == "done"
    assert waited == [0.0, 0.01]


def test_what_does_not_heal_is_raised_in_the_end() -> None:
    """Patience ends: the run fails, and the next one goes on."""
    with pytest.raises(LedgerError):
        patiently(failing(*[LedgerError("gone")] * 3), waits_s=(0.0, 0.0))


@pytest.mark.parametrize(
    "error", [UsageError("no"), ModelError("no"), LedgerVersionError("no"), FolderBusyError("no"), ValueError("a bug")]
)
def test_what_never_heals_is_raised_at_once(error: Exception) -> None:
    """A second attempt would only hide it longer."""
    with pytest.raises(type(error)):
        patiently(failing(error), waits_s=(0.0,))
