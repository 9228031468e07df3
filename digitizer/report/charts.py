"""The charts of the report, as SVG: what a curve and a diagram look like, in 480 units of width.

Colours are classes, which the style sheet of the report fills in for light and dark.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from markupsafe import Markup, escape

from digitizer.budget.estimate import Estimate
from digitizer.report.findings import Budget
from digitizer.report.reliability import Bin
from digitizer.report.words import THIN_SPACE, expected, number, one_in, share_down

WIDTH, HEIGHT = 480, 330
_LEFT, _RIGHT = 72, 462
_FIRST_DECADE, _LAST_DECADE = -4, -1
"""Of allowed errors: 1/10000 to 1/10, or from as strict a budget as 1/1000000 if that is the one of now."""
_STRICTEST_DECADE = -6
_NINES = (("0", 0.0), ("90", 1.0), ("99", 2.0), ("99.9", 3.0), ("99.99", 4.0))
_MOST_NINES = 4.4
"""Where nothing was wrong: above what can be told from 99.99 %."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """A part of a chart, between two heights; `low` stands at its bottom, `high` at its top."""

    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        part = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - part * (self.bottom - self.top)

    def gridlines(self, labels: Iterable[tuple[str, float]]) -> list[Markup]:
        lines = []
        for text, value in labels:
            y = self.y(value)
            lines.append(_line(_LEFT, y, _RIGHT, y, "grid"))
            lines.append(_text(_LEFT - 8, y + 4, f"{text}{THIN_SPACE}%", "end"))
        return lines


_SHARE = _Panel(44, 164, 0.0, 1.0)
_ERRORS = _Panel(206, 286, -6.0, -1.0)
_OBSERVED = _Panel(36, 276, 0.0, _MOST_NINES)


def budget_chart(budget: Budget) -> Markup:
    """Draw what an error budget costs: what goes straight through, and what is expected to be wrong of that."""
    first = _first_decade(budget)
    axis = Fraction(10) ** first, Fraction(10) ** _LAST_DECADE
    curve = [each for each in budget.curve if axis[0] <= each.max_errors <= axis[1]]
    x = partial(_rate_x, first=first)
    parts = [
        *(_now(budget.now, x) if budget.now in curve else ()),  # below all else
        _text(_LEFT, 14, "Straight through, of all fields", "start", "heading"),
        *_SHARE.gridlines((str(percent), percent / 100) for percent in (0, 25, 50, 75, 100)),
        _text(_LEFT, 192, "Expected wrong, of those; broken line: allowed", "start", "heading"),
        *_ERRORS.gridlines((("0.001", -5), ("0.1", -3), ("10", -1))),
        *(_text(x(10**power), 306, one_in(10**power), "middle") for power in range(first, 0)),
        _text((_LEFT + _RIGHT) / 2, 325, "allowed errors per field", "middle"),
        _line(x(10**first), _ERRORS.y(first), x(10**_LAST_DECADE), _ERRORS.y(_LAST_DECADE), "ideal"),
        *_shares(curve, x),
        *_error_rates([each for each in curve if each.error_rate], x),
    ]
    title = "Share of fields that go straight through, and expected errors, by error budget; the table says the same."
    return _svg(title, parts)


def reliability_chart(bins: Sequence[Bin]) -> Markup:
    """Draw the accuracy that was found against the confidence that was stated, with intervals of 95 %."""
    parts = [*_OBSERVED.gridlines(_NINES)]
    for text, nines in _NINES:
        parts.append(_text(_nines_x(nines), 296, f"{text}{THIN_SPACE}%", "middle"))
    parts.append(_line(_nines_x(0), _OBSERVED.y(0), _nines_x(_MOST_NINES), _OBSERVED.y(_MOST_NINES), "ideal"))
    parts.append(_text(_LEFT, 14, "right, as found", "start", "heading"))
    parts.append(_text(_RIGHT, 316, "confidence, as stated", "end", "heading"))
    for each in bins:
        parts += _dot(each)
    return _svg(
        "Accuracy that was found against the confidence that was stated; the table beside says the same.", parts
    )


def bar(parts: Sequence[tuple[str, int]], total: int) -> Markup:
    """Draw a bar of coloured parts, (class, count) each, as wide as the cell of a table."""
    pieces, start = [], 0.0
    for name, count in parts:
        width = 100 * count / total if total else 0
        if count:
            pieces.append(Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="10"/>').format(name, start, width))
        start += width
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(Markup("").join(pieces))


def _first_decade(budget: Budget) -> int:
    strict = math.floor(math.log10(budget.present)) if budget.present else _FIRST_DECADE
    return max(min(strict, _FIRST_DECADE), _STRICTEST_DECADE)


def _shares(curve: Sequence[Estimate], x: Callable[[float], float]) -> Iterator[Markup]:
    places = [(x(float(each.max_errors)), _SHARE.y(each.straight_through_rate)) for each in curve]
    yield _curve(places, "good")
    for (across, y), each in zip(places, curve, strict=True):
        yield _circle(across, y, "good", f"{one_in(float(each.max_errors))}: {share_down(each.straight_through_rate)}")


def _error_rates(curve: Sequence[Estimate], x: Callable[[float], float]) -> Iterator[Markup]:
    """Draw expected rates with their bounds; a bound of no error lies below the picture."""
    places = [(x(float(each.max_errors)), _rate_y(each.error_rate or 0.0)) for each in curve]
    for (across, _), each in zip(places, curve, strict=True):
        low, high = (_rate_y(bound / each.accepted) for bound in each.between)
        yield _line(across, low, across, high, "whisker bad")
    yield _curve(places, "bad")
    for (across, y), each in zip(places, curve, strict=True):
        between = " and ".join(number(bound) for bound in each.between)
        yield _circle(across, y, "bad", f"{expected(each.errors)} wrong, between {between}")


def _now(now: Estimate, x: Callable[[float], float]) -> Iterator[Markup]:
    """Mark the present error rate."""
    across, said = x(float(now.max_errors)), one_in(float(now.max_errors))
    yield _line(across, _SHARE.top, across, _ERRORS.bottom, "now")
    beside = min(max(across, _LEFT + 66), _RIGHT - 66)
    yield _text(beside, 35, f"now {said}: {share_down(now.straight_through_rate)}", "middle", "now")


def _dot(each: Bin) -> list[Markup]:
    x = _nines_x(_nines(each.stated))
    low, high = (_OBSERVED.y(_nines(bound)) for bound in each.interval)
    name = "hollow" if each.right == each.count else "good"
    said = f"{number(each.count)} fields, {number(each.right)} right"
    return [_line(x, low, x, high, "whisker good"), _circle(x, _OBSERVED.y(_nines(each.observed)), name, said)]


def _nines(probability: float) -> float:
    """Return how many nines a probability has: 1 for 90 %, 2 for 99 %."""
    return min(-math.log10(max(1 - probability, 10**-_MOST_NINES)), _MOST_NINES)


def _nines_x(nines: float) -> float:
    return _LEFT + 12 + (_RIGHT - _LEFT - 24) * nines / _MOST_NINES


def _rate_x(rate: float, first: int) -> float:
    return _LEFT + 12 + (_RIGHT - _LEFT - 24) * (math.log10(rate) - first) / (_LAST_DECADE - first)


def _rate_y(rate: float) -> float:
    return _ERRORS.y(math.log10(rate) if rate else _ERRORS.low)


def _curve(places: Sequence[tuple[float, float]], name: str) -> Markup:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return Markup('<polyline class="curve {}" points="{}"/>').format(name, points)


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(name, x1, y1, x2, y2)


def _circle(x: float, y: float, name: str, said: str = "") -> Markup:
    title = Markup("<title>{}</title>").format(said) if said else Markup("")
    return Markup('<circle class="dot {}" cx="{:.1f}" cy="{:.1f}" r="4.5">{}</circle>').format(name, x, y, title)


def _text(x: float, y: float, text: str, anchor: str, name: str = "tick") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(name, x, y, anchor, text)


def _svg(title: str, parts: Iterable[Markup]) -> Markup:
    inside = Markup("\n").join(parts)
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">\n{}\n</svg>').format(
        WIDTH, HEIGHT, escape(title), inside
    )
