"""The best values of a page's fields that obey their rules, and how sure they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digitizer.document import BLANK, UNREADABLE, VOID
from digitizer.rules.agreement import Factor, factors_of, likeliest, posteriors
from digitizer.rules.evidence import Evidence, value_of
from digitizer.rules.law import FREE, Law, law_of
from digitizer.rules.options import Option, weigh
from digitizer.rules.rule import CrossRule, Rule

_GROSS = 1e-3
"""Probability with which every cell may say anything at all, for a value to be overwhelming nevertheless; measured."""
_OVERWHELMING = 0.9998
"""Probability that a value must still have then."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a field says, once its rules have been heard.

    Attributes
    ----------
    value
        Digits, blanks and voids left out.
    symbols
        One character per cell, as in `FieldResult.cells`: the value's digits in their places.
    confidence
        Probability, 0-1, that `value` is exactly right.
    machine_value, machine_symbols
        The reading without rules. `UNREADABLE` in `machine_symbols` is a reason for review, whatever `symbols` are.
    violated
        Name of a rule that `value` breaks; empty if there is none.
    questioned_by
        Name of a rule that the plain readings break, or for which they were changed; empty if there is none. A sum
        that does not add up questions all its fields: which of them was misread is not known for sure.
    overwhelming
        Whether a questioned value is so sure nevertheless that no person has to see it.
    """

    value: str
    symbols: str
    confidence: float
    machine_value: str
    machine_symbols: str
    violated: str = ""
    questioned_by: str = ""
    overwhelming: bool = False

    @property
    def changed(self) -> bool:
        """Whether the rules made something else of the reading."""
        return self.symbols != self.machine_symbols

    @property
    def rule_to_review(self) -> str:
        """Name of the rule for which a person must see the field; empty if none asks for it."""
        return self.violated or ("" if self.overwhelming else self.questioned_by)


def decode(evidence: Evidence, rules: tuple[Rule, ...]) -> Decision:
    """Find the best value of one field; see `decode_page`."""
    return decode_page({"": evidence}, {"": rules}, ())[""]


def decode_page(
    evidence: Mapping[str, Evidence], rules: Mapping[str, tuple[Rule, ...]], across: Sequence[CrossRule]
) -> dict[str, Decision]:
    """Find the best values of the fields of a page under all their rules at once.

    Parameters
    ----------
    evidence
        For each field, by name.
    rules
        Of each field that has any; a field in which nothing is written is exempt from its own.
    across
        Rules over several of the fields.

    Returns
    -------
    dict
        For each field. Without rules it is the plain reading, with its confidence.

    Notes
    -----
    A value's posterior probability is the recogniser's times the prior's: rules are obeyed with the probability
    `law.OBEYED`, all values that obey being as likely as each other, and so all that do not. More in docs/rules.md.
    """
    laws = {field: law_of(rules.get(field, ())) if _is_written(e) else FREE for field, e in evidence.items()}
    factors = factors_of(across, {field: _digits_written(e) for field, e in evidence.items()})
    joined = {field for factor in factors for field in factor.rule.fields}
    ruled = {field: e for field, e in evidence.items() if laws[field].rules or field in joined}
    options = {field: weigh(e, laws[field], alone=field not in joined) for field, e in ruled.items()}
    best = {field: option for field, option in likeliest(options, factors).items() if _is_written(evidence[field])}
    sure = posteriors(options, factors)
    broken = _broken(across, evidence, best)
    decisions = {
        field: _decision(e, laws[field], best.get(field), sure.get(field, {}), broken.get(field, ""))
        for field, e in evidence.items()
    }
    questions = _questions(decisions, laws, factors, _broken(across, evidence, {}))
    hopeful = any(decisions[field].confidence >= _OVERWHELMING for field in questions)
    doubted = _posteriors_in_doubt(ruled, laws, factors) if hopeful else {}
    return decisions | {
        field: replace(
            decisions[field],
            questioned_by=rule,
            overwhelming=_is_overwhelming(decisions[field], doubted.get(field, {})),
        )
        for field, rule in questions.items()
    }


def _is_written(evidence: Evidence) -> bool:
    return any(symbol != BLANK for symbol in evidence.symbols)


def _digits_written(evidence: Evidence) -> int:
    return sum(symbol not in (BLANK, VOID) for symbol in evidence.symbols)


def _broken(
    across: Sequence[CrossRule], evidence: Mapping[str, Evidence], best: Mapping[str, Option]
) -> dict[str, str]:
    """Name for each field a rule over several fields that the best values, elsewhere the plain readings, break."""
    values = {field: value_of(e.symbols) for field, e in evidence.items()}
    values |= {field: option.value for field, option in best.items()}
    broken = sorted((rule.name, rule.fields) for rule in across if not rule.holds(values))
    return {field: name for name, fields in reversed(broken) for field in fields}


def _decision(evidence: Evidence, law: Law, best: Option | None, sure: Mapping[str, float], broken: str) -> Decision:
    """Take the best value, unless it obeys the rules no better than the plain reading does."""
    symbols = evidence.symbols
    value = value_of(symbols)
    confidence = sure.get(value, 0.0) if sure and UNREADABLE not in symbols else evidence.confidence
    plain = Decision(value, symbols, confidence, value, symbols, violated=law.broken_by(value) or broken)
    if best is None or (best.value == value and UNREADABLE not in symbols):
        return plain
    if law.broken_by(best.value) or (broken and UNREADABLE in symbols):
        return plain
    return replace(
        plain, value=best.value, symbols=evidence.spelt(best.value), confidence=sure[best.value], violated=broken
    )


def _questions(
    decisions: Mapping[str, Decision], laws: Mapping[str, Law], factors: Sequence[Factor], broken: Mapping[str, str]
) -> dict[str, str]:
    """Name for each field the rule that its plain reading breaks, alone or with others.

    Where it breaks none, but was changed, for being unreadable or for a rule of another field: one that it is under.
    """
    questions = {}
    for field, decision in decisions.items():
        speaking = [factor.rule.name for factor in factors if field in factor.rule.fields]
        rule = laws[field].broken_by(decision.machine_value) or (broken.get(field, "") if speaking else "")
        if rule or decision.changed:
            questions[field] = rule or min([law.name for law in laws[field].rules] or speaking)
    return questions


def _posteriors_in_doubt(
    ruled: Mapping[str, Evidence], laws: Mapping[str, Law], factors: Sequence[Factor]
) -> dict[str, dict[str, float]]:
    """Return the posteriors if any cell could say anything, however sure it looks."""
    options = {field: weigh(e.doubted(_GROSS), laws[field], alone=False) for field, e in ruled.items()}
    return posteriors(options, factors)


def _is_overwhelming(decision: Decision, doubted: Mapping[str, float]) -> bool:
    readable = UNREADABLE not in decision.machine_symbols
    return readable and not decision.violated and doubted.get(decision.value, 0.0) >= _OVERWHELMING
