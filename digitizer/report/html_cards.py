"""The cards at the top of the report: what a person in charge asks first."""

from dataclasses import dataclass

from digitizer.budget.bounds import exact_bounds
from digitizer.budget.estimate import ALPHA, SECONDS_PER_FIELD
from digitizer.document import FieldStatus, PageStatus
from digitizer.report import words
from digitizer.report.collect import SETTLED
from digitizer.report.findings import Findings


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its name above and a note below; `tone` is `good`, `bad` or empty."""

    name: str
    figure: str
    note: str = ""
    tone: str = ""


def cards(found: Findings) -> list[Card]:
    """Return them in the order of the questions."""
    return [_fields(found), _straight_through(found), _expected_errors(found), _to_review(found), _unread(found)]


def _fields(found: Findings) -> Card:
    done = found.pages[PageStatus.DONE]
    return Card("Fields", words.number(found.field_count), f"on {words.number(done)} page{'' if done == 1 else 's'}")


def _straight_through(found: Findings) -> Card:
    accepted = found.fields[FieldStatus.ACCEPTED]
    if not found.field_count:
        return Card("Straight through", "–", "no field was read")
    share = words.share_down(accepted / found.field_count)
    return Card("Straight through", share, f"{words.number(accepted)} fields accepted", "good")


def _expected_errors(found: Findings) -> Card:
    accepted, expected = found.fields[FieldStatus.ACCEPTED], found.budget.expected
    if not accepted:
        return Card("Expected errors", "–", "no field was accepted")
    low, high = (words.number(bound) for bound in expected.between)
    note = f"among these, between {low} and {high} with 90{words.THIN_SPACE}%; {_measured(found)}"
    return Card("Expected errors", words.expected(expected.errors), note)


def _measured(found: Findings) -> str:
    """Say what is known of accepted fields: by the truth where there is one, else by those that were drawn by lot."""
    checked, reviewed = found.checked, found.budget.reviewed
    if checked.by_truth and checked.accepted:
        wrong, count = checked.accepted_wrong, checked.accepted
        most = exact_bounds(wrong, count, ALPHA)[1]
    elif reviewed.sampled:
        wrong, count, most = reviewed.errors, reviewed.sampled, reviewed.bounds[1]
    else:
        return "not measured yet"
    return f"measured {words.number(wrong)} in {words.number(count)}, so at most {words.rate_up(most)}"


def _to_review(found: Findings) -> Card:
    waiting = found.fields[FieldStatus.REVIEW]
    settled = sum(found.fields[status] for status in SETTLED)
    done = f"{words.number(settled)} settled by people" if settled else "nobody has begun"
    if not waiting:
        return Card("To review", "0", done if settled else "nothing waits", "good")
    seconds = f"{SECONDS_PER_FIELD:g}{words.THIN_SPACE}s each"
    note = f"about {words.duration(found.review_minutes)} at {seconds}; {done}"
    return Card("To review", words.number(waiting), note, "bad")


def _unread(found: Findings) -> Card:
    rejected, failed = found.pages[PageStatus.REJECTED], found.pages[PageStatus.FAILED]
    note = (
        f"{words.number(failed)} failed, {words.number(rejected)} rejected" if found.unread_count else "all were read"
    )
    return Card("Pages not read", words.number(found.unread_count), note, "bad" if found.unread_count else "good")
