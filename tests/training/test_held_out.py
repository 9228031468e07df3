"""The digits that the bundled network never saw: as many as its card says, of whole writers."""

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from training import held_out
from training.held_out import HELD_OUT_FILE, load_held_out, save_held_out
from training.mnist import validation_mask


def test_it_is_what_the_bundled_network_was_validated_on() -> None:
    """As many of the 60 000 as the card of the bundled network says, each with its writer."""
    card = json.loads((resources.files("digitizer") / "models/default/card.json").read_text(encoding="utf-8"))

    known = load_held_out()

    assert known.mask.shape == (60_000,)
    assert known.mask.sum() == len(known.writers) == card["training"]["validation"]["images"]
    assert np.unique(known.writers).tolist() == list(range(55))


def test_the_file_is_small() -> None:
    """It comes with the package."""
    assert HELD_OUT_FILE.stat().st_size < 8_000


def test_what_is_saved_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mask made from writers comes back, whole writers in it, numbered from 0."""
    writers = np.repeat(np.arange(100, 164), 10)
    mask = validation_mask(np.zeros(640, np.uint8), writers, seed=3)
    monkeypatch.setattr(held_out, "HELD_OUT_FILE", tmp_path / "few.npz")

    save_held_out(tmp_path / "few.npz", mask, writers)

    np.testing.assert_array_equal(load_held_out().mask, mask)
    np.testing.assert_array_equal(load_held_out().writers, np.repeat(np.arange(mask.sum() // 10), 10))
