"""What is wrong with the fields, fiducials and rules of a template: each message, word for word."""

from pathlib import Path

import pytest

from tests.forms.loading import HEAD, MARK, faults, with_fields

BOX = "{name: a, kind: box, at: [10, 20, 30, 10], digits: 3}"


@pytest.mark.parametrize(
    ("field", "column", "path", "said"),
    [
        (
            "{kind: mark, at: [1, 1, 5, 5]}",
            5,
            "fields[0]",
            "the key `name` is missing: what the results call it; unique, such as `name: student`",
        ),
        (
            "{name: a, kind: box, at: [1, 1, 9, 9]}",
            5,
            "fields[0]",
            "the key `digits` is missing: most digits that it holds, such as `digits: 6`",
        ),
        (
            "{name: Q 2, kind: mark, at: [1, 1, 5, 5]}",
            12,
            "fields[0].name",
            "`Q 2` is no name; write `q_2` (small letters, digits and `_`, a letter first)",
        ),
        (
            "{name: 1st, kind: mark, at: [1, 1, 5, 5]}",
            12,
            "fields[0].name",
            "`1st` is no name; write `field_1st` (small letters, digits and `_`, a letter first)",
        ),
        (
            "{name: a, at: [1, 1, 5, 5]}",
            5,
            "fields[0]",
            "the key `kind` is missing: one of `comb`, `grid`, `box`, `mark`",
        ),
        ("{name: a, kind: Comb, at: [1, 1, 5, 5]}", 21, "fields[0].kind", "unknown kind `Comb`; did you mean `comb`?"),
        (
            "{name: a, kind: comb, at: [1, 1, 50, 5], cells: 9, rows: 2}",
            56,
            "fields[0].rows",
            "is a key of a grid, not of a comb; a comb has `cells`, `gap`",
        ),
        (
            "{name: a, kind: mark, at: [1, 1, 5, 5], rules: {length: 1}}",
            45,
            "fields[0].rules",
            "is a key of a comb or a grid or a box, not of a mark",
        ),
        (
            "{name: a, kind: comb, at: [1, 1, 50, 5], cells: 7.5}",
            53,
            "fields[0].cells",
            "must be a whole number, not `7.5`, such as 7",
        ),
        ("{name: a, kind: comb, at: [1, 1, 50, 5], cells: 0}", 53, "fields[0].cells", "must be at least 1, not `0`"),
        ("{name: a, kind: mark, at: [1, 1, 5, 0]}", 41, "fields[0].at[3]", "must be more than 0, not `0`"),
        (
            "{name: a, kind: mark, at: [1, 1, .inf, 5]}",
            38,
            "fields[0].at[2]",
            "must be a number, not `inf`, such as [66, 90, 78.2, 10]",
        ),
        (
            "{name: a, kind: mark, at: [1, 1, 5, 5], required: yes}",
            55,
            "fields[0].required",
            "must be true or false, not `yes`; write true",
        ),
        ("{name: a, kind: mark, at: [1, 1, 5, 5], page: 0}", 51, "fields[0].page", "must be at least 1, not `0`"),
        ("just text", 5, "fields[0]", "must be keys with values, such as `name: ...`, not `just text`"),
        (
            "{name: a, kind: mark, at: [208, 1, 5, 5]}",
            31,
            "fields[0].at",
            "ends at 213 mm, beyond the page, which is 210 mm wide",
        ),
        (
            "{name: a, kind: mark, at: [1, 294, 5, 5]}",
            31,
            "fields[0].at",
            "ends at 299 mm, below the page, which is 297 mm high",
        ),
        ("{name: a, kind: mark, at: [-3, 1, 5, 5]}", 31, "fields[0].at", "begins 3 mm left of the page"),
        (
            "{name: a, kind: comb, at: [1, 1, 20, 5], cells: 14, gap: 2}",
            62,
            "fields[0].gap",
            "14 boxes with gaps of 2 mm in 20 mm have no room; a box has at least 1 mm",
        ),
        (
            "{name: a, kind: comb, at: [1, 1, 20, 5], cells: 40}",
            31,
            "fields[0].at",
            "40 boxes in 20 mm would be 0.5 mm wide; a box has at least 1 mm",
        ),
    ],
)
def test_faults_of_a_field(tmp_path: Path, field: str, column: int, path: str, said: str) -> None:
    """One field spoilt: one fault."""
    assert faults(tmp_path, with_fields(field)) == [f"form.yaml:5:{column}: {path}: {said}"]


