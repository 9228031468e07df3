"""Whether error budgets are kept, as Markdown tables: `python -m benchmarks.budget [--data mnist.npz --writers FILE]`.

Twenty offices send fields that are spoilt in ways which nothing was calibrated on. Of each, one batch measures three
rules: confidences as stated; a threshold proven on the calibration's own fields; and what reviewers found in some
nights before it. Without `--data` the few bundled digits are written anew again and again, by hands that are mixed.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.budget_offices import Digits, Fields, Office, calibration_fields, halves, load_digits, night, offices
from digitizer.budget.outcomes import Outcomes
from digitizer.budget.thresholds import reference_threshold, reviewed_threshold, rung_threshold
from digitizer.policy import QA_SHARE
from digitizer.reading.classifier import DigitClassifier, load_classifier

BUDGETS = (Fraction(1, 100), Fraction(1, 1000))
BATCH, NIGHT, NIGHTS = 5000, 2000, 5
SHOWN_NIGHTS = (1, 5)
SEED = 1
AS_STATED, BY_REFERENCE = "as stated", "by reference"

Rng = np.random.Generator
Night = Callable[[int, int], Fields]
"""Reads what an office, by its place, sends in a night; night 0 is the batch that is measured."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one rule made of one batch.

    Attributes
    ----------
    wrong
        Accepted fields that are wrong.
    fields
        All.
    """

    office: str
    budget: Fraction
    rule: str
    threshold: float
    accepted: int
    wrong: int
    fields: int

    @property
    def allowed(self) -> float:
        """Wrong fields that the budget grants."""
        return float(self.budget * self.accepted)

    @property
    def kept(self) -> bool:
        """Whether no more are wrong."""
        return self.wrong <= self.allowed


def main(arguments: Sequence[str] | None = None) -> None:
    """Read all batches, and print what each rule made of each, and of all."""
    options = _parse(arguments)
    digits, classifier = load_digits(options.data, options.writers), load_classifier()
    known = options.data and options.writers and not options.tuning
    reference = calibration_fields(options.data, options.writers, classifier) if known else None
    read = reader(options, digits, classifier)
    if options.change:
        before, after = options.change
        for line in changes(before, after, read, offices(tuning=options.tuning)):
            print(line, flush=True)
        return
    results = [
        result
        for place, office in enumerate(offices(tuning=options.tuning))
        if not options.only or options.only in office.name
        for budget in BUDGETS
        for result in compare(office.name, place, budget, read, reference)
    ]
    for line in (*table(results), "", *totals(results)):
        print(line, flush=True)


def reader(options: argparse.Namespace, digits: Digits, classifier: DigitClassifier) -> Night:
    """Return what reads fields: those of the nights by other writers than those of the batches."""
    seed = [options.seed, int(options.tuning)]
    past, present = halves(digits, np.random.default_rng(seed))
    all_offices = offices(tuning=options.tuning)
    counts = (options.fields, options.night)

    def read(place: int, number: int) -> Fields:
        source, count = (past, counts[1]) if number else (present, counts[0])
        return night(all_offices[place], number, source, count, classifier, [*seed, place])

    return read if options.readings is None else partial(_kept, options.readings, options, read)


def compare(office: str, place: int, budget: Fraction, read: Night, reference: Fields | None) -> Iterator[Result]:
    """Judge one batch by each rule at one budget."""
    batch = read(place, 0)
    judge = partial(_result, office, budget, batch)
    yield judge(AS_STATED, rung_threshold(budget, 0))
    if reference is not None:
        passed = ~reference.forced
        yield judge(BY_REFERENCE, reference_threshold(reference.confidence[passed], reference.correct[passed], budget))
    thresholds = learned_thresholds(budget, (read(place, number) for number in range(1, NIGHTS + 1)), place)
    for number, threshold in enumerate(thresholds, 1):
        if number in SHOWN_NIGHTS:
            yield judge(_after(number), threshold)


def changes(before: str, after: str, read: Night, all_offices: Sequence[Office]) -> Iterator[str]:
    """Yield what becomes of one office's batch while its nights follow on those of another, whose thresholds it has."""
    places = [[each.name for each in all_offices].index(name) for name in (before, after)]
    nights = [(place, number) for place in places for number in range(1, NIGHTS + 1)]
    yield f"| budget | before | {' | '.join(f'{_after(number)}' for number in range(1, NIGHTS + 1))} |"
    yield f"|---|{'---|' * (NIGHTS + 1)}"
    for budget in BUDGETS:
        batch = read(places[1], 0)
        thresholds = list(learned_thresholds(budget, (read(*each) for each in nights), places[0]))
        results = [_result(after, budget, batch, "", each) for each in thresholds[NIGHTS - 1 :]]
        yield f"| {budget} | {' | '.join(map(_cell, results))} |"


