"""The tables of the ledger, their version, and the steps that bring an older ledger up to date."""

from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
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
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TEXT

from digitizer.errors import LedgerError, LedgerVersionError

MIGRATIONS: tuple[Callable[[Connection], None], ...] = ()
"""The first makes version 2 of version 1, and so on; each is a part of one transaction."""

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
    UniqueConstraint("page_id", "position"),
)
"""`kind` is null where no evidence was kept; lists of numbers are packed (see `packing`), quads and numbers JSON."""

cells = Table(
    "cells",
    METADATA,
    Column("field_id", ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("symbol", _TEXT, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("probabilities", LargeBinary, nullable=False),
    Column("crop", LargeBinary, nullable=False),
    # All cells that were read as one digit, least sure first: what a person looks through.
    Index("cells_symbol", "symbol", "confidence"),
    sqlite_with_rowid=False,
)

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


def current_version() -> int:
    """Return the version of the tables above."""
    return 1 + len(MIGRATIONS)


def stored_version(connection: Connection) -> int | None:
    """Return the version of a ledger, None for an empty database.

    Raises
    ------
    LedgerError
        If the database holds something else.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if meta.name not in names:
        raise LedgerError("The database holds tables, but no ledger. Give it an empty one, or move that file away.")
    return int(connection.execute(select(meta.c.version)).scalar_one())


def check_version(version: int) -> None:
    """Raise `LedgerVersionError` if a newer digitizer made the ledger."""
    if version > current_version():
        raise LedgerVersionError(
            f"A newer digitizer made this ledger (version {version}; this one knows {current_version()}). "
            "Upgrade digitizer, or choose another --out."
        )


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables in an empty database, or migrate an older ledger; the caller's transaction holds all of it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('digitizer ledger: tables'))"))
    version = stored_version(connection)
    if version is None:
        METADATA.create_all(connection)
        connection.execute(insert(meta).values(id=1, version=current_version(), revision=0))
        return
    check_version(version)
    for step in MIGRATIONS[version - 1 :]:
        step(connection)
    if version < current_version():
        connection.execute(update(meta).values(version=current_version()))
