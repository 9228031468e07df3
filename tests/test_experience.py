"""What people found decides about the fields of the next run, and about nothing that was decided before."""

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from digitizer.batch import digitize_folder
from digitizer.document import FieldStatus
from digitizer.experience import Experience, experience_of
from digitizer.job import Job
from digitizer.ledger.ledger import Ledger, open_ledger
from digitizer.ledger.outcomes import settled_fields
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.review import decide, next_sheet
from digitizer.policy import AcceptancePolicy
from digitizer.reading.classifier import model_folder
from digitizer.reading.model_card import model_sha256
from tests.ledger.readings import LONG_S, a_field, a_scan, of_cell

SAMPLES = Path(__file__).parents[1] / "samples" / "scans"
BUDGET = Fraction(1, 100)
DOUBTFUL = 0.98
MODEL = model_sha256(model_folder(None))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Provide a job over some sheets of the samples."""
    return Job(
        scans=SAMPLES / "survey",
        out=tmp_path,
        policy=AcceptancePolicy.from_max_errors(BUDGET),
        qa_share=0.0,
        workers=1,
        settle_s=0,
        database=None,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Provide the ledger of the job, empty."""
    with open_ledger(tmp_path) as opened:
        yield opened


def read(
    ledger: Ledger, count: int, model: str = MODEL, name: str = "a.png", threshold: float = float(1 - BUDGET)
) -> None:
    """Put in a scan with fields of one doubtful digit."""
    provenance = Provenance("0.1.0", "default", model, threshold)
    fields = [replace(a_field(f"f{at}", "7", {0: DOUBTFUL}), y=100 * at) for at in range(count)]
    ledger.put_scans([a_scan(name, *fields)], provenance)


def settle(ledger: Ledger, said: str) -> None:
    """Let a person say what all doubtful digits are."""
    while cells := next_sheet(ledger, "ann", "7", 500, LONG_S).cells:
        decide(ledger, [of_cell(cell, said) for cell in cells])


def learned(ledger: Ledger, job: Job) -> Experience:
    """Return what follows for the job."""
    return experience_of(job, ledger)


def test_nothing_follows_from_what_nobody_has_reviewed(ledger: Ledger, job: Job) -> None:
    """The threshold of an error rate is then as stated."""
    read(ledger, 300)

    assert learned(ledger, job).policy == job.policy


def test_fields_that_were_wrong_more_often_than_stated_make_thresholds_stricter(ledger: Ledger, job: Job) -> None:
    """Of fields that were 98 % sure all were wrong."""
    read(ledger, 300)
    settle(ledger, "1")

    policy = learned(ledger, job).policy

    assert policy.threshold == job.policy.threshold
    assert policy.threshold_of("form", "f1") > job.policy.threshold


def test_fields_that_were_always_right_make_thresholds_looser(ledger: Ledger, job: Job) -> None:
    """1200 fields that were 98 % sure, none of them wrong, prove one error in a hundred."""
    read(ledger, 1200)
    settle(ledger, "7")

    assert learned(ledger, job).policy.threshold_of("form", "f1") < DOUBTFUL


def test_what_another_network_had_read_says_nothing(ledger: Ledger, job: Job) -> None:
    """Its confidences are other confidences."""
    read(ledger, 300, model="ab" * 32)
    settle(ledger, "1")

    assert learned(ledger, job).policy == job.policy


def test_what_was_settled_when_another_network_had_read_it_says_nothing(ledger: Ledger, job: Job) -> None:
    """Until people have seen what the present one makes of it."""
    read(ledger, 300, model="ab" * 32)
    settle(ledger, "1")
    read(ledger, 300)

    assert list(settled_fields(ledger, MODEL)) == []
    assert learned(ledger, job).policy == job.policy


def test_deciding_again_forgets_nothing(ledger: Ledger, job: Job) -> None:
    """The network that people saw is still the one that reads."""
    read(ledger, 300)
    settle(ledger, "1")
    before = learned(ledger, job).policy
    read(ledger, 300, threshold=0.999)

    assert learned(ledger, job).policy == before


def test_a_threshold_that_was_asked_for_is_left_alone(ledger: Ledger, job: Job) -> None:
    """Findings then only tell how many errors are to be expected."""
    read(ledger, 300)
    settle(ledger, "1")

    found = learned(ledger, replace(job, learn=False))

    assert found.policy == job.policy
    assert len(found.outcomes) == 300


def test_findings_change_new_fields_and_old_ones_only_if_asked(ledger: Ledger, job: Job) -> None:
    """Suspicion lets fewer fields of the next run through; that alone is no other setting, but `again` applies it."""
    first = digitize_folder(job)
    read(ledger, 300, name="elsewhere.png")
    settle(ledger, "1")

    second = digitize_folder(job)
    third = digitize_folder(replace(job, again=True))

    assert (second.read, second.stale) == (0, 0)
    assert second.summary.fields[FieldStatus.ACCEPTED] == first.summary.fields[FieldStatus.ACCEPTED]
    assert third.summary.fields[FieldStatus.ACCEPTED] < first.summary.fields[FieldStatus.ACCEPTED]
    assert third.expected.errors < second.expected.errors
    told = json.loads((job.out / "summary.json").read_text())["learned_thresholds"]
    assert {key: told[0][key] for key in ("form", "field")} == {"form": "", "field": ""}
