"""Two networks beside each other on fields kept for measuring: whether the new one is better by the error budget."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from digitizer.budget.bounds import exact_bounds

ALPHA = 0.05
"""Probability of taking chance for an improvement, or of holding against a network what was chance."""
FIELDS_NEEDED = 50
"""Kept fields from which anything is said at all: none wrong of these still leaves room for a rate of 6 %."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Read:
    """What one network makes of F kept fields of N digits, and of M of MNIST's digits that it never saw.

    Attributes
    ----------
    confidence
        (F,) float64, 0-1, of the fields.
    right, cells_right, mnist_right
        (F,), (N,) and (M,) bool.
    """

    confidence: Floats
    right: Flags
    cells_right: Flags
    mnist_right: Flags


@dataclass(frozen=True, slots=True)
class Figures:
    """What a network comes to at an error rate.

    Attributes
    ----------
    wrong, cells_wrong, mnist_wrong
        Kept fields, their digits, and MNIST's held-out digits that are read wrong.
    wrong_of_all
        Fields read wrong, each counted for as many as it stands for.
    through
        Fields that go straight through, counted so.
    errors_through
        Those of them that are wrong, counted so.
    at_least
        Rate of errors among them, 0-1, below which it does not lie: exact, at a level of `ALPHA`. 0 without any.
    """

    wrong: int
    cells_wrong: int
    mnist_wrong: int
    wrong_of_all: float
    through: float
    errors_through: float
    at_least: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks beside each other.

    Attributes
    ----------
    max_errors
        Wrong fields per accepted field that are allowed.
    fields, sampled, cells, mnist
        How many were read by both: kept fields, those of them that had been accepted and were drawn by lot, their
        digits, and MNIST's held-out digits.
    all_fields
        What the kept fields stand for.
    mended, spoilt
        Kept fields that only the new network reads right, and that only the old one does.
    by_chance
        Probability, 0-1, that so many of the changed fields are mended if both are equally good.
    """

    max_errors: Fraction
    before: Figures
    after: Figures
    fields: int
    sampled: int
    cells: int
    mnist: int
    all_fields: float
    mended: int
    spoilt: int
    by_chance: float


def compare(before: Read, after: Read, stands_for: Floats, sampled: Flags, max_errors: Fraction) -> Comparison:
    """Compare two networks on the same fields and digits.

    Parameters
    ----------
    stands_for
        (F,) float64, above 0: how many fields each stands for, in proportion to the others. One that was drawn by lot
        stands for those that were not.
    sampled
        (F,) bool: it was drawn so.
    max_errors
        Wrong fields per accepted field that are allowed.
    """
    mended, spoilt = int((after.right & ~before.right).sum()), int((before.right & ~after.right).sum())
    return Comparison(
        max_errors=max_errors,
        before=_figures(before, stands_for, max_errors),
        after=_figures(after, stands_for, max_errors),
        fields=len(before.right),
        sampled=int(sampled.sum()),
        cells=len(before.cells_right),
        mnist=len(before.mnist_right),
        all_fields=float(stands_for.sum()),
        mended=mended,
        spoilt=spoilt,
        by_chance=sign_test(mended, spoilt),
    )


def objections(found: Comparison) -> tuple[str, ...]:
    """Say what speaks against taking the new network for the old; nothing if it is better.

    1. Of both kinds of digits there are enough to say anything.
    2. MNIST's held-out digits are not read worse: what was learned has cost nothing elsewhere.
    3. Fewer kept fields are wrong, not only by chance. Most of them were seen by a person because the old network was
       in doubt, so that any other might do better there; so fewer have to be of all fields that they stand for, too.
    4. By the error budget: not fewer go straight through, unless it were too many before; what is wrong among
       them does not speak against the budget; and one of the two gets better.
    """
    if found.fields < FIELDS_NEEDED or not found.mnist:
        return tuple(_too_few(found))
    return (*_on_mnist(found), *_on_fields(found), *_by_budget(found))


def sign_test(mended: int, spoilt: int) -> float:
    """Return the probability, 0-1, of at least so many heads in as many tosses: the exact one-sided sign test.

    Fields that both networks read alike say nothing: McNemar, "Note on the sampling error of the difference between
    correlated proportions or percentages" (Psychometrika 12, 1947), in its exact form.
    """
    tosses = mended + spoilt
    ways = term = 1
    for tails in range(spoilt):
        term = term * (tosses - tails) // (tails + 1)
        ways += term
    return float(Fraction(ways, 2**tosses))


def _figures(read: Read, stands_for: Floats, max_errors: Fraction) -> Figures:
    wrong = ~read.right
    through = read.confidence >= float(1 - max_errors)
    counted, errors, of_all = (_sum(stands_for[mine]) for mine in (through, through & wrong, wrong))
    return Figures(
        wrong=int(wrong.sum()),
        cells_wrong=int((~read.cells_right).sum()),
        mnist_wrong=int((~read.mnist_right).sum()),
        wrong_of_all=of_all,
        through=counted,
        errors_through=errors,
        at_least=_at_least(stands_for[through], errors),
    )


def _sum(stands_for: Floats) -> float:
    """Add up such that the same weights in another order come to the same."""
    return round(float(stands_for.sum()), 9)


def _at_least(stands_for: Floats, errors: float) -> float:
    """Bound the rate of weighted errors from below.

    By the size of a sample without weights that tells as much (Kish, "Survey sampling", 1965), rounded in favour of who
    is accused.
    """
    if not errors:
        return 0.0
    total = float(stands_for.sum())
    trials = total**2 / float((stands_for**2).sum())
    return exact_bounds(math.floor(errors / total * trials + 1e-9), math.ceil(trials - 1e-9), ALPHA)[0]


def _too_few(found: Comparison) -> list[str]:
    said = []
    if found.fields < FIELDS_NEEDED:
        said.append(f"{found.fields} settled fields were kept for measuring, and {FIELDS_NEEDED} are needed")
    if not found.mnist:
        said.append("none of MNIST's held-out digits were read, and they are needed")
    return said


def _on_mnist(found: Comparison) -> list[str]:
    before, after = found.before.mnist_wrong, found.after.mnist_wrong
    return [f"{after} of MNIST's {found.mnist} held-out digits are wrong, {before} before"] if after > before else []


def _on_fields(found: Comparison) -> list[str]:
    before, after = found.before, found.after
    if after.wrong >= before.wrong:
        return [f"{after.wrong} of {found.fields} kept fields are wrong, {before.wrong} before"]
    said = []
    if found.by_chance > ALPHA:
        changed = f"{found.mended} kept fields are right that were wrong, {found.spoilt} wrong that were right"
        said.append(f"{changed}: that can be chance (p {found.by_chance:.2f}, at most {ALPHA} is asked for)")
    if after.wrong_of_all >= before.wrong_of_all:
        counts = f"{after.wrong_of_all:.0f} of {found.all_fields:.0f} are wrong, {before.wrong_of_all:.0f} before"
        said.append(f"counting fields drawn by lot for all that they stand for, {counts}")
    return said


def _by_budget(found: Comparison) -> list[str]:
    before, after, said = found.before, found.after, []
    if after.through < before.through and before.at_least <= found.max_errors:
        counts = f"{after.through:.0f} fields instead of {before.through:.0f}"
        said.append(f"at {found.max_errors} fewer go straight through: {counts}")
    elif after.through <= before.through and after.errors_through >= before.errors_through:
        said.append(f"at {found.max_errors} neither more fields go straight through nor fewer of them are wrong")
    if after.at_least > found.max_errors:
        rate = f"at least {after.at_least:.2%} of what goes straight through is wrong"
        said.append(f"{rate}, {found.max_errors} is allowed")
    return said
