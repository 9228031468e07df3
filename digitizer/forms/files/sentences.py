"""What pydantic finds wrong with a part of a template file, said to the person who wrote it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from digitizer.forms.files.faults import KeyPath, did_you_mean, shown

_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "keys with values",
}
_LIMITS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
}


def sentence(detail: ErrorDetails, model: type[BaseModel]) -> tuple[KeyPath, str]:
    """Say what is wrong, and what to do.

    Parameters
    ----------
    detail
        A fault that pydantic found; not one of an unknown key.
    model
        What was checked.

    Returns
    -------
    tuple
        The path, from the part that was checked, of what is wrong; and the sentence.
    """
    loc, value = detail["loc"], detail["input"]
    info = _info(model, loc)
    if detail["type"] == "missing" and isinstance(loc[-1], str):
        return loc, f"the key `{loc[-1]}` is missing: {_described(info)}{_example(info, loc[-1])}"
    if detail["type"] == "missing" or (detail["type"] == "too_long" and _is_of_fixed_length(info)):
        comma = "; decimals take a point, not a comma" if detail["type"] == "too_long" else ""
        wanted = f"{len(get_args(info.annotation))} numbers: {_described(info)}{_example(info)}"
        return loc[:-1] if detail["type"] == "missing" else loc, f"must be {wanted}; here are {len(value)}{comma}"
    return loc, _text(detail["type"], value, detail.get("ctx", {}), info)


def model_at(model: type[BaseModel], keys: Sequence[str | int]) -> type[BaseModel]:
    """Return the model of the part that keys lead to, from one of the model given."""
    for key in keys:
        annotation = model.model_fields[str(key)].annotation
        parts = [annotation, *get_args(annotation)]
        model = next(inner for part in parts for inner in (part, *get_args(part)) if _is_model(inner))
    return model


def _text(kind: str, value: Any, context: Mapping[str, Any], info: FieldInfo) -> str:
    if kind == "tuple_type" and info.examples and not isinstance(info.examples[0], list):
        return f"must be written like {' or '.join(map(json.dumps, info.examples))}, not {shown(value)}"
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {shown(value)}{_advice(kind, value) or _example(info)}"
    if kind in _LIMITS:
        return f"{_LIMITS[kind].format(**{name: f'{limit:g}' for name, limit in context.items()})}, not {shown(value)}"
    if kind == "literal_error":
        possible = [text or number for text, number in re.findall(r"'([^']*)'|(\d+)", str(context["expected"]))]
        return f"unknown value {shown(value)}{did_you_mean(str(value), possible)}"
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is no name; {_renamed(str(value), '_' if '_' in context['pattern'] else '-')}"
    if kind == "too_short":
        fewest = context["min_length"]
        return f"must list at least {fewest}, not {context['actual_length'] or 'none'}{_example(info)}"
    if kind == "string_too_short":
        return "is empty; write something, or delete the key"
    if kind in ("string_too_long", "too_long"):
        return f"is too long: at most {context['max_length']}"
    return str(context["error"])  # of a validator of ours


def _advice(kind: str, value: Any) -> str:
    """Return what to write instead of a value of the wrong type, where that can be told."""
    if kind == "string_type" and isinstance(value, (int, float)):
        return f'; for text write "{json.dumps(value)}"'
    if kind == "bool_type" and str(value).lower() in ("yes", "no", "on", "off", "y", "n"):
        return f"; write {'true' if str(value).lower() in ('yes', 'on', 'y') else 'false'}"
    if kind == "tuple_type" and isinstance(value, dict):
        return "; begin each of its items with `- `"
    if kind in ("float_type", "int_type") and isinstance(value, str):
        if re.fullmatch(r"-?[0-9]+,[0-9]+", value):
            return f"; write {value.replace(',', '.')}"
        if found := re.fullmatch(r"(-?[0-9.]+) ?(mm|cm|in|px|pt|\")", value):
            return f"; write {found[1]}: all lengths are in the unit that the key `unit` names"
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            return f"; write {value} without quotes"
    return ""


def _renamed(value: str, joint: str) -> str:
    """Say what a name may be, and propose one."""
    rule = f"small letters, digits and `{joint}`{', a letter first' if joint == '_' else ''}"
    name = re.sub(r"[^a-z0-9]+", joint, value.lower()).strip(joint)
    if joint == "_" and not name[:1].isalpha():
        name = f"field_{name}" if name else ""
    return f"write `{name}` ({rule})" if name else f"write {rule}"


def _described(info: FieldInfo) -> str:
    text = (info.description or "").rstrip(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _example(info: FieldInfo, key: str = "") -> str:
    if not info.examples:
        return ""
    example = info.examples[0]
    text = example if isinstance(example, str) and re.fullmatch("[a-z-]+", example) else json.dumps(example)
    return f", such as {f'`{key}: {text}`' if key else text}"


def _info(model: type[BaseModel], loc: KeyPath) -> FieldInfo:
    """Return what is known of the key that a value, perhaps in a list, belongs to."""
    keys = [part for part in loc if isinstance(part, str)]
    return model_at(model, keys[:-1]).model_fields[keys[-1]]


def _is_of_fixed_length(info: FieldInfo) -> bool:
    return Ellipsis not in get_args(info.annotation)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
