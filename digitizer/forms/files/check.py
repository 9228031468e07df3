"""One part of a template file against its model: what is wrong with it, and what of it is sound."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from digitizer.forms.files.faults import Faults, KeyPath, did_you_mean, listing, nearest, shown
from digitizer.forms.files.sentences import model_at, sentence

P = TypeVar("P", bound=BaseModel)


def checked(
    model: type[P],
    data: Any,
    path: KeyPath,
    faults: Faults,
    *,
    others: Mapping[str, type[BaseModel]] | None = None,
    stand_ins: Mapping[str, Any] | None = None,
) -> P | None:
    """Check a part of a file.

    Parameters
    ----------
    path
        Where the part stands.
    faults
        Takes what is wrong.
    others
        Models of the same part of all kinds, by kind: keys of another kind are told from unknown ones.
    stand_ins
        Values for keys that the part cannot be without.

    Returns
    -------
    BaseModel or None
        The part, without its faulty keys where it can be without: so that further faults of it are found at once.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    if not isinstance(data, dict):
        first = next(iter(model.model_fields))
        faults.add(path, f"must be keys with values, such as `{first}: ...`, not {shown(data)}")
        return None
    _add_unknown_keys(model, data, path, details, faults, others or {})
    meant = {nearest(key, _free(model, data)) for key in data if key not in model.model_fields}
    for detail in details:
        if not _is_told_already(detail, meant, details):
            where, text = sentence(detail, model)
            faults.add((*path, *where), text)
    try:
        return model.model_validate({**(stand_ins or {}), **_without(data, [_removable(detail) for detail in details])})
    except ValidationError:
        return None


def _is_told_already(detail: ErrorDetails, meant: Container[str | None], details: Sequence[ErrorDetails]) -> bool:
    """Tell whether a fault only follows from another: a missing key from a misspelt one, a short list from an item."""
    kind, loc = detail["type"], detail["loc"]
    if kind == "too_short":
        return any(other["loc"][: len(loc)] == loc for other in details if other is not detail)
    return kind == "extra_forbidden" or (kind == "missing" and loc[0] in meant)


def _add_unknown_keys(
    model: type[BaseModel],
    data: Mapping[str, Any],
    path: KeyPath,
    details: Sequence[ErrorDetails],
    faults: Faults,
    others: Mapping[str, type[BaseModel]],
) -> None:
    for loc in [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]:
        key, part = str(loc[-1]), data
        for step in loc[:-1]:
            part = part[str(step)]
        owners = [kind for kind, other in others.items() if key in other.model_fields]
        if len(loc) == 1 and owners:
            text = _of_other_kind(model, owners, others)
        else:
            here = model_at(model, loc[:-1])
            text = f"unknown key{did_you_mean(key, _free(here, part) or list(here.model_fields))}"
        faults.add((*path, *loc), text, of_key=True)


def _of_other_kind(model: type[BaseModel], owners: Sequence[str], others: Mapping[str, type[BaseModel]]) -> str:
    own = next(kind for kind, other in others.items() if other is model)
    rest = [other for other in others.values() if other is not model]
    special = [key for key in model.model_fields if sum(key in other.model_fields for other in rest) < len(rest) - 1]
    has = f"; a {own} has {listing(special)}" if special else ""
    return f"is a key of {' or '.join(f'a {kind}' for kind in owners)}, not of a {own}{has}"


def _free(model: type[BaseModel], data: Mapping[str, Any]) -> list[str]:
    """Return the keys that a part could have and has not, first those that it must have."""
    free = [name for name in model.model_fields if name not in data]
    return sorted(free, key=lambda name: not model.model_fields[name].is_required())


def _removable(detail: ErrorDetails) -> KeyPath:
    """Return what to take away to be rid of a fault; of a missing key what it is missing from."""
    missing = detail["type"] == "missing" and len(detail["loc"]) > 1
    return detail["loc"][:-1] if missing else detail["loc"]


def _without(data: Mapping[str, Any], wrong: Sequence[KeyPath]) -> dict[str, Any]:
    """Return a part without what is wrong; a list goes as a whole."""
    left = {}
    for key, value in data.items():
        below = [path[1:] for path in wrong if path[0] == key]
        if not below:
            left[key] = value
        elif isinstance(value, dict) and all(below):
            left[key] = _without(value, below)
    return left
