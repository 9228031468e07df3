"""How measurements are printed: a table of Markdown, and what was found to be wrong."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from benchmarks.reliability.outcome import Finding

SHOWN = 20
STEP = 20

Item = TypeVar("Item")


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one table."""
    print("| " + " | ".join(titles) + " |")
    print("|" + "---|" * len(titles))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)


def counted(findings: Sequence[Finding]) -> str:
    """Return the number of findings by kind; `nothing` if there are none."""
    counts = Counter(finding.kind for finding in findings)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing"


def with_progress(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """Yield the items; say on stderr now and then how many there were."""
    for number, item in enumerate(items, 1):
        if number % STEP == 0:
            print(f"{what}: {number} of {total}", file=sys.stderr, flush=True)
        yield item


def conclude(findings: Sequence[Finding]) -> None:
    """Print what was found, and end the program with code 1 if anything was."""
    for finding in findings[:SHOWN]:
        print(f"FOUND {finding.kind}: {finding.detail}", file=sys.stderr)
    print(f"Found to be wrong: {counted(findings)}.")
    if findings:
        sys.exit(1)
