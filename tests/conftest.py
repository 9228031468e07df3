"""Options of all tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag without which no stored result is ever rewritten."""
    parser.addoption("--update-golden", action="store_true", help="store what is read now as what is to be read")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave flows to the end: threads of the orchestrator outlive them and draw random numbers.

    Hypothesis takes these for numbers drawn by its strategies, and complains.
    """
    items.sort(key=lambda item: item.path.parent.name == "flows")
