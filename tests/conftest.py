"""Options of all tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag without which no stored result is ever rewritten."""
    parser.addoption("--update-golden", action="store_true", help="store what is read now as what is to be read")
