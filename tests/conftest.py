"""Options of all tests."""

from collections.abc import Iterator

import pytest

from digitizer.reading.installed import MODELS_VARIABLE


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag without which no stored result is ever rewritten."""
    parser.addoption("--update-golden", action="store_true", help="store what is read now as what is to be read")


@pytest.fixture(scope="session", autouse=True)
def _nobodys_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep models that a user of this machine has installed out of the tests, and theirs out of the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MODELS_VARIABLE, str(tmp_path_factory.mktemp("models")))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave flows to the end: threads of the orchestrator outlive them and draw random numbers.

    Hypothesis takes these for numbers drawn by its strategies, and complains.
    """
    items.sort(key=lambda item: item.path.parent.name == "flows")
