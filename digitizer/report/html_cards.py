"""The cards at the top of the report: what a person in charge asks first."""

from dataclasses import dataclass

from digitizer.document import FieldStatus, PageStatus
from digitizer.report import words
from digitizer.report.collect import SETTLED
from digitizer.report.findings import Checked, Findings
from digitizer.report.reliability import interval


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
    accepted = found.fields[FieldStatus.ACCEPTED]
    if not accepted:
        return Card("Expected errors among them", "–", "no field was accepted")
    note = f"{words.rate_up(found.expected_errors / accepted)} of them; {_measured(found.checked)}"
    return Card("Expected errors among them", words.expected(found.expected_errors), note)


def _measured(checked: Checked) -> str:
    if not checked.accepted:
        return "not measured yet"
    wrong, count = checked.accepted_wrong, checked.accepted
    most = words.rate_up(interval(wrong, count)[1])
    return f"measured {words.number(wrong)} in {words.number(count)}, so at most {most}"


def _to_review(found: Findings) -> Card:
    waiting = found.fields[FieldStatus.REVIEW]
    settled = sum(found.fields[status] for status in SETTLED)
    note = (
        f"{words.number(settled)} settled by people" if settled else "nobody has begun" if waiting else "nothing waits"
    )
    return Card("To review", words.number(waiting), note, "bad" if waiting else "good")


def _unread(found: Findings) -> Card:
    rejected, failed = found.pages[PageStatus.REJECTED], found.pages[PageStatus.FAILED]
    note = (
        f"{words.number(failed)} failed, {words.number(rejected)} rejected" if found.unread_count else "all were read"
    )
    return Card("Pages not read", words.number(found.unread_count), note, "bad" if found.unread_count else "good")
