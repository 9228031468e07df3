"""The commands to type next, for what was found."""

from dataclasses import dataclass

from digitizer.document import FieldStatus
from digitizer.report.findings import Findings

ENOUGH_TO_LEARN = 200
"""Digits that people have had a say in, without which `digitizer retrain` does not begin."""


@dataclass(frozen=True, slots=True)
class NextCommand:
    """A command, and what it is good for. `DIR` stands for the folder of the results, `SCANS` for that of the scans."""

    command: str
    purpose: str


def next_commands(found: Findings) -> list[NextCommand]:
    """Return what is worth typing, the most urgent first."""
    commands = []
    if found.unread_count:
        commands.append(
            NextCommand("digitizer run SCANS --out DIR", "when the pages above are scanned again, or mended")
        )
    if found.fields[FieldStatus.REVIEW]:
        commands.append(NextCommand("digitizer review DIR", "settle what waits for a person, in the browser"))
    if found.field_count:
        commands.append(NextCommand("digitizer threshold DIR", "see what another error budget would cost"))
    if found.settled_digits >= ENOUGH_TO_LEARN:
        commands.append(NextCommand("digitizer retrain DIR", "have the network learn from what people have settled"))
    if not found.checked.count:
        commands.append(NextCommand("digitizer report DIR --truth truth.csv", "compare with values that are known"))
    if found.field_count:
        commands.append(NextCommand("digitizer export DIR --to xlsx", "hand the values on"))
    return commands
