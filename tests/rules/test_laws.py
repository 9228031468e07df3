"""Laws of one field: what they allow, how rare that is, and what they answer to wrong arguments."""

import pickle
from collections.abc import Callable

import pytest

from digitizer.rules.formats import check_digit, postal_code
from digitizer.rules.laws import date, in_range, length, listed, pattern
from digitizer.rules.rule import Rule


@pytest.mark.parametrize(
    ("rule", "obeying", "breaking"),
    [
        (length(2, 4), ["12", "1234"], ["1", "12345"]),
        (in_range(5, 31), ["5", "31", "007"], ["4", "32", "9" * 5000]),
        (pattern(r"1\d{4}|99"), ["12345", "99"], ["22345", "9", "123456"]),
        (date("DDMMYYYY"), ["29022024", "31122026"], ["29021900", "31042026", "00012026", "2902202", "01010000"]),
        (date("YY-MM-DD"), ["240229", "000229"], ["230229", "241301"]),
        (date("MMYY"), ["1299"], ["1399", "0099", "129"]),
        (date("DD.MM."), ["2902"], ["3002"]),
        (listed(["007", "12", "12"], "codes"), ["007", "12"], ["7", "012"]),
        (check_digit("luhn"), ["49927398716"], ["49927398717", "4" * 1000]),
        (check_digit("us.rtn"), ["111000025"], ["111000026"]),
        (check_digit("isbn"), ["9780471117094"], ["9780471117095"]),
        (postal_code("DE"), ["01099"], ["1099", "010999"]),
        (postal_code("pl"), ["00950"], ["0095"]),
    ],
    ids=lambda each: each.name if hasattr(each, "name") else "",
)
def test_what_obeys(rule: Rule, obeying: list[str], breaking: list[str]) -> None:
    """A law holds for the values that it allows and for no other, in another process too."""
    travelled: Rule = pickle.loads(pickle.dumps(rule))  # noqa: S301 (our own bytes)

    assert [value for value in obeying + breaking if travelled.holds(value)] == obeying


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        (in_range(1, 31), 0.31),
        (pattern("[0-4][0-9]"), 0.5),
        (date("DDMMYY"), 0.0365),
        (date("MMYY"), 0.12),
        (listed(["12345", "54321", "1"], "codes"), 2e-5),
        (check_digit("luhn"), 0.1),
        (check_digit("ean"), 0.1),
        (postal_code("DE"), 1.0),
    ],
    ids=lambda each: each.name if hasattr(each, "name") else "",
)
def test_share(rule: Rule, share: float) -> None:
    """A law tells about which share of all digit strings obeys it; a list counts its commonest length."""
    assert rule.share == pytest.approx(share, rel=0.25 if share != 2e-5 else 0.6)


def test_only_a_list_knows_its_values() -> None:
    """The values of a list are there once each, in its order; of other laws they are not listed."""
    assert listed(["2", "1", "2"], "codes").values == ("2", "1")
    assert [rule.values for rule in (length(1, 2), date("DDMM"), check_digit("luhn"))] == [None] * 3


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: length(0, 3), "at least 1"),
        (lambda: length(3, 2), "from 3 to 2"),
        (lambda: in_range(-1, 2), "at least 0"),
        (lambda: pattern("("), "no regular expression"),
        (lambda: pattern("[[12]]"), "no regular expression"),
        (lambda: pattern("1" * 500), "at most 200"),
        (lambda: pattern(r"(\d+)+5"), "very long"),
        (lambda: pattern(r"(\d|\d\d)*5"), "very long"),
        (lambda: pattern(r"((1|2))*5"), "very long"),
        (lambda: pattern(r"\d*\d*\d*\d*5"), "at most 3 of"),
        (lambda: pattern(r"\d?" * 9), "8 together"),
        (lambda: date("DDYY"), "'DDYY'"),
        (lambda: date("DDMMMM"), "MM"),
        (lambda: date("TTMMJJ"), "MM"),
        (lambda: listed([], "codes"), "codes is empty"),
        (lambda: listed(["12", "1 2"], "codes"), "'1 2'"),
        (lambda: check_digit("luhnn"), "'luhn'"),
        (lambda: check_digit("de"), "de.vat"),
        (lambda: check_digit("os.path"), "no check digit"),
        (lambda: check_digit("isin"), "hold letters"),
        (lambda: postal_code("XX"), "ISO 3166"),
        (lambda: postal_code("GB"), "digits only"),
    ],
)
def test_wrong_arguments_are_explained(make: Callable[[], Rule], complaint: str) -> None:
    """What cannot be a law raises an error that says what is possible."""
    with pytest.raises(ValueError, match=complaint):
        make()


@pytest.mark.parametrize("text", [r"\d{5}", r"(0[1-9]|1[0-2])\d\d", r"[1-9]\d*", r"(?:12|34)?5\d+", r"1\d{2,4}(00)?"])
def test_harmless_patterns_are_taken(text: str) -> None:
    """Patterns as people write them for numbers are not refused for being slow."""
    assert pattern(text).text == text
