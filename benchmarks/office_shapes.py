"""Digits as they are taught and worn down in Europe, as strokes through control points, and which are usual where.

None of these strokes is among those that the bundled network was trained on (`training.alphabets`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNIT = 100
"""Height of a digit in the numbers below."""

SHAPES: dict[str, str] = {
    "0 oval": "42,2 18,8 3,50 18,94 40,98 60,55 50,9 34,1",
    "0 slashed": "40,2 16,10 3,50 18,94 40,98 61,52 52,10 38,1 | 68,3 -4,98",
    "0 cut": "44,4 18,8 3,50 18,94 40,98 61,55 56,16 42,2^ 30,44 10,90",
    "0 curled": "48,14 28,3 7,28 4,70 28,99 56,76 58,32 38,4 24,10 40,20 66,4",
    "1 upstroke": "4,46 24,25 44,0^ 42,50 40,100",
    "1 flag": "-10,46 14,25 44,0^ 41,50 38,100",
    "1 lambda": "-6,66 18,36 42,0^ 43,50 42,100",
    "1 roof": "-14,88 12,46 38,0^ 40,50 40,100",
    "1 foot": "10,36 40,2^ 40,50 39,98 | 12,100 68,98",
    "1 lambda and foot": "-6,62 18,34 42,0^ 42,50 41,98 | 10,100 74,97",
    "2 looped": "8,24 24,3 50,10 50,36 26,74 8,95 1,86 14,78 36,94 70,90",
    "2 flat": "5,22 28,0 56,18 38,58 2,98^ 34,96 68,98",
    "2 swan": "14,26 6,14 24,1 54,12 48,44 22,80 4,96^ 22,86 44,98 74,82",
    "3 round": "6,12 32,0 54,20 28,44^ 58,62 48,94 22,100 0,86",
    "3 flat": "4,4 58,2^ 24,42^ 50,48 60,74 36,100 0,90",
    "3 looped": "8,12 34,0 54,22 32,46 18,48 26,39 52,52 60,80 30,101 -2,88",
    "3 long": "2,10 22,2 52,4^ 20,34^ 50,44 58,70 40,104 4,112 -10,100",
    "4 open": "18,0 10,30 0,60^ 34,58 66,56 | 46,30 43,64 38,100",
    "4 closed": "46,0 22,34 -2,68^ 34,66 72,64 | 46,0 45,50 44,100",
    "4 cup": "10,2 5,30 14,50 36,52 54,40 | 62,2 56,50 50,100",
    "4 leaning": "34,0 14,32 -4,62^ 30,60 66,56 | 60,22 42,62 26,100",
    "4 chair": "12,0 8,26 6,48^ 30,50 54,46 | 56,4 52,54 48,104",
    "5 capped": "16,6 12,42^ 36,36 58,58 46,92 20,100 0,90 | 14,6 40,4 66,0",
    "5 snake": "60,2 20,5 10,32 38,46 56,66 36,98 0,94",
    "5 flying": "14,12 10,46^ 32,42 54,62 42,94 4,94 | 24,4 50,-2 74,-8",
    "5 bowed": "66,-2 40,6 20,6^ 14,44^ 36,40 54,62 40,92 6,100 -8,88",
    "6 looped": "54,0 18,32 3,72 20,100 46,88 46,62 24,58 5,78",
    "6 open": "44,0 10,36 2,76 22,100 52,86 50,62 28,62",
    "6 tall": "30,0 8,40 4,82 20,100 42,90 42,70 22,64 5,80",
    "6 curled": "60,8 42,0 12,34 4,76 26,101 54,80 38,58 14,72 24,86 44,78",
    "7 crossed": "2,8 30,8 62,3^ 42,50 26,100 | 10,54 36,52 64,48",
    "7 hooked": "2,24 5,4^ 34,10 62,2^ 44,48 30,100",
    "7 hooked and crossed": "0,26 4,5^ 34,11 64,2^ 40,50 28,100 | 12,52 66,47",
    "7 curved": "0,10 28,3 58,4^ 36,40 30,70 30,100 | 8,50 62,46",
    "7 as f": "-4,14 14,2 44,8 64,0^ 40,44 30,76 8,104 | 4,56 36,50 68,48",
    "8 rings": "30,1 8,12 10,36 30,45 52,34 52,12 28,1 | 30,45 4,56 4,88 30,100 58,88 56,58 28,45",
    "8 crossing": "52,14 28,1 8,20 28,46 54,70 40,98 12,96 4,74 32,48 54,24 46,6",
    "8 open": "62,4 30,3 8,20 34,48 56,74 34,100 6,84 26,52 54,26 66,8",
    "8 ribbon": "4,2 22,40 50,76 30,101 6,80 34,44 60,-2",
    "9 as g": "52,16 28,2 5,24 22,48 48,34 54,8^ 54,60 44,96 18,101 0,86",
    "9 as q": "52,14 26,2 4,26 22,50 46,38 54,6^ 52,54 50,101 72,80",
    "9 stem": "50,20 28,2 6,20 16,44 40,40 52,8^ 51,50 50,100",
    "9 bent": "54,22 34,2 8,16 12,42 40,42 54,20 48,62 14,100",
    "9 open": "40,6 14,10 6,30 20,46 44,34 58,6^ 54,54 40,96 8,104 -2,92",
}
"""Name, which begins with the digit: points `x,y` from the top left, `^` behind a corner, `|` between strokes."""

STYLES: dict[str, dict[str, float]] = {
    "A": {
        "0 oval": 5,
        "0 slashed": 4,
        "0 curled": 1,
        "1 upstroke": 5,
        "1 lambda": 2,
        "1 foot": 2,
        "2 looped": 4,
        "2 flat": 4,
        "2 swan": 2,
        "3 round": 4,
        "3 flat": 4,
        "3 looped": 2,
        "4 open": 3,
        "4 closed": 4,
        "4 leaning": 3,
        "5 capped": 5,
        "5 snake": 5,
        "6 looped": 5,
        "6 open": 3,
        "6 tall": 2,
        "7 crossed": 6,
        "7 hooked": 2,
        "7 curved": 2,
        "8 rings": 3,
        "8 crossing": 4,
        "8 ribbon": 3,
        "9 as g": 4,
        "9 stem": 4,
        "9 bent": 2,
    },
    "B": {
        "0 oval": 4,
        "0 cut": 4,
        "0 curled": 2,
        "1 flag": 3,
        "1 lambda": 3,
        "1 roof": 2,
        "1 lambda and foot": 2,
        "2 looped": 5,
        "2 flat": 2,
        "2 swan": 3,
        "3 round": 3,
        "3 long": 3,
        "3 looped": 4,
        "4 open": 3,
        "4 chair": 3,
        "4 cup": 4,
        "5 capped": 3,
        "5 bowed": 3,
        "5 flying": 4,
        "6 looped": 4,
        "6 open": 2,
        "6 curled": 4,
        "7 crossed": 3,
        "7 as f": 3,
        "7 hooked and crossed": 4,
        "8 rings": 4,
        "8 open": 3,
        "8 ribbon": 3,
        "9 as g": 3,
        "9 as q": 4,
        "9 open": 3,
    },
}
"""How usual each shape is among the writers of an office, against the others of its digit."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A way to write a digit.

    Attributes
    ----------
    strokes
        Of each stroke (N, 2) float64 control points, (x, y), the digit about 1 high and its middle at 0.
    corners
        Of each stroke (N,) bool: the pen turns sharply here.
    """

    strokes: tuple[NDArray[np.float64], ...]
    corners: tuple[NDArray[np.bool_], ...]


def shape(name: str) -> Shape:
    """Read one of `SHAPES`."""
    strokes, corners = [], []
    for stroke in SHAPES[name].split("|"):
        points = stroke.split()
        xy = np.array([[float(number) for number in point.rstrip("^").split(",")] for point in points])
        strokes.append(xy / UNIT - (0.3, 0.5))
        corners.append(np.array([point.endswith("^") for point in points]))
    return Shape(tuple(strokes), tuple(corners))


def usual(style: str, digit: int) -> dict[str, float]:
    """Return the shapes of a digit that a style has, and how usual each is; they add up to 1."""
    weights = {name: weight for name, weight in STYLES[style].items() if name.startswith(str(digit))}
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}
