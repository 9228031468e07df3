"""Reasons and formats."""

import pytest

from digitizer.scans.formats import ScanFormat, sniff
from digitizer.scans.reasons import EXPLANATIONS, Reason
from tests.scans.drawing import ALL_FORMATS, as_format, drawn


def test_every_reason_is_explained() -> None:
    """Each with a meaning and an advice, a sentence each."""
    assert set(EXPLANATIONS) == set(Reason)
    for explanation in EXPLANATIONS.values():
        assert explanation.meaning.endswith(".")
        assert explanation.advice.endswith(".")


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_formats_are_told_by_their_first_bytes(kind: str) -> None:
    """Of each format that is read."""
    expected = {"progressive": "jpeg", "lzw": "tiff", "deflate": "tiff", "group4": "tiff", "tiff_jpeg": "tiff"}
    assert sniff(as_format(drawn(), kind)[:1024]) == ScanFormat[expected.get(kind, kind).upper()]


@pytest.mark.parametrize("head", [b"", b"text", b"BMW, a maker of cars, and more", b"GIF89a", b"RIFF1234WAVE", b"II"])
def test_other_content_is_no_scan(head: bytes) -> None:
    """Nor is a text that begins like a BMP."""
    assert sniff(head) is None
