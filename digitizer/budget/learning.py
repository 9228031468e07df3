"""From what reviewers found to the thresholds of a run: for each field, its template, and all, as far as data go."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from digitizer.budget.outcomes import FieldTable, Outcomes, Place
from digitizer.budget.thresholds import Choice, reviewed_threshold, rung_threshold
from digitizer.document import AUTO_FORM
from digitizer.policy import QA_SHARE, AcceptancePolicy, LearnedThreshold

ENOUGH = 200
"""Reviewed fields from which a group is judged by itself."""
ALL: Place = ("", "")


@dataclass(frozen=True, slots=True)
class Learned:
    """What was chosen, and why.

    Attributes
    ----------
    choices
        For all, for each template and each field that has enough reviewed fields: what these say by themselves.
    policy
        What a run is to decide by.
    """

    choices: dict[Place, Choice]
    policy: AcceptancePolicy


def learn(table: FieldTable, max_errors: Fraction, qa_share: float = QA_SHARE) -> Learned:
    """Choose thresholds by the fields that people have settled; the others make no difference.

    Groups are judged each by itself (Mondrian predictors: Vovk, Gammerman and Shafer, "Algorithmic learning in a random
    world", 2005), so that an easy field cannot hide a bad one. Where a group has too few reviewed fields, the next
    larger one speaks for it. Of all together only suspicion is taken over: what is proven of one template is not of
    another.

    Parameters
    ----------
    table
        Of fields that were read with the network that the thresholds are for, the oldest first.
    max_errors
        Wrong fields per accepted field.
    qa_share
        Share, 0-1, above 0, of accepted fields that went to review by lot.
    """
    choices = {
        place: reviewed_threshold(outcomes, max_errors, qa_share)
        for place, outcomes in sorted(_groups(table).items(), key=lambda group: group[0])
        if len(outcomes) >= ENOUGH or place == ALL
    }
    rungs = {place: _rung(place, choices) for place in choices}
    learned = tuple(
        LearnedThreshold(form, field, rung_threshold(max_errors, rung))
        for (form, field), rung in sorted(rungs.items())
        if rung != _inherited((form, field), rungs)
    )
    return Learned(choices, AcceptancePolicy(float(1 - max_errors), learned))


def _groups(table: FieldTable) -> dict[Place, Outcomes]:
    """Return what reviewers found in all fields, in those of each template, and in each field."""
    everything, place = table.outcomes(), table.place[table.settled & table.passes]
    groups = {ALL: everything}
    forms = sorted({form for form, _ in table.places})
    form_of = np.array([forms.index(form) for form, _ in table.places], np.intp)
    for number, mine in _members(form_of[place]):
        groups[forms[number], ""] = everything.some(mine)
    for number, mine in _members(place):
        form, field = table.places[number]
        if form != AUTO_FORM:  # where fields are but counted, the same number is another field on each page
            groups[form, field] = everything.some(mine)
    return groups


def _members(group: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each group that occurs in (N,), with the places of its members in their order."""
    order = np.argsort(group, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(mine):
            yield int(group[mine[0]]), mine


def _rung(place: Place, choices: dict[Place, Choice]) -> int:
    """Weigh what a group says against what is said of the larger one; only suspicion and proof have a voice."""
    own, (form, field) = choices[place].rung, place
    if place == ALL:
        return min(own, 0)
    if own == 0 and field:
        return max(_rung((form, ""), choices), 0)
    return own


def _inherited(place: Place, rungs: dict[Place, int]) -> int:
    """Return the rung that would hold at a place if it had none of its own."""
    form, field = place
    larger = [(form, ""), ALL] if field else [ALL] if form else []
    return next((rungs[each] for each in larger if each in rungs), 0)
