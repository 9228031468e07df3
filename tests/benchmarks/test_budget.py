"""The benchmark of the error budget: it draws what it says, judges as it says, and repeats itself."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from benchmarks import budget
from benchmarks.budget import AS_STATED, Result, changes, compare, learned_thresholds, main, reviewed, totals
from benchmarks.budget_damage import DAMAGES, OTHER_DAMAGES
from benchmarks.budget_offices import Fields, halves, load_digits, night, offices
from digitizer.reading.classifier import load_classifier

RATE = Fraction(1, 100)
DIGITS = load_digits(None, None)


def fields_of(*confidences: float, wrong: int = 0) -> Fields:
    """Return fields of some confidences, the first of which are wrong."""
    places = np.arange(len(confidences))
    return Fields(np.array(confidences), places >= wrong, np.zeros(len(confidences), bool))


@pytest.mark.parametrize("name", [*DAMAGES, *OTHER_DAMAGES])
def test_every_damage_spoils_digits(name: str) -> None:
    """More at its worst than lightly, and never to nothing; the digit it was given stays as it was."""
    damage, image = (DAMAGES | OTHER_DAMAGES)[name], DIGITS.images[0]
    before = image.copy()

    mild, worst = (damage(image, severity, np.random.default_rng(1)) for severity in (0.3, 1.0))

    change = [np.abs(spoilt.astype(int) - image).sum() for spoilt in (mild, worst)]
    assert worst.shape == image.shape
    assert worst.dtype == np.uint8
    assert worst.any()
    assert 0 < change[0] < change[1]
    assert (image == before).all()


def test_there_are_twenty_offices() -> None:
    """And none of them is one on which the rule was chosen."""
    names = {office.name for office in offices()}

    assert len(names) == 20
    assert not names & {office.name for office in offices(tuning=True)}


def test_nights_and_batches_have_other_writers() -> None:
    """No digit is in both halves, and none is lost."""
    first, second = halves(DIGITS, np.random.default_rng(1))
    known = replace(DIGITS, writers=np.arange(len(DIGITS.labels)) // 10)
    here, there = halves(known, np.random.default_rng(1))

    assert len(first.labels) == len(second.labels) == len(DIGITS.labels) // 2
    assert not set(here.writers) & set(there.writers)


def test_a_night_repeats_itself() -> None:
    """The same seed gives the same fields, another number others; most are read rightly."""
    classifier, office = load_classifier(), offices()[0]

    one, same, other = (night(office, number, DIGITS, 60, classifier, [1]) for number in (1, 1, 2))

    assert (one.confidence == same.confidence).all()
    assert not (one.confidence == other.confidence).all()
    assert one.correct.mean() > 0.7


def test_people_see_what_is_not_sure_and_a_sample_of_what_is() -> None:
    """Not what is seen at any confidence."""
    fields = fields_of(*[0.5] * 10, *[0.999] * 10_000)
    forced = replace(fields, forced=np.arange(10_010) < 4)

    outcomes = reviewed(forced, 0.99, np.random.default_rng(1))

    assert (outcomes.confidence == 0.5).sum() == 6
    assert 60 < outcomes.sampled.sum() < 140


def test_nights_of_errors_tighten_the_threshold() -> None:
    """Each from what all nights before have shown."""
    bad = fields_of(*[0.985] * 400, *[0.999] * 400, wrong=200)

    thresholds = list(learned_thresholds(RATE, iter([bad, bad]), 1))

    assert len(thresholds) == 2
    assert min(thresholds) > 0.99


def test_wrong_and_accepted_fields_are_counted() -> None:
    """A batch is over its budget when more are wrong than the rate grants."""
    results = list(compare("office", 0, RATE, lambda *_: fields_of(0.999, *[0.995] * 149, 0.5, wrong=2), None))

    stated = results[0]
    assert (stated.rule, stated.accepted, stated.wrong, stated.fields) == (AS_STATED, 150, 2, 151)
    assert stated.allowed == 1.5
    assert not stated.kept
    assert [result.rule for result in results[1:]] == ["after 1 night", "after 5 nights"]


def test_a_change_is_followed_night_by_night() -> None:
    """What went well before is let through at first, and found out by review."""
    good, bad = (fields_of(*[0.9] * 300, *[0.985] * 2000, wrong=wrong) for wrong in (0, 2000))
    both = offices()[:2]

    lines = list(changes(both[0].name, both[1].name, lambda place, _: bad if place else good, both))

    first, second = (cell.strip() for cell in lines[2].split("|")[2:4])
    assert first == "100%, 2000 of 23.0 **over**"
    assert second == "0%, 0 of 0.0"


def test_totals_tell_how_often_a_budget_was_kept() -> None:
    """And the rate of the worst batch."""
    kept = Result("a", RATE, AS_STATED, 0.99, 1000, 5, 2000)

    lines = list(totals([kept, replace(kept, office="b", wrong=11)]))

    assert lines[-1] == "| 1/100 | as stated | 1 of 2 | 50.0% | 16 of 2000 (0.800%) | 1.10% |"


def test_the_command_prints_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the bundled digits; what was read is kept, and taken from there again."""
    monkeypatch.setattr(budget, "NIGHTS", 1)
    options = ["--only", "fold, mild", "--fields", "40", "--night", "40", "--readings", str(tmp_path)]

    main(options)
    first, files = capsys.readouterr().out, sorted(tmp_path.iterdir())
    monkeypatch.setattr(budget, "night", None)
    main(options)

    assert first.count("| fold, mild |") == 2
    assert len(files) == 2
    assert capsys.readouterr().out == first
