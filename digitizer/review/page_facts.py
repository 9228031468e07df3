"""What the ledger says of one page, without pictures and other pages: quick enough to ask while somebody types."""

import json
from dataclasses import dataclass

from sqlalchemy import select

from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import FieldKey
from digitizer.ledger.schema import fields, pages, scans


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page as it stands now.

    Attributes
    ----------
    side
        1-based page of the template that it is; None without a template.
    rotation
        Degrees by which it has to be turned clockwise to stand upright.
    values
        Of each field, by name.
    quads
        Of each field, by name: for each cell x and y of its four corners, px on the page as its file shows it.
    """

    form: str
    side: int | None
    rotation: int
    values: dict[str, str]
    quads: dict[str, list[list[float]]]


def page_facts(ledger: Ledger, key: FieldKey) -> PageFacts | None:
    """Return the page that a field stands on; None if there is none, or nothing was found on it.

    Raises
    ------
    LedgerError
        If the database fails.
    """
    columns = (pages.c.form, pages.c.side, pages.c.rotation, fields.c.field, fields.c.value, fields.c.quads)
    query = select(*columns).join_from(scans, pages).join(fields)
    query = query.where(scans.c.sha256 == key.sha256, pages.c.page == key.page, ~scans.c.purged)
    rows = ledger.database.read(lambda connection: connection.execute(query).all())
    if not rows:
        return None
    values = {row.field: row.value for row in rows}
    quads = {row.field: json.loads(row.quads) for row in rows}
    return PageFacts(rows[0].form, rows[0].side, rows[0].rotation or 0, values, quads)
