"""The curve as text."""

from fractions import Fraction

from digitizer.budget.estimate import estimate
from digitizer.budget.outcomes import tabulate
from digitizer.budget.text import PRESENT, curve_lines
from digitizer.document import FieldResult, FieldStatus
from tests.budget.fields import a_field, some_fields

RATES = (Fraction(1, 1000), Fraction(1, 100))
SURE = [a_field(0.9995, FieldStatus.ACCEPTED, "")] * 600


def lines_of(fields: list[FieldResult], present: Fraction = RATES[1]) -> list[str]:
    """Return the curve of some fields at both rates."""
    table = tabulate(fields)
    return list(curve_lines([estimate(table, table, rate) for rate in RATES], present))


def test_each_error_rate_has_a_row_and_the_present_one_is_marked() -> None:
    """With fields, share, errors and their bounds, and what is left to people."""
    header, strict, loose, *_ = lines_of(SURE + [a_field(0.995)] * 200)

    assert strict.split() == ["1/1000", "600", "75.0%", "0.30", "(0.050%)", "0", "and", "1", "200", "21"]
    assert loose.split()[:3] == ["1/100", "800", "100.0%"]
    assert loose.endswith(PRESENT)
    assert PRESENT not in header + strict


def test_confidences_are_said_to_be_taken_at_their_word() -> None:
    """As long as nobody has reviewed anything; what another network had read does not count."""
    assert lines_of(SURE)[-1] == (
        "Nobody has reviewed anything that the present network has read: "
        "confidences are taken at their word, threshold 0.99."
    )


def test_what_reviewers_found_is_said() -> None:
    """How many fields, what the sample showed, and which thresholds follow for what reason."""
    sample = [a_field(0.9995, FieldStatus.CONFIRMED, "qa_sample")] * 30
    bad, good = some_fields(200, 200, 0.985, name="date"), some_fields(6000, 0, 0.985)

    told = "\n".join(lines_of(SURE + sample + bad + good))

    assert "reviewed  6430 fields" in told
    assert "0 of 30 accepted fields were wrong: between 0.00% and" in told
    assert "for ballot / date: stricter, for 400 reviewed fields are wrong more often" in told
    assert "looser, as 6030 reviewed fields prove" in told


def test_errors_that_were_not_measured_are_said_to_be_so() -> None:
    """Where no sample was drawn."""
    assert "no accepted field yet" in "\n".join(lines_of(SURE + some_fields(300, 3, 0.985)))


def test_a_job_without_fields_has_a_curve_all_the_same() -> None:
    """An empty one."""
    assert [line.split()[1] for line in lines_of([])[1:3]] == ["0", "0"]
