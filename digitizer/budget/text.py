"""The curve of the error budget as lines of text: what each error rate costs, and what speaks for the present one."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from digitizer.budget.estimate import Estimate
from digitizer.budget.learning import ALL, Learned
from digitizer.budget.outcomes import Place
from digitizer.budget.thresholds import Choice
from digitizer.policy import AcceptancePolicy
from digitizer.rounding import expected_errors, percent_down, percent_up, up

HEADER = ("allowed errors", "straight through", "", "expected errors", "90 % between", "review", "minutes")
PRESENT = "<- now"


def curve_lines(curve: Sequence[Estimate], present: Fraction) -> Iterator[str]:
    """Yield a table of what error rates come to, the strictest first, and what was learned for the present one.

    Parameters
    ----------
    present
        The error rate in force; the row of it is marked, and what was learned is told for it.
    """
    rows = [HEADER, *map(_cells, curve)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    for row, shown in zip(rows, [None, *curve], strict=True):
        mark = f"  {PRESENT}" if shown is not None and shown.max_errors == present else ""
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + mark
    for each in curve:
        if each.max_errors == present:
            yield ""
            yield from learned_lines(each.learned, present)


def learned_lines(learned: Learned, present: Fraction) -> Iterator[str]:
    """Yield what reviewers found, and the thresholds that follow from it."""
    everything = learned.choices[ALL]
    if not everything.reviewed:
        yield (
            "Nobody has reviewed anything that the present network has read: "
            f"confidences are taken at their word, threshold {_at(learned, ALL)}."
        )
        return
    yield f"reviewed  {everything.reviewed} fields that only their confidence sent to review, or chance"
    yield f"sampled   {_measured(everything)}; {present} are allowed"
    yield f"threshold {_at(learned, ALL)} where nothing else is said"
    for each in learned.policy.learned:
        place = (each.form, each.field)
        if place != ALL:
            yield f"          {each.threshold:.6g} for {' / '.join(filter(None, place))}: {_why(place, learned)}"


def learned_note(policy: AcceptancePolicy) -> str:
    """Say in which direction thresholds that were learned differ from the stated one: `2 stricter, 1 looser`."""
    learned = [each.threshold for each in policy.learned]
    counts = {
        "stricter": sum(each > policy.threshold for each in learned),
        "looser": sum(each < policy.threshold for each in learned),
        "as stated": learned.count(policy.threshold),  # where the one of the template differs
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _cells(each: Estimate) -> tuple[str, ...]:
    rate = "" if each.error_rate is None else percent_up(each.error_rate)
    return (
        str(each.max_errors),
        str(each.accepted),
        percent_down(each.straight_through_rate),
        f"{expected_errors(each.errors)} ({rate})" if rate else "-",
        f"{each.between[0]} and {each.between[1]}",
        str(each.fields - each.accepted),
        up(each.review_minutes),
    )


def _measured(choice: Choice) -> str:
    """Say what the random sample of accepted fields showed."""
    if not choice.sampled:
        return "no accepted field yet, so that their errors are not measured"
    low, high = choice.bounds
    between = f"between {percent_down(low, 2)} and {percent_up(high, 2)}"
    return f"{choice.errors} of {choice.sampled} accepted fields were wrong: {between} of all"


def _at(learned: Learned, place: Place) -> str:
    return f"{learned.policy.threshold_of(*place):.6g}"


def _why(place: Place, learned: Learned) -> str:
    choice = learned.choices[place]
    if choice.rung > 0:
        return f"looser, as {choice.reviewed} reviewed fields prove"
    if choice.rung < 0:
        return f"stricter, for {choice.reviewed} reviewed fields are wrong more often than their confidences say"
    return f"as stated, which {choice.reviewed} reviewed fields do not speak against"
