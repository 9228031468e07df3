"""From the text of a YAML file to plain data, with the place of everything in it.

YAML 1.2 in its core schema (https://yaml.org/spec/1.2.2/#103-core-schema), narrowed: what other readers of YAML take
for another value (`0123`, `0o17`, `1_000`), an empty value and a tag are faults; dates and `<<` are plain text.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.reader import ReaderError

from digitizer.forms.files.faults import Fault, KeyPath, Place, shown

MAX_VALUES = 100_000
"""Of a file, keys or aliases counted: a few lines of aliases of aliases would otherwise fill the memory. A template of
5000 tick boxes has 70 000."""
MAX_DEPTH = 20
"""A template has 4 levels."""

_STANDARD_TAG = re.compile(r"tag:yaml\.org,2002:(str|int|float|bool|null|timestamp|merge|value|map|seq)$")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,39})$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$")
_DOUBTFUL = re.compile(r"[-+]?0[0-9]+$|[-+]?0[box][0-9a-fA-F_]+$|[-+]?[0-9]+(_[0-9]+)+$")
"""Whole numbers to some readers of YAML and text, or another number, to others."""
_CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}

_HINTS = (
    (r"found character '\\t'", "a tab: YAML is indented by spaces only"),
    (r"found character '(.)' that cannot start", "a text that begins with `{0}` goes into quotes"),
    (r"found unknown escape character", "in double quotes a backslash must be doubled; use single quotes instead"),
    (r"undefined alias|while scanning an alias", "a text that begins with `*` goes into quotes"),
    (r"while scanning an anchor", "a text that begins with `&` goes into quotes"),
    (
        r"mapping values are not allowed",
        "a text with `: ` in it goes into quotes; if this is a key, it does not line up with the one above, or that "
        "one lacks a space after its colon",
    ),
    (r"quoted scalar.*end of stream", "the closing quote is missing"),
    (r"flow sequence.*expected ',' or '\]'", "the closing `]` is missing, or a comma"),
    (r"flow mapping.*expected ',' or '\}'", "the closing `}}` is missing, or a comma"),
    (
        r"expected <block end>, but found '(\{|\[|<scalar>)'",
        "a text that begins with a bracket or quote goes into quotes as a whole",
    ),
    (r"expected <block end>", "it is indented otherwise than the lines that it belongs to"),
    (r"could not find expected ':'", "a colon and a space are missing after the key"),
    (r"single document", "`---` may stand only once, at the top"),
)
"""Regular expressions of what the parser says (context and problem), and what that most often comes from."""


@dataclass(slots=True)
class Document:
    """What a YAML file says.

    Attributes
    ----------
    data
        Mappings as dict of text keys, sequences as tuple; None if it cannot be parsed.
    keys, values
        Where each key and each value stands, by its path.
    faults
        Of the YAML itself; the values they speak of are in `data` as text, or left out.
    """

    data: Any = None
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    values: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class _TooMuchError(Exception):
    """More values, or deeper ones, than any template has."""


def parse_yaml(text: str) -> Document:
    """Parse a file; what is wrong with it stands in `Document.faults`."""
    document = Document()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an anchor that is used twice, which YAML allows
            yaml = YAML(typ="safe", pure=True)
            yaml.Composer = _BoundedComposer
            root = yaml.compose(text)
        if root is not None:
            document.data = _Reader(document).value(root, ())
    except MarkedYAMLError as error:
        document.faults = [_syntax_fault(error)]
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - (text.rfind("\n", 0, error.position) + 1) + 1
        said = f"a control character (U+{ord(text[error.position]):04X}), which a text file may not hold"
        document.faults = [Fault(Place(line, column), (), f"{said}; delete it")]
    except (RecursionError, _TooMuchError):
        said = f"more than {MAX_VALUES} values (keys and aliases counted), or more than {MAX_DEPTH} levels of them"
        document.data = None
        document.faults = [Fault(Place(1, 1), (), f"{said}; no template needs so many")]
    return document


def _syntax_fault(error: MarkedYAMLError) -> Fault:
    said = " ".join(part for part in (error.context, error.problem) if part)
    hint = next((text.format(*found.groups()) for regex, text in _HINTS if (found := re.search(regex, said))), said)
    begun, met = error.context_mark, error.problem_mark or error.context_mark
    if "quoted scalar" in said and "end of stream" in said:
        met = begun  # the end of the file tells nothing; the opening quote does
    since = f" (begun in line {begun.line + 1})" if begun and met and begun.line != met.line else ""
    return Fault(_at(met) if met else Place(1, 1), (), f"not valid YAML: {hint}{since}")


class _BoundedComposer(Composer):
    """Makes nodes out of a text, and stops where there are too many: not after minutes."""

    _count = 0
    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._count += 1
        self._depth += 1
        if self._count > MAX_VALUES or self._depth > MAX_DEPTH:
            raise _TooMuchError
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Reader:
    """Turns the nodes of a parsed file into plain data."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def value(self, node: Node, path: KeyPath) -> Any:
        self._count += 1
        if self._count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _TooMuchError
        self._document.values[path] = _place(node)
        if not _STANDARD_TAG.match(str(node.tag)):
            self._fault(path, f"the tag `{_shown_tag(node)}` means nothing here; leave it out")
        if isinstance(node, MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        return tuple(self.value(item, (*path, index)) for index, item in enumerate(node.value))

    def _items(self, node: MappingNode, path: KeyPath) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._fault(path, "a key must be a word; brackets and braces are for values", key_node)
                continue
            key = str(key_node.value)
            key_path = (*path, key)
            if key in seen:
                self._fault(key_path, f"this key stands in line {seen[key]} already; delete one of the two", key_node)
                continue
            seen[key] = key_node.start_mark.line + 1
            self._document.keys[key_path] = _place(key_node)
            value = self.value(value_node, key_path)
            if value is not None:
                yield key, value
            elif ":" in key:
                self._fault(key_path, f"a space is missing after the colon: write `{_shown_pair(key)}`", key_node)
            else:
                text = "is empty; write a value, in quotes if it begins with `#`, or delete the key"
                self._fault(key_path, text, key_node)

    def _scalar(self, node: ScalarNode, path: KeyPath) -> Any:
        text = str(node.value)
        if node.style is not None or str(node.tag).endswith(":str"):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.match(text):
            return int(text)
        if _DOUBTFUL.match(text):
            plain = re.sub(r"^([-+]?)0+(?=[0-9])", r"\1", text.replace("_", ""))
            number = f"the number {plain}" if plain.lstrip("+-").isdigit() else "a number in decimal digits"
            self._fault(
                path, f'`{text}` means different things to different programs; write {number}, or "{text}" for text'
            )
            return text
        if _FLOAT.match(text):
            return float(text)
        return float(text.replace(".", "")) if _INFINITE.match(text) else text

    def _fault(self, path: KeyPath, text: str, node: Node | None = None) -> None:
        place = self._document.values[path] if node is None else _place(node)
        self._document.faults.append(Fault(place, path, text))


def _place(node: Node) -> Place:
    return _at(node.start_mark)


def _at(mark: Any) -> Place:
    """Return the place of one of the parser's marks, which count from 0."""
    return Place(mark.line + 1, mark.column + 1)


def _shown_tag(node: Node) -> str:
    return shown(str(node.tag)).strip("`")


def _shown_pair(key: str) -> str:
    name, _, value = key.partition(":")
    return shown(f"{name}: {value.strip()}").strip("`")
