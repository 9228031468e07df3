"""Saves what people decide; what somebody else has decided otherwise in the meantime comes back as a conflict."""

from collections.abc import Sequence

from sqlalchemy import Connection

from digitizer.ledger import event_log
from digitizer.ledger.dealt import known_truths, shown
from digitizer.ledger.decision_check import seen_state
from digitizer.ledger.event_log import CELL, CHECK, FIELD, NOWHERE, NewEvent
from digitizer.ledger.holding import let_go
from digitizer.ledger.review_records import Conflict, Decision, Event, Screen
from digitizer.ledger.reviewed import Reviewed, fields_of_keys, write
from digitizer.ledger.revisions import lock_writers, next_revision
from digitizer.ledger.sampling import SECOND_LOOK, is_chosen
from digitizer.ledger.standing import Word, fits

_BLIND = (Screen.SECOND, Screen.THIRD)


def decide(connection: Connection, decisions: Sequence[Decision], second_share: float) -> list[Conflict]:
    """Save decisions (see `review.decide`)."""
    last, conflicts, new = lock_and_count(connection), list[Conflict](), list[NewEvent]()
    known = event_log.known_ids(connection, [decision.client_id for decision in decisions])
    truths = known_truths(connection, decisions)
    found = fields_of_keys(connection, [decision.key for decision in decisions])
    changed: dict[int, Reviewed] = {}
    for decision in decisions:
        if decision.client_id in known:
            continue
        number, of_field = last + len(new) + 1, found.get(decision.key)
        if shown(decision) in truths:
            new.append(_check(number, decision, truths[shown(decision)]))
        elif conflict := _conflict(of_field, decision):
            conflicts.append(conflict)
            continue
        elif of_field is not None:
            new.append(_new_event(number, decision, of_field, second_share))
            of_field.words.append(_word(new[-1]))
            changed[of_field.id] = of_field
        known.add(decision.client_id)
    save(connection, new, list(changed.values()))
    let_go(connection, [(found[each.event.key].id, each.event.position) for each in new if each.truth is None])
    return conflicts


def lock_and_count(connection: Connection) -> int:
    """Let those who decide follow each other; return the number of the newest event."""
    lock_writers(connection)
    return event_log.last_number(connection)


def save(connection: Connection, new: Sequence[NewEvent], changed: Sequence[Reviewed]) -> None:
    """Add events, and write how the fields stand that they are about."""
    event_log.add(connection, new)
    if changed:
        write(connection, changed)
        next_revision(connection)


def _conflict(of_field: Reviewed | None, decision: Decision) -> Conflict | None:
    """Return why a decision cannot be saved: the field is gone or another one, or somebody has said something else."""
    if of_field is None or not fits(of_field.read, decision.position, decision.after):
        return Conflict(decision, "", "")
    revision, number = seen_state(decision.seen)
    if revision != of_field.revision:
        return Conflict(decision, _now(of_field, decision), "")
    own = [word for word in of_field.words if word.reviewer == decision.reviewer]
    if decision.screen in _BLIND and any(word.screen is not decision.screen for word in own):
        return Conflict(decision, "", "")
    newer = [word for word in of_field.words if word.number > number and _is_rival(word, decision)]
    if not newer:
        return None
    said = newer[-1].said if decision.screen in _BLIND else _now(of_field, decision)
    return None if said == decision.after else Conflict(decision, _now(of_field, decision), newer[-1].reviewer)


def _is_rival(word: Word, decision: Decision) -> bool:
    """Tell whether somebody else's word is about the same: blind looks are rivals of those of their kind only."""
    if word.reviewer == decision.reviewer:
        return False
    if decision.screen in _BLIND:
        return word.screen is decision.screen
    return None in (word.position, decision.position) or word.position == decision.position


def _now(of_field: Reviewed, decision: Decision) -> str:
    """Return what stands where a decision would; nothing to those who are to know nothing."""
    if decision.screen in _BLIND:
        return ""
    cells = of_field.standing.cells
    return cells if decision.position is None else cells[decision.position]


def _new_event(number: int, decision: Decision, of_field: Reviewed, second_share: float) -> NewEvent:
    second_look = is_chosen(decision.key, second_share, SECOND_LOOK)
    kind = FIELD if decision.position is None else CELL
    event = _event(number, decision, kind)
    return NewEvent(event, decision.client_id, of_field.box, second_look, model=of_field.model)


def _check(number: int, decision: Decision, truth: str) -> NewEvent:
    """Return what a reviewer did with a cell whose answer was known: it lies nowhere, being about no field."""
    return NewEvent(_event(number, decision, CHECK), decision.client_id, NOWHERE, truth=truth)


def _event(number: int, decision: Decision, kind: str) -> Event:
    return Event(
        number=number,
        at_s=event_log.now_s(),
        reviewer=decision.reviewer,
        kind=kind,
        screen=decision.screen,
        key=decision.key,
        position=decision.position,
        before=decision.before,
        after=decision.after,
        undoes=None,
    )


def _word(new: NewEvent) -> Word:
    event = new.event
    said = (event.position, event.after, new.second_look)
    return Word(event.number, event.reviewer, Screen(event.screen), *said)
