"""The tables of the ledger, as they are now (`versions` brings older ones up to date); one more is in `dealt`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import TEXT

# Text sorts by the bytes of its UTF-8 on both databases, as Python's strings do.
_TEXT = Text().with_variant(TEXT(collation="C"), "postgresql")
_ID = BigInteger().with_variant(Integer(), "sqlite")

METADATA = MetaData()

meta = Table(
    "meta",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("revision", _ID, nullable=False),
)
"""One row. Who writes locks it first, so that writers follow each other and ids can be counted up."""

provenances = Table(
    "provenances",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("sha256", _TEXT, nullable=False, unique=True),
    Column("seen_with", _TEXT, nullable=False),
    Column("decided_with", _TEXT, nullable=False),
    Column("content", _TEXT, nullable=False),
)
"""`sha256` is that of `content`, a `Provenance` as JSON; ids follow the order of first use."""

scans = Table(
    "scans",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("sha256", _TEXT, nullable=False, unique=True),
    Column("source", _TEXT, nullable=False),
    Column("name", _TEXT, nullable=False),
    Column("superseded", Boolean, nullable=False, server_default=false()),
    Column("purged", Boolean, nullable=False, server_default=false()),
    Column("provenance_id", ForeignKey("provenances.id"), nullable=False),
    Column("read_at", _ID, nullable=False),
    Column("revision", _ID, nullable=False),
)
"""`name` is what the column `scan` shows, `read_at` seconds since 1970 (UTC), `revision` that of its last writing."""
shown = ~scans.c.superseded & ~scans.c.purged
"""Whether the pages of a scan stand in the CSVs."""
Index("scans_name", scans.c.name, unique=True, sqlite_where=shown, postgresql_where=shown)

pages = Table(
    "pages",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("scan_id", ForeignKey("scans.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("page", Integer),
    Column("form", _TEXT, nullable=False),
    Column("status", _TEXT, nullable=False),
    Column("reason", _TEXT, nullable=False),
    Column("residual_mm", Double),
    Column("dpi", Double),
    Column("rotation", Integer),
    Column("side", Integer),
    UniqueConstraint("scan_id", "position"),
)

fields = Table(
    "fields",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("page_id", ForeignKey("pages.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("form", _TEXT, nullable=False),
    Column("field", _TEXT, nullable=False),
    Column("value", _TEXT, nullable=False),
    Column("cells", _TEXT, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("status", _TEXT, nullable=False),
    Column("reason", _TEXT, nullable=False),
    Column("cell_confidences", LargeBinary, nullable=False),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("machine_value", _TEXT, nullable=False),
    Column("reviewer", _TEXT, nullable=False),
    Column("kind", _TEXT),
    Column("quads", _TEXT, nullable=False),
    Column("numbers", _TEXT, nullable=False),
    Column("number_confidences", LargeBinary, nullable=False),
    Column("read_cells", _TEXT),
    Column("look", _TEXT),
    UniqueConstraint("page_id", "position"),
)
"""`kind` is null where no evidence was kept; lists of numbers are packed (see `packing`), quads and numbers JSON.