@pytest.mark.parametrize(
    ("rules", "column", "path", "said"),
    [
        ("{lenght: 3}", 67, "fields[0].rules.lenght", "unknown key; did you mean `length`?"),
        ("{length: 8.5}", 75, "fields[0].rules.length", "must be written like 7 or [5, 7], not `8.5`"),
        ("{length: 4}", 75, "fields[0].rules.length", "no value can obey it: it takes 4 digits, and the field holds 3"),
        (
            "{range: [1000, 2000]}",
            74,
            "fields[0].rules.range",
            "no value can obey it: it takes 4 digits, and the field holds 3",
        ),
        ("{range: [-1, 9]}", 75, "fields[0].rules.range[0]", "must be at least 0, not `-1`"),
        (
            "{date: DDMMYY}",
            73,
            "fields[0].rules.date",
            "no value can obey it: it takes 6 digits, and the field holds 3",
        ),
        ("{pattern: 123}", 76, "fields[0].rules.pattern", 'must be text, not `123`; for text write "123"'),
    ],
)
def test_faults_of_rules(tmp_path: Path, rules: str, column: int, path: str, said: str) -> None:
    """One rule spoilt: one fault; also where no value could ever obey it."""
    field = BOX.replace("}", f", rules: {rules}}}")

    assert faults(tmp_path, with_fields(field)) == [f"form.yaml:5:{column}: {path}: {said}"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("{check: luhm}", "luhn"),
        ("{pattern: '('}", "no regular expression"),
        ("{date: DMY}", "DD"),
        ("{postal_code: XX}", "XX"),
        ("{length: [3, 2]}", "3"),
        ("{range: [9, 2]}", "9"),
    ],
)
def test_laws_that_refuse_their_arguments_are_faults(tmp_path: Path, rules: str, said: str) -> None:
    """What a law says of its arguments stands at the place of the rule."""
    (line,) = faults(tmp_path, with_fields(BOX.replace("}", f", rules: {rules}}}")))

    assert line.startswith("form.yaml:5:")
    assert said in line


@pytest.mark.parametrize(
    ("rule", "column", "path", "said"),
    [
        ("{name: x, equal: [a, total]}", 26, "rules[0].equal[1]", "there is no field `total`; did you mean `totals`?"),
        (
            "{name: x, equal: [a, tick]}",
            26,
            "rules[0].equal[1]",
            "`tick` is a mark, ticked or not; a rule across fields compares numbers",
        ),
        ("{name: x, equal: [a, a]}", 26, "rules[0].equal[1]", "`a` stands in this rule already; name it once"),
        (
            "{name: x, equal: [a, back]}",
            26,
            "rules[0].equal[1]",
            "`back` is on page 2, `a` on page 1: a rule across pages is not possible, for each page is read by itself",
        ),
        (
            "{name: x, equal: [a]}",
            22,
            "rules[0].equal",
            'must list at least 2, not 1, such as ["amount", "amount_again"]',
        ),
        (
            "{name: x, sum: [a]}",
            5,
            "rules[0]",
            "the key `equals` is missing: the field of their sum, such as `equals: total`",
        ),
        ("{name: x, equals: [a, totals]}", 15, "rules[0].equals", "stands only beside `sum`; did you mean `equal`?"),
        ("{name: x, asending: [a, totals]}", 15, "rules[0].asending", "unknown key; did you mean `ascending`?"),
        (
            "{name: x}",
            5,
            "rules[0]",
            "says no law; write `sum` and `equals`, `equal` or `ascending`, each with names of fields",
        ),
        ("{name: x, equal: [a, totals], sum: [a]}", 5, "rules[0]", "says `sum`, `equal` at once; make a rule of each"),
        ("7", 5, "rules[0]", "must be keys with values, such as `name: ...`, not `7`"),
    ],
)
def test_faults_of_rules_across_fields(tmp_path: Path, rule: str, column: int, path: str, said: str) -> None:
    """A rule compares numbers of one page."""
    others = ["{name: totals, kind: box, at: [60, 20, 30, 10], digits: 3}", MARK]
    back = "{name: back, kind: box, page: 2, at: [60, 20, 30, 10], digits: 3}"

    assert faults(tmp_path, with_fields(BOX, *others, back, rules=f"  - {rule}\n")) == [
        f"form.yaml:10:{column}: {path}: {said}"
    ]


def test_faults_between_fields(tmp_path: Path) -> None:
    """Two fields of one name, and two in one place."""
    other, above = BOX.replace("[10, 20", "[60, 20"), BOX.replace("name: a", "name: b").replace("[10, 20", "[12, 22")

    assert faults(tmp_path, with_fields(BOX, other, above)) == [
        "form.yaml:6:12: fields[1].name: `a` is the name of fields[0] in line 5 already; choose another",
        "form.yaml:7:30: fields[2].at: lies on the field `a`; move one of the two",
    ]


def test_faults_of_fiducials(tmp_path: Path) -> None:
    """A tag stands once on a page, and marks lie on it."""
    marks = """\
fiducials:
  - {kind: square, centre: [1, 8], size: 4}
  - {kind: apriltag, id: 3, centre: [20, 20], size: 4}
  - {kind: apriltag, id: 3, centre: [40, 20], size: 4}
  - {kind: circle, centre: [40], size: 4}
"""

    assert faults(tmp_path, with_fields(MARK, head=HEAD + marks)) == [
        "form.yaml:5:28: fiducials[0].centre: begins 1 mm left of the page",
        "form.yaml:7:26: fiducials[2].id: tag 3 is on page 1 already: fiducials[1]; number it anew",
        "form.yaml:8:12: fiducials[3].kind: unknown kind `circle`; possible: `apriltag`, `square`",
        "form.yaml:8:28: fiducials[3].centre: must be 2 numbers: x and y of its centre, such as [12, 12]; here are 1",
    ]
