"""The charts of the report, as SVG: what a curve and a diagram look like, in 480 units of width.

Colours are classes, which the style sheet of the report fills in for light and dark.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from digitizer.report.budget import Budget, BudgetPoint
from digitizer.report.reliability import Bin
from digitizer.report.words import THIN_SPACE, number, one_in, share_down

WIDTH, HEIGHT = 480, 330
_LEFT, _RIGHT = 72, 462
_RATE_DECADES = (-5, -1)
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


_SHARE = _Panel(44, 186, 0.0, 1.0)
_ERRORS = _Panel(226, 286, -6.0, -1.0)
_OBSERVED = _Panel(36, 276, 0.0, _MOST_NINES)


def budget_chart(budget: Budget) -> Markup:
    """Draw what an error budget costs: what goes straight through, and what is expected to be wrong of that."""
    erring = [point for point in budget.curve if point.expected_rate]
    parts = [
        _text(_LEFT, 14, "Straight through, of all fields", "start", "heading"),
        *_SHARE.gridlines((str(percent), percent / 100) for percent in (0, 25, 50, 75, 100)),
        _text(_LEFT, 212, "Expected wrong, of those", "start", "heading"),
        *_ERRORS.gridlines((("0.001", -5), ("0.1", -3), ("10", -1))),
        *(_text(_rate_x(10**power), 306, one_in(10**power), "middle") for power in range(-5, 0)),
        _text((_LEFT + _RIGHT) / 2, 325, "allowed errors per field", "middle"),
        _curve(budget.curve, lambda point: _SHARE.y(point.share), "good"),
        _curve(erring, _errors_y, "bad"),
        *_now(budget.present),
    ]
    title = f"Share of fields that go straight through, and expected errors, at error budgets of {_budgets()}."
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


def _now(present: BudgetPoint) -> list[Markup]:
    """Mark the present setting, if it lies on the axis."""
    if not 10 ** _RATE_DECADES[0] * 0.999 <= present.allowed <= 10 ** _RATE_DECADES[1] * 1.001:
        return []
    x = _rate_x(present.allowed)
    marks = [
        _line(x, _SHARE.top, x, _ERRORS.bottom, "now"),
        _circle(x, _SHARE.y(present.share), "good"),
        _text(
            min(max(x, _LEFT + 66), _RIGHT - 66),
            35,
            f"now {one_in(present.allowed)}: {share_down(present.share)}",
            "middle",
            "now",
        ),
    ]
    return [*marks, _circle(x, _errors_y(present), "bad")] if present.expected_rate else marks


def _dot(each: Bin) -> list[Markup]:
    x = _nines_x(_nines(each.stated))
    low, high = (_OBSERVED.y(_nines(bound)) for bound in each.interval)
    name = "hollow" if each.right == each.count else "good"
    said = f"{number(each.count)} fields, {number(each.right)} right"
    return [_line(x, low, x, high, "whisker"), _circle(x, _OBSERVED.y(_nines(each.observed)), name, said)]


def _nines(probability: float) -> float:
    """Return how many nines a probability has: 1 for 90 %, 2 for 99 %."""
    return min(-math.log10(max(1 - probability, 10**-_MOST_NINES)), _MOST_NINES)


def _nines_x(nines: float) -> float:
    return _LEFT + 12 + (_RIGHT - _LEFT - 24) * nines / _MOST_NINES


def _rate_x(rate: float) -> float:
    first, last = _RATE_DECADES
    return _LEFT + 12 + (_RIGHT - _LEFT - 24) * (math.log10(rate) - first) / (last - first)


def _errors_y(point: BudgetPoint) -> float:
    return _ERRORS.y(math.log10(point.expected_rate or 10**_ERRORS.low))


def _curve(points: Sequence[BudgetPoint], height: Callable[[BudgetPoint], float], name: str) -> Markup:
    places = " ".join(f"{_rate_x(point.allowed):.1f},{height(point):.1f}" for point in points)
    return Markup('<polyline class="curve {}" points="{}"/>').format(name, places)


def _budgets() -> str:
    first, last = _RATE_DECADES
    return f"{one_in(10**first)} to {one_in(10**last)}"


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
