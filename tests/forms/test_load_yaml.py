"""The YAML of a template: nothing changes silently, and what is no YAML is explained."""

import pytest

from digitizer.forms.files.yaml_text import parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("7", 7),
        ("-7", -7),
        ("7.5", 7.5),
        ("1e3", 1000.0),
        ('"0123"', "0123"),
        ("2024-01-31", "2024-01-31"),
        ("12:30:00", "12:30:00"),
        ("!!str 012", "012"),
        ("[1, [2, x]]", (1, (2, "x"))),
        ("{x: {y: 1}}", {"x": {"y": 1}}),
        ("&anchor 7", 7),
    ],
)
def test_values_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    """Words of YAML 1.1, dates and times stay the text that they are."""
    document = parse_yaml(f"a: {text}\n")

    assert document.data == {"a": value}
    assert not document.faults


@pytest.mark.parametrize("text", ["0123", "-07", "0o17", "0x1F", "0b1", "1_000"])
def test_numbers_that_programs_disagree_about_are_refused(text: str) -> None:
    """Octal to some, decimal or text to others: the fault quotes it as it stands."""
    (fault,) = parse_yaml(f"a: 1\nb: {text}\n").faults

    assert (fault.place, fault.path) == ((2, 4), ("b",))
    assert fault.text.startswith(f"`{text}` means different things to different programs; write ")


def test_places_are_those_of_keys_and_values() -> None:
    """Lines and columns are counted from 1; what an alias stands for lies where it is written first."""
    document = parse_yaml("a:\n  - {b: &x 1}\n  - c: *x\n")

    assert document.keys[("a", 0, "b")] == (2, 6)
    assert document.values[("a", 0)] == (2, 5)
    assert document.values[("a", 1, "c")] == (2, 9)
    assert document.data == {"a": ({"b": 1}, {"c": 1})}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "this key stands in line 1 already; delete one of the two"),
        ("a:\nb: 1\n", (1, 1), "is empty"),
        ("a: #7\n", (1, 1), "in quotes if it begins with `#`"),
        ("a: {kind:comb}\n", (1, 5), "a space is missing after the colon: write `kind: comb`"),
        ("a: !thing 7\n", (1, 4), "the tag `!thing` means nothing here; leave it out"),
        ("? [a]\n: 7\n", (1, 3), "a key must be a word"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(text: str, place: tuple[int, int], said: str) -> None:
    """Valid YAML that no template can mean."""
    (fault,) = parse_yaml(text).faults

    assert fault.place == place
    assert said in fault.text


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: b: c\n", (1, 5), "a text with `: ` in it goes into quotes"),
        ("kind:comb\nb: 2\n", (2, 2), "lacks a space after its colon"),
        ("a:\n\tb: 1\n", (2, 1), "a tab: YAML is indented by spaces only"),
        ("a: [1, 2\nb: 3\n", (2, 2), "the closing `]` is missing, or a comma (begun in line 1)"),
        ("a: {b: 1\n", (2, 1), "the closing `}` is missing, or a comma (begun in line 1)"),
        ('a: "x\nb: 1\n', (1, 4), "the closing quote is missing"),
        ('a: "2\\d{6}"\n', (1, 7), "use single quotes"),
        ("a: [0-9]{6}\n", (1, 9), "goes into quotes as a whole"),
        ("a: *\n", (1, 5), "a text that begins with `*` goes into quotes"),
        ("a: *x\n", (1, 4), "a text that begins with `*` goes into quotes"),
        ("a: @x\n", (1, 4), "a text that begins with `@` goes into quotes"),
        ("a:\n  - b: 1\n   c: 2\n", (3, 4), "indented otherwise than the lines that it belongs to"),
        ("a: 1\n---\nb: 2\n", (2, 1), "`---` may stand only once"),
        ("a: b\x00c\n", (1, 5), "a control character (U+0000)"),
    ],
)
def test_broken_yaml_is_explained(text: str, place: tuple[int, int], said: str) -> None:
    """Not what the parser expected, but what a person most often got wrong there."""
    document = parse_yaml(text)

    (fault,) = document.faults
    assert document.data is None
    assert fault.place == place
    assert said in fault.text


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(f"{y}: &{y} [{', '.join([f'*{x}'] * 10)}]\n" for x, y in zip("abcd", "bcde", strict=True)),
        "a: &a [*a]\n",
        "[" * 5000,
        "[" * 22 + "]" * 22,
    ],
    ids=["aliases of aliases", "an alias of itself", "unclosed depth", "depth"],
)
def test_bombs_are_refused(text: str) -> None:
    """A small file that would take all memory, or the whole stack, is a fault like others."""
    document = parse_yaml(text)

    assert document.data is None
    assert "no template needs so many" in document.faults[0].text
