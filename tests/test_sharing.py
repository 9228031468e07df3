"""Who reads what, where several runs share a ledger: each scan is somebody's, and nobody's death loses one."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from digitizer.document import ScanFile
from digitizer.errors import LedgerError
from digitizer.job import Job
from digitizer.ledger.ledger import Ledger
from digitizer.scans.decode import FileInfo
from digitizer.scans.formats import ScanFormat
from digitizer.sharing import shares
from digitizer.tasks import Inspected

JOB = Job(scans=Path("scans"), out=Path("out"), workers=1, pages_per_chunk=1, lease_s=0.2, database="postgresql://")
FILES = [Inspected(ScanFile(Path(n), n), FileInfo(n, ScanFormat.PNG, 1), sha256=n) for n in "abcdefgh"]


class SharedLedger:
    """A ledger of which others hold some scans and have done some."""

    shared = True

    def __init__(self, held: str = "", done: str = "") -> None:
        self.held, self.done = set(held), set(done)
        self.claims: list[str] = []
        self.released = False
        self.away = False
        self.renewed = threading.Event()

    def claim(self, digests: Sequence[str], owner: str, seconds: float) -> set[str]:
        """Give what is free; a second claim of the same is a renewal."""
        assert owner
        assert seconds == JOB.lease_s
        claim = "".join(digests)
        if claim in self.claims:
            self.renewed.set()
        self.claims.append(claim)
        if self.away:
            raise LedgerError("away")
        return set(digests) - self.held - self.done

    def known(self, digests: Sequence[str]) -> dict[str, None]:
        """Tell which are done."""
        return dict.fromkeys(set(digests) & self.done)

    def release(self, owner: str) -> None:
        """Note that all was given back."""
        assert owner
        self.released = True


def read(ledger: SharedLedger, job: Job = JOB) -> list[str]:
    """Read all shares, and return what was read in each."""
    return ["".join(each.sha256 for each in share) for share in shares(FILES, cast("Ledger", ledger), job)]


def test_without_others_all_is_one_share() -> None:
    """A ledger in the output folder has one run at a time."""
    ledger = SharedLedger()
    ledger.shared = False

    assert read(ledger) == ["abcdefgh"]
    assert not ledger.claims


def test_a_share_is_a_few_chunks() -> None:
    """Four for each worker: others may come and take the rest."""
    ledger = SharedLedger()

    assert read(ledger) == ["abcd", "efgh"]
    assert ledger.released


def test_what_others_have_done_is_left_out() -> None:
    """It was in the folder when this run looked, and in the ledger soon after."""
    assert read(SharedLedger(done="abcdg")) == ["efh"]


def test_what_others_hold_is_read_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for; when its holder gives no more sign of life, it is read here."""
    ledger = SharedLedger(held="abcde")
    monkeypatch.setattr("digitizer.sharing.time.sleep", lambda _: ledger.held.clear())

    assert read(ledger) == ["fgh", "abcd", "e"]


def test_what_others_finish_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting ends when it stands in the ledger."""
    ledger = SharedLedger(held="abcde")
    monkeypatch.setattr("digitizer.sharing.time.sleep", lambda _: ledger.done.update("abcde"))

    assert read(ledger) == ["fgh"]


def test_a_claim_is_renewed_while_its_scans_are_read() -> None:
    """A large share may take longer than a lease lasts; a ledger that is away for a moment does not end the run."""
    ledger = SharedLedger()
    for _ in shares(FILES[:4], cast("Ledger", ledger), JOB):
        ledger.away = True
        assert ledger.renewed.wait(10)
        ledger.away = False
        ledger.done.update("abcd")

    assert ledger.released
