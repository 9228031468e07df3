"""How a ledger stands, in lines for a person, and as JSON for a program."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_UP
from pathlib import Path

from digitizer.document import FieldStatus, PageStatus
from digitizer.ledger.checks import CatchRate
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.status import Status
from digitizer.rounding import percent_down, percent_up, six_decimals

_LABEL_WIDTH = 12
_HASH_SHOWN = 12
_MINUTE = "%Y-%m-%d %H:%M"


def status_lines(status: Status, out: Path) -> list[str]:
    """Say how the ledger of `out` stands, and what to type next; times are those of this machine's zone."""
    told = [
        ("scans", str(status.scans), _listed({"superseded": status.superseded, "purged": status.purged})),
        ("pages", str(_page_count(status)), _pages_note(status)),
        ("", "", _listed(status.page_reasons)),
        ("fields", str(sum(status.fields.values())), _listed(_reviewed(status))),
        ("accepted", str(status.fields[FieldStatus.ACCEPTED]), _rates(status)),
        ("for review", str(status.fields[FieldStatus.REVIEW]), _listed(status.field_reasons)),
        ("", "", _open(status)),
    ]
    width = max(len(number) for _, number, _ in told)
    lines = [_line(label, number.rjust(width), note) for label, number, note in told if label or note]
    lines += [_line("an hour", pace)] if (pace := _listed(status.review.per_hour)) else []
    lines += [_line("checks" if not at else "", _caught(each)) for at, each in enumerate(status.checks)]
    lines += [_line("read", _times(status))] if status.last_read_s is not None else []
    lines += [_line("with" if not at else "", each) for at, each in enumerate(_provenance_lines(status))]
    lines.append(_line("on disk", _size(status.bytes)))
    lines.append(_line("now", _activity(status)))
    lines += [_line("purged", each) for each in _purge_lines(status)]
    return [*lines, "", *_next_commands(status, out)]


def status_json(status: Status) -> str:
    """Write the same for programs: times in UTC, nothing rounded but rates."""
    purge = status.last_purge
    content = {
        "scans": {"shown": status.scans, "superseded": status.superseded, "purged": status.purged},
        "pages": status.pages,
        "fields": status.fields,
        "rates": {
            "straight_through": six_decimals(status.straight_through_rate, ROUND_DOWN),
            "expected_errors_among_accepted": six_decimals(status.expected_error_rate, ROUND_UP),
        },
        "reasons": {"pages": status.page_reasons, "fields": status.field_reasons},
        "review": {**asdict(status.review), "second_looks": status.second_looks},
        "checks": [asdict(each) for each in status.checks],
        "first_read": _utc(status.first_read_s),
        "last_read": _utc(status.last_read_s),
        "read_with": [{**asdict(provenance), "scans": scans} for provenance, scans in status.read_with],
        "bytes": status.bytes,
        "held": status.held,
        "leases": status.leases,
        "last_purge": purge and {**asdict(purge), "purged_at": _utc(purge.purged_at), "sha256s": len(purge.sha256s)},
        "unfinished_purges": status.unfinished_purges,
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def counted(number: int, noun: str) -> str:
    """Return `1 scan`, `2 scans`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _line(label: str, *parts: str) -> str:
    return f"{label:<{_LABEL_WIDTH}}{'  '.join(parts)}".rstrip()


def _page_count(status: Status) -> int:
    """Return the number without files that are no scans, which have no pages."""
    return sum(number for each, number in status.pages.items() if each is not PageStatus.SKIPPED)


def _pages_note(status: Status) -> str:
    pages = _listed({str(each): number for each, number in status.pages.items() if each is not PageStatus.SKIPPED})
    skipped = status.pages[PageStatus.SKIPPED]
    return "; ".join(filter(None, [pages, f"files skipped: {skipped}" if skipped else ""]))


def _reviewed(status: Status) -> dict[str, int]:
    """Return how many fields people have decided about."""
    return {str(each): status.fields[each] for each in (FieldStatus.CONFIRMED, FieldStatus.CORRECTED)}


def _open(status: Status) -> str:
    """Return in what form it waits for people."""
    review = status.review
    told = _listed({"digits on sheets": review.open_cells, "whole fields": review.open_fields})
    of_these = _listed({"unsure": review.unsure_fields, "settled, for a second look": status.second_looks})
    return f"{told} ({of_these})" if of_these else told


def _caught(rate: CatchRate) -> str:
    """Return a reviewer's catch rate, rounded down, with bounds rounded outwards."""
    between = f"between {percent_down(rate.low, 0)} and {percent_up(rate.high, 0)}"
    share = percent_down(rate.caught / rate.checks, 0)
    return f"{rate.reviewer}: {rate.caught} of {rate.checks} caught ({share}, {between})"


def _rates(status: Status) -> str:
    """Return the straight-through rate beside the error rate that it comes with."""
    if status.straight_through_rate is None or status.expected_error_rate is None:
        return ""
    through, errors = percent_down(status.straight_through_rate), percent_up(status.expected_error_rate)
    return f"{through} straight through, expected errors {errors} by their confidences"


def _times(status: Status) -> str:
    first, last = _local(status.first_read_s or 0), _local(status.last_read_s or 0)
    zone = f"{last:%Z} (UTC{last.isoformat()[-6:]})"
    between = dict.fromkeys(f"{each:{_MINUTE}}" for each in (first, last))
    return f"{' to '.join(between)} {zone}"


def _provenance_lines(status: Status) -> Iterable[str]:
    several = len(status.read_with) > 1
    for provenance, scans in status.read_with:
        yield _provenance(provenance) + (f": {counted(scans, 'scan')}" if several else "")


def _provenance(provenance: Provenance) -> str:
    templates = ", ".join(f"{each.form} version {each.version}" for each in provenance.templates)
    model = f"model {provenance.model} ({provenance.model_sha256[:_HASH_SHOWN]})"
    learned = f", {len(provenance.learned)} learned" if provenance.learned else ""
    threshold = f"threshold {provenance.threshold:g}{learned}"
    return f"{model}, {templates or 'no template'}, {threshold}, digitizer {provenance.version}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"


def _activity(status: Status) -> str:
    if status.leases:
        return "; ".join(f"{owner} reads {counted(number, 'scan')}" for owner, number in status.leases.items())
    return "a run holds the folder" if status.held else "no run is going on"


def _purge_lines(status: Status) -> Iterable[str]:
    if status.last_purge is not None:
        purge = status.last_purge
        what = "images" if purge.images_only else "all"
        of = f"{counted(purge.scans, 'scan')} read more than {purge.older_than_days} days before"
        yield f"{_local(purge.purged_at):{_MINUTE}} by {purge.purged_by}: {what} of {of}"
    if status.unfinished_purges:
        yield f"not finished: {status.unfinished_purges}. What was deleted may still be in the files: purge again."


def _next_commands(status: Status, out: Path) -> list[str]:
    """Return what can be typed now, each with what it is for."""
    commands = [f"digitizer export {out} --to xlsx   # or parquet, csv"]
    if len(status.read_with) > 1 or status.pages[PageStatus.FAILED]:
        commands.append(f"digitizer run SCANS --out {out} --again   # to do anew what failed, or was done otherwise")
    if status.unfinished_purges and status.last_purge:
        days = status.last_purge.older_than_days
        commands.append(f"digitizer purge {out} --older-than {days}   # to finish the last one")
    return commands


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items() if number)


def _local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()


def _utc(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