What people have said stands in `value`, `cells`, `status` and `reviewer`; what `cells` was before is then in
`read_cells`. `look` is what the field waits for (see `standing.Look`), null where it waits for nobody.
"""
waits = fields.c.look.is_not(None)
"""Whether a field waits for a person; a few of many fields do, in the order in which they were read."""
Index("fields_look", fields.c.look, fields.c.id, sqlite_where=waits, postgresql_where=waits)

cells = Table(
    "cells",
    METADATA,
    Column("field_id", ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("symbol", _TEXT, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("probabilities", LargeBinary, nullable=False),
    Column("crop", LargeBinary, nullable=False),
    Column("open", Boolean, nullable=False, server_default=false()),
    Column("decided", _TEXT),
    sqlite_with_rowid=False,
)
"""`open` where the cell waits on a sheet; `decided` is the symbol that people say it is, null before."""
# Open cells that were read as one digit, least sure first: a sheet is the beginning of it.
Index(
    "cells_open",
    cells.c.symbol,
    cells.c.confidence,
    cells.c.field_id,
    cells.c.position,
    cells.c.open,  # or SQLite would look into the table for it, cell by cell
    sqlite_where=text("open = 1"),  # word for word as queries ask
    postgresql_where=cells.c.open,
)
_said = cells.c.decided.is_not(None)
_in_order = (cells.c.symbol, cells.c.decided, cells.c.field_id, cells.c.position)
Index("cells_decided", *_in_order, sqlite_where=_said, postgresql_where=_said)

strips = Table(
    "strips",
    METADATA,
    Column("field_id", ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("jpeg", LargeBinary, nullable=False),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
)
"""Apart from `fields`, so that no other query drags pictures along."""

entries = Table(
    "entries",
    METADATA,
    Column("name", _TEXT, primary_key=True),
    Column("fingerprint", _TEXT, nullable=False),
    Column("sha256", _TEXT, nullable=False, index=True),
    Column("status", _TEXT),
    Column("reason", _TEXT, nullable=False),
)

leases = Table(
    "leases",
    METADATA,
    Column("sha256", _TEXT, primary_key=True),
    Column("owner", _TEXT, nullable=False, index=True),
    Column("until", Double, nullable=False),
)
"""`until` is in seconds since 1970 by the database's clock."""

events = Table(
    "events",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("client_id", _TEXT, nullable=False, unique=True),
    Column("at", _ID, nullable=False),
    Column("reviewer", _TEXT, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("screen", _TEXT, nullable=False),
    Column("sha256", _TEXT, nullable=False),
    Column("page", Integer, nullable=False),
    Column("field", _TEXT, nullable=False),
    Column("position", Integer),
    Column("before", _TEXT, nullable=False),
    Column("after", _TEXT, nullable=False),
    Column("box", _TEXT, nullable=False),
    Column("second_look", Boolean, nullable=False),
    Column("undoes", ForeignKey("events.id"), unique=True),
    Column("truth", _TEXT),
    Column("model", _TEXT),
    Index("events_field", "sha256", "page", "field"),
    Index("events_reviewer", "reviewer", "id"),
    Index("events_at", "at"),
)
"""What people have decided, only ever added to: a purge empties what it says, nothing else is changed.

They belong to the field of a scan's page and not to a row of `fields`, which is another when the scan is read again.
`box` is where the field lay and of how many cells it was, as JSON: one of the same name may be another one then.
`truth` is what had been known of the cell, where it was a check of the reviewer (see `dealt`); null elsewhere.
`model` is the SHA-256 of the network that had read the field then; null where no field was decided about.
"""
_checked = events.c.truth.is_not(None)
Index("events_truth", events.c.reviewer, events.c.id, sqlite_where=_checked, postgresql_where=_checked)

review_leases = Table(
    "review_leases",
    METADATA,
    Column("field_id", ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("reviewer", _TEXT, nullable=False, index=True),
    Column("until", Double, nullable=False, index=True),
)
"""What is shown to whom: a cell, or a whole field (`position` -1)."""

purges = Table(
    "purges",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("purged_at", _ID, nullable=False),
    Column("purged_by", _TEXT, nullable=False),
    Column("older_than_days", Integer, nullable=False),
    Column("images_only", Boolean, nullable=False),
    Column("scans", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("fields", Integer, nullable=False),
    Column("images", Integer, nullable=False),
    Column("sha256s", _TEXT, nullable=False),
)
"""The evidence of what was deleted (see `purge_evidence.Purge`); `sha256s` with spaces between them."""

projections = Table(
    "projections",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("made_with", _TEXT, nullable=False),
    Column("files", _TEXT, nullable=False),
    Column("counts", _TEXT, nullable=False),
)
"""One row at most: of what the files were made last, their SHA-256, and the counts of `summary.json`, as JSON."""
