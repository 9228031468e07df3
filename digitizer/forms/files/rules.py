"""The rules of a template file made into laws: of one field, and across fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digitizer.forms.files.check import checked
from digitizer.forms.files.faults import Faults, KeyPath, did_you_mean, listing, nearest, shown
from digitizer.forms.files.named_files import NamedFiles
from digitizer.forms.files.schema import CROSS_RULES, CrossRuleEntry
from digitizer.forms.files.schema_rules import EqualRule, FieldRules, ListFile, SumRule
from digitizer.rules import formats, laws, laws_across
from digitizer.rules.rule import CrossRule, Rule


@dataclass(frozen=True, slots=True)
class KnownField:
    """What rules across fields must know of one: None where the file says it wrongly."""

    kind: str | None
    page: int | None


def field_rules(
    rules: FieldRules | None, digits: int | None, path: KeyPath, faults: Faults, files: NamedFiles
) -> tuple[Rule, ...]:
    """Make the laws of one field.

    Parameters
    ----------
    digits
        Most that the field holds; None if that is not known.
    path
        Where the rules stand.
    """
    made: list[Rule] = []
    for key in rules.model_fields_set if rules is not None else ():
        value = getattr(rules, key)
        try:
            law = _law(key, value, files)
            _check_possible(_fewest_digits(key, value, law), digits)
        except ValueError as error:
            faults.add((*path, key), _as_fault(error))
        else:
            made.append(law)
    return tuple(sorted(made, key=lambda law: law.name))


def cross_rules(raw: Sequence[Any], fields: Mapping[str, KnownField], faults: Faults) -> list[tuple[int, CrossRule]]:
    """Make the laws across fields, each with the number of its page."""
    made: list[tuple[int, CrossRule]] = []
    names: dict[str, int] = {}
    for index, data in enumerate(raw):
        path: KeyPath = ("rules", index)
        entry = _entry(data, path, faults)
        if entry is None:
            continue
        if entry.name in names:
            faults.add(
                (*path, "name"), f"`{entry.name}` is the name of rules[{names[entry.name]}] already; choose another"
            )
        names.setdefault(entry.name, index)
        if (page := _page_of(entry, path, fields, faults)) is not None:
            try:
                made.append((page, _cross_law(entry)))
            except ValueError as error:
                faults.add(path, _as_fault(error))
    return made


def _law(key: str, value: Any, files: NamedFiles) -> Rule:
    make: Mapping[str, Callable[[Any], Rule]] = {
        "length": lambda pair: laws.length(*pair),
        "range": lambda pair: laws.in_range(*pair),
        "pattern": laws.pattern,
        "date": laws.date,
        "list": lambda listed: laws.listed(files.values(listed), _list_name(listed)),
        "check": formats.check_digit,
        "postal_code": formats.postal_code,
    }
    return make[key](value)


def _list_name(listed: ListFile) -> str:
    return listed.file.rsplit("/", 1)[-1]


def _fewest_digits(key: str, value: Any, law: Rule) -> int:
    """Return the digits of the shortest value that may obey a law."""
    if key == "length":
        return int(value[0])
    if key == "range":
        return len(str(value[0]))
    if key == "date":
        return sum(letter in "DMY" for letter in value)
    return min(map(len, law.values)) if law.values else 1


def _check_possible(fewest: int, digits: int | None) -> None:
    if digits is not None and fewest > digits:
        raise ValueError(f"no value can obey it: it takes {fewest} digits, and the field holds {digits}")


def _as_fault(error: ValueError) -> str:
    text = str(error).rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _entry(data: Any, path: KeyPath, faults: Faults) -> CrossRuleEntry | None:
    """Find out which law is meant, and check it."""
    if not isinstance(data, dict):
        return checked(EqualRule, data, path, faults)
    kinds = [kind for kind in CROSS_RULES if kind in data]
    if len(kinds) == 1:
        return checked(CROSS_RULES[kinds[0]], data, path, faults)
    if kinds:
        faults.add(path, f"says {listing(kinds)} at once; make a rule of each")
        return None
    meant = next(((key, near) for key in data if key != "name" and (near := nearest(key, CROSS_RULES))), None)
    if meant is None:
        faults.add(path, "says no law; write `sum` and `equals`, `equal` or `ascending`, each with names of fields")
    elif meant[0] == "equals":
        faults.add((*path, "equals"), "stands only beside `sum`; did you mean `equal`?", of_key=True)
    else:
        faults.add((*path, meant[0]), f"unknown key{did_you_mean(meant[0], CROSS_RULES)}", of_key=True)
    return None


def _page_of(entry: CrossRuleEntry, path: KeyPath, fields: Mapping[str, KnownField], faults: Faults) -> int | None:
    """Return the page of all fields of a rule; None if something is wrong with them."""
    before = len(faults)
    pages: dict[int, str] = {}
    seen: set[str] = set()
    for name, place in _mentions(entry):
        here = (*path, *place)
        known = fields.get(name)
        if known is None:
            faults.add(here, f"there is no field {shown(name)}{did_you_mean(name, fields)}")
            continue
        if known.kind == "mark":
            faults.add(here, f"{shown(name)} is a mark, ticked or not; a rule across fields compares numbers")
        elif name in seen:
            faults.add(here, f"{shown(name)} stands in this rule already; name it once")
        seen.add(name)
        if known.page is not None:
            other = next((page for page in pages if page != known.page), None)
            pages.setdefault(known.page, name)
            if other is not None:
                where = f"{shown(name)} is on page {known.page}, {shown(pages[other])} on page {other}"
                text = "a rule across pages is not possible, for each page is read by itself"
                faults.add(here, f"{where}: {text}")
    return next(iter(pages), None) if len(faults) == before else None


def _mentions(entry: CrossRuleEntry) -> list[tuple[str, KeyPath]]:
    """Return the fields that a rule names, each with its place in the rule."""
    key = "sum" if isinstance(entry, SumRule) else "equal" if isinstance(entry, EqualRule) else "ascending"
    mentions: list[tuple[str, KeyPath]] = [(name, (key, index)) for index, name in enumerate(getattr(entry, key))]
    return [*mentions, (entry.equals, ("equals",))] if isinstance(entry, SumRule) else mentions


def _cross_law(entry: CrossRuleEntry) -> CrossRule:
    if isinstance(entry, SumRule):
        return laws_across.sums(entry.name, entry.sum, entry.equals)
    if isinstance(entry, EqualRule):
        return laws_across.equal(entry.name, entry.equal)
    return laws_across.ascending(entry.name, entry.ascending)