def learned_thresholds(budget: Fraction, nights: Iterator[Fields], seed: int) -> Iterator[float]:
    """Review night after night, and yield the threshold after each; the next night is decided by it."""
    rng, threshold = np.random.default_rng([seed, budget.denominator]), rung_threshold(budget, 0)
    found: list[Outcomes] = []
    for fields in nights:
        found.append(reviewed(fields, threshold, rng))
        threshold = reviewed_threshold(_joined(found), budget, QA_SHARE).threshold
        yield threshold


def reviewed(fields: Fields, threshold: float, rng: Rng) -> Outcomes:
    """Let a person who never errs settle what is not sure enough, and a sample of what is."""
    accepted = ~fields.forced & (fields.confidence >= threshold)
    sampled = accepted & (rng.random(len(accepted)) < QA_SHARE)
    everything = Outcomes(fields.confidence, fields.correct, sampled)
    return everything.some(sampled | ~fields.forced & ~accepted)


def table(results: Sequence[Result]) -> Iterator[str]:
    """Yield a row for each office and budget: straight through, and wrong fields of those allowed."""
    rules = list(dict.fromkeys(result.rule for result in results))
    yield f"| office | budget | {' | '.join(rules)} |"
    yield f"|---|---|{'---|' * len(rules)}"
    for office, budget in dict.fromkeys((result.office, result.budget) for result in results):
        row = [each for each in results if (each.office, each.budget) == (office, budget)]
        yield f"| {office} | {budget} | {' | '.join(map(_cell, row))} |"


def totals(results: Sequence[Result]) -> Iterator[str]:
    """Yield for each budget and rule in how many batches it was kept, and what all batches come to."""
    yield "| budget | rule | kept | straight through | wrong of all accepted | worst rate |\n|---|---|---|---|---|---|"
    for budget, rule in dict.fromkeys((result.budget, result.rule) for result in sorted(results, key=_by_budget)):
        mine = [each for each in results if (each.budget, each.rule) == (budget, rule)]
        accepted, wrong = sum(each.accepted for each in mine), sum(each.wrong for each in mine)
        share = accepted / sum(each.fields for each in mine)
        worst = max(each.wrong / max(each.accepted, 1) for each in mine)
        kept = f"{sum(each.kept for each in mine)} of {len(mine)}"
        rate = f"{wrong} of {accepted} ({wrong / max(accepted, 1):.3%})"
        yield f"| {budget} | {rule} | {kept} | {share:.1%} | {rate} | {worst:.2%} |"


def _by_budget(result: Result) -> Fraction:
    return -result.budget


def _cell(result: Result) -> str:
    """Return the share that goes straight through, and wrong fields of those allowed."""
    share = f"{result.accepted / result.fields:.0%}"
    return f"{share}, {result.wrong} of {result.allowed:.1f}{'' if result.kept else ' **over**'}"


def _after(nights: int) -> str:
    return f"after {nights} {'night' if nights == 1 else 'nights'}"


def _result(office: str, budget: Fraction, batch: Fields, rule: str, threshold: float) -> Result:
    accepted = ~batch.forced & (batch.confidence >= threshold)
    wrong = int((accepted & ~batch.correct).sum())
    return Result(office, budget, rule, threshold, int(accepted.sum()), wrong, len(accepted))


def _joined(parts: Sequence[Outcomes]) -> Outcomes:
    return Outcomes(
        np.concatenate([part.confidence for part in parts]),
        np.concatenate([part.correct for part in parts]),
        np.concatenate([part.sampled for part in parts]),
    )


def _kept(folder: Path, options: argparse.Namespace, read: Night, place: int, number: int) -> Fields:
    """Take fields from a file of an earlier run with the same options, or read them and keep them there."""
    kind, count = "tuning" if options.tuning else "measured", options.night if number else options.fields
    file = folder / f"{kind}-{options.seed}-{count}-{place}-{number}.npz"
    if file.exists():
        with np.load(file, allow_pickle=False) as arrays:
            return Fields(arrays["confidence"], arrays["correct"], arrays["forced"])
    fields = read(place, number)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(file, confidence=fields.confidence, correct=fields.correct, forced=fields.forced)
    return fields


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.budget", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, help="mnist.npz as Keras has it (default: the bundled digits)")
    parser.add_argument("--writers", type=Path, help="who wrote them: an .npz with train_writer and test_writer")
    parser.add_argument("--fields", type=int, default=BATCH, help="of each batch (default: %(default)s)")
    parser.add_argument("--night", type=int, default=NIGHT, help="fields of each night before (default: %(default)s)")
    parser.add_argument("--only", help="offices with this in their names")
    parser.add_argument(
        "--change", nargs=2, metavar="OFFICE", help="only this: the nights of one office, then those of another"
    )
    parser.add_argument("--readings", type=Path, metavar="DIR", help="keep what was read there, and take it from there")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--tuning", action="store_true", help="the offices on which the rule was chosen")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
