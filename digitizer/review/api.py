"""What the screens ask for: each answer takes the JSON that the page sent, and returns what it gets."""

import time
from collections.abc import Callable
from dataclasses import asdict

from digitizer.errors import UsageError
from digitizer.ledger import review
from digitizer.ledger.checks import catch_rates
from digitizer.review.desk import Desk
from digitizer.review.messages import (
    Json,
    conflict_json,
    decisions_of,
    event_json,
    field_json,
    key_of,
    name_of,
    number,
    progress_json,
    sheet_json,
    text,
)
from digitizer.review.results import project
from digitizer.review.security import Session

CELLS_ON_A_SHEET = 360
FIELDS_AT_ONCE = 240
"""At most: the page asks for a dozen, and for those again that were left for later."""
LEASE_S = 1800.0
"""Somebody may be called away from a sheet; after that the next person gets it, and who comes back is told."""
CHECKS_TOLD_AFTER_S = 3600
"""Until then a reviewer's own catch rate says nothing of a check: sooner, it would tell which cells were checks."""
_LOOKED_AT = ("key", "scan", "image", "width", "height", "cells_at")
"""Of a field that is only looked at: no more, or it would tell whether it is settled."""

Work = Callable[[Desk, Session, Json], Json]
"""Answers a request of the page; runs on a thread."""


def _sheet(desk: Desk, session: Session, told: Json) -> Json:
    symbol = text(told, "symbol") if told.get("symbol") is not None else None
    count = number(told, "count", CELLS_ON_A_SHEET)
    sheet = review.next_sheet(desk.ledger, session.reviewer, symbol, count, LEASE_S, desk.check_share)
    return sheet_json(sheet, desk.gallery)


def _fields(desk: Desk, session: Session, told: Json) -> Json:
    count = number(told, "count", FIELDS_AT_ONCE)
    tasks = review.next_fields(desk.ledger, session.reviewer, count, LEASE_S)
    return {"fields": [field_json(task, desk.gallery) for task in tasks]}


def _field(desk: Desk, _: Session, told: Json) -> Json:
    task = review.show_field(desk.ledger, key_of(told.get("key")))
    if task is None:
        raise UsageError("The field is not there any more, or is to be keyed blind.")
    shown = field_json(task, desk.gallery)
    return {name: shown[name] for name in _LOOKED_AT}


def _decide(desk: Desk, session: Session, told: Json) -> Json:
    decisions = decisions_of(told.get("decisions"), session.reviewer)
    conflicts = review.decide(desk.ledger, decisions, second_share=desk.second_share)
    return {"conflicts": [conflict_json(each) for each in conflicts]}


def _undo(desk: Desk, session: Session, told: Json) -> Json:
    count, client_id = number(told, "count", CELLS_ON_A_SHEET), text(told, "client_id")
    events = review.undo(desk.ledger, session.reviewer, count, client_id=client_id)
    return {"events": [event_json(each) for each in events]}


def _rules(desk: Desk, _: Session, told: Json) -> Json:
    broken = desk.rules.broken(key_of(told.get("key")), text(told, "symbols"))
    return {"known": broken is not None, "broken": broken or []}


def _page(desk: Desk, _: Session, told: Json) -> Json:
    key = key_of(told.get("key"))
    page = desk.viewer.show(key)
    image = desk.gallery.hang(page.jpeg, "image/jpeg")
    cells = [[list(point) for point in cell.points] for cell in page.cells]
    return {"image": image, "width": page.width, "height": page.height, "frame": list(page.frame), "cells": cells}


def _release(desk: Desk, session: Session, _: Json) -> Json:
    review.release(desk.ledger, session.reviewer)
    return {}


def _hold(desk: Desk, session: Session, _: Json) -> Json:
    review.renew(desk.ledger, session.reviewer, LEASE_S)
    return {}


def _reviewer(_: Desk, session: Session, told: Json) -> Json:
    session.reviewer = name_of(told)
    return {"name": session.reviewer}


def _results(desk: Desk, _: Session, __: Json) -> Json:
    done = project(desk.out, desk.ledger)
    return {"written": done.written, "message": done.message}


def tell_progress(desk: Desk, session: Session, _: Json) -> Json:
    """Say how far review has come, and how much of what was slipped into their sheets the reviewer noticed."""
    before_s = int(time.time()) - CHECKS_TOLD_AFTER_S
    rates = catch_rates(desk.ledger, reviewer=session.reviewer, before_s=before_s)
    told = progress_json(review.progress(desk.ledger), session.reviewer)
    return told | {"checks": asdict(rates[0]) if rates else None}


WORKS: dict[str, Work] = {
    "sheet": _sheet,
    "fields": _fields,
    "field": _field,
    "decide": _decide,
    "undo": _undo,
    "rules": _rules,
    "page": _page,
    "hold": _hold,
    "release": _release,
    "reviewer": _reviewer,
    "results": _results,
}
"""What the page asks for, by the last part of its path; all of it comes by POST."""
