"""Fields and fiducials of a template file, each checked for itself and against the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ConfigDict

from digitizer.forms.files.check import checked
from digitizer.forms.files.faults import Faults, KeyPath, did_you_mean, listing, shown
from digitizer.forms.files.layout import shape
from digitizer.forms.files.rules import KnownField
from digitizer.forms.files.schema import (
    FIDUCIAL_KINDS,
    FIELD_KINDS,
    MAX_CELLS,
    AprilTag,
    Box,
    FiducialEntry,
    FiducialPart,
    FieldEntry,
    FieldPart,
)
from digitizer.forms.files.schema_rules import FieldRules, Part

K = TypeVar("K", bound=Part)


class _FieldOfNoKind(FieldPart):
    """What can be checked of a field before its kind is known."""

    model_config = ConfigDict(extra="ignore")


class _FiducialOfNoKind(FiducialPart):
    """What can be checked of a fiducial before its kind is known."""

    model_config = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True)
class CheckedField:
    """A field as its file says it.

    Attributes
    ----------
    entry, rules
        None if too much is wrong with it, `rules` also if it has none.
    """

    path: KeyPath
    entry: FieldEntry | None
    rules: FieldRules | None

    @property
    def digits(self) -> int | None:
        """Most digits that it holds; None if that is not known."""
        if self.entry is None:
            return None
        rows, columns = shape(self.entry)
        return self.entry.digits if isinstance(self.entry, Box) else rows * columns


def checked_fields(raw: Sequence[Any], faults: Faults) -> list[CheckedField]:
    """Check all fields."""
    fields = [_field(data, ("fields", index), faults) for index, data in enumerate(raw)]
    cells = sum(rows * columns for field in fields if field.entry for rows, columns in [shape(field.entry)])
    if cells > MAX_CELLS:
        text = f"hold {cells} cells in all; a template has at most {MAX_CELLS}: split the form"
        faults.add(("fields",), text, of_key=True)
    names: dict[str, int] = {}
    for index, data in enumerate(raw):
        name = data.get("name") if isinstance(data, dict) else None
        if isinstance(name, str) and name in names:
            line = faults.line_of(("fields", names[name]))
            text = f"{shown(name)} is the name of fields[{names[name]}] in line {line} already; choose another"
            faults.add(("fields", index, "name"), text)
        elif isinstance(name, str):
            names[name] = index
    return fields


def known_fields(raw: Sequence[Any]) -> dict[str, KnownField]:
    """Return the names that rules may speak of, also those of fields with which something else is wrong."""
    known: dict[str, KnownField] = {}
    for data in raw:
        if isinstance(data, dict) and isinstance(name := data.get("name"), str):
            kind, page = data.get("kind"), data.get("page", 1)
            field = KnownField(kind if isinstance(kind, str) else None, page if isinstance(page, int) else None)
            known.setdefault(name, field)
    return known


def checked_fiducials(raw: Sequence[Any], faults: Faults) -> list[tuple[KeyPath, FiducialEntry]]:
    """Check all fiducials; those that are sound come with their place in the file."""
    sound: list[tuple[KeyPath, FiducialEntry]] = []
    tags: dict[tuple[int, int], int] = {}
    for index, data in enumerate(raw):
        path: KeyPath = ("fiducials", index)
        entry = _of_kind(FIDUCIAL_KINDS, _FiducialOfNoKind, data, path, faults)
        if isinstance(entry, AprilTag):
            first = tags.setdefault((entry.page, entry.id), index)
            if first != index:
                text = f"tag {entry.id} is on page {entry.page} already: fiducials[{first}]; number it anew"
                faults.add((*path, "id"), text)
        if entry is not None:
            sound.append((path, entry))
    return sound


def _field(data: Any, path: KeyPath, faults: Faults) -> CheckedField:
    rules = None
    if isinstance(data, dict) and "rules" in data and data.get("kind") != "mark":
        rules = checked(FieldRules, data["rules"], (*path, "rules"), faults)
        data = {**data, "rules": {}}  # these are checked, and their faults told, by themselves
    return CheckedField(path, _of_kind(FIELD_KINDS, _FieldOfNoKind, data, path, faults), rules)


def _of_kind(
    kinds: Mapping[str, type[K]], of_no_kind: type[Part], data: Any, path: KeyPath, faults: Faults
) -> K | None:
    """Check a part by the model of its kind; without a kind only what parts of all kinds have."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if isinstance(kind, str) and kind in kinds:
        return checked(kinds[kind], data, path, faults, others=kinds)
    if isinstance(data, dict) and "kind" not in data:
        faults.add((*path, "kind"), f"the key `kind` is missing: one of {listing(kinds)}")
    elif isinstance(data, dict):
        faults.add((*path, "kind"), f"unknown kind {shown(kind)}{did_you_mean(str(kind), kinds)}")
    checked(of_no_kind, data, path, faults)
    return None
