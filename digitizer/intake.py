"""What of the scan folder is new: compared with what the ledger knows, and looked into where it is not known.

1. What lies there is listed, with a fingerprint of each file.
2. A file with the fingerprint that it had, whose bytes are a scan in the ledger, is known: nobody opens it.
3. The others are left to the next run if they are still changing; else they are looked into in worker processes.
4. By their bytes they are scans that the ledger knows, duplicates of each other, or new.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from digitizer.attempts import carry_out, on_threads
from digitizer.document import PageStatus
from digitizer.job import Job, Progress
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.provenance import Provenance
from digitizer.ledger.records import Entry, KnownScan
from digitizer.scans.discovery import Found, discover
from digitizer.scans.quiet import quiet
from digitizer.scans.reasons import TRANSIENT
from digitizer.tasks import Inspected, Inspection
from digitizer.workers import Workers

FILES_PER_INSPECTION = 16


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run finds.

    Attributes
    ----------
    new
        One file for each scan that is to be read, in the order of their names.
    digests
        SHA-256 of all files in the folder whose bytes could be read.
    waiting
        Files that were still being written.
    """

    new: tuple[Inspected, ...]
    digests: frozenset[str]
    waiting: int


def take_in(
    job: Job, ledger: Ledger, workers: Workers, provenance: Provenance, progress: Callable[[Progress], None]
) -> Intake:
    """Find out what lies in the scan folder, and note it in the ledger.

    Raises
    ------
    UsageError
        If there is nothing at the place that the job names.
    """
    found = discover(job.scans, _excluded(job))
    before, known = ledger.entries(), ledger.known()
    done = {digest for digest, scan in known.items() if not _to_read_again(scan, job, provenance)}
    unknown = [each for each in found if each.to_read and not _is_known(each, before.get(each.file.name), done, job)]
    settled, busy = quiet(unknown, job.settle_s)
    inspected = _inspect(settled, job, workers, progress)

    fingerprints = {each.file.name: each.fingerprint for each in settled}
    entries = {each.file.name: before[each.file.name] for each in found if each.file.name in before}
    entries |= {each.file.name: _not_opened(each) for each in (*found, *busy) if not each.to_read}
    entries |= {each.file.name: _looked_into(each, fingerprints[each.file.name]) for each in inspected}
    changed = [entry for name, entry in entries.items() if before.get(name) != entry]
    ledger.put_entries(changed, before.keys() - entries.keys())
    return Intake(
        new=_firsts(each for each in inspected if entries[each.file.name].status is None and each.sha256 not in done),
        digests=frozenset(entry.sha256 for entry in entries.values() if entry.sha256),
        waiting=len(busy),
    )


def _to_read_again(scan: KnownScan, job: Job, provenance: Provenance) -> bool:
    """Tell whether pixels have to be looked at again."""
    return job.again and not scan.purged and (scan.failed or scan.seen_with != provenance.seen_with)


def _is_known(found: Found, before: Entry | None, done: set[str], job: Job) -> bool:
    """Tell whether a file needs no look: it is as it was, and what became of it holds."""
    if before is None or not found.fingerprint or before.fingerprint != found.fingerprint:
        return False
    return before.sha256 in done if before.status is None else not job.again


def _inspect(
    found: Sequence[Found], job: Job, workers: Workers, progress: Callable[[Progress], None]
) -> list[Inspected]:
    """Look into files, in worker processes."""
    size = max(1, min(FILES_PER_INSPECTION, -(-len(found) // job.workers)))
    files = [each.file for each in found]
    tasks = [Inspection(tuple(files[start : start + size])) for start in range(0, len(files), size)]
    verdict = Lock()
    inspected: list[Inspected] = []
    for results in on_threads(lambda task: carry_out(task, workers, verdict), tasks, job.workers):
        inspected += results
        progress(Progress("inspect", len(inspected), len(files)))
    return inspected


def _not_opened(found: Found) -> Entry:
    """Return the entry of what is no scan, cannot be reached, or has to wait."""
    status = PageStatus.FAILED if found.fail_reason else PageStatus.SKIPPED
    return Entry(found.file.name, status=status, reason=found.fail_reason or found.skip_reason)


def _looked_into(inspected: Inspected, fingerprint: str) -> Entry:
    name, reason = inspected.file.name, inspected.reason
    if reason in TRANSIENT:
        return Entry(name, status=PageStatus.FAILED, reason=reason)
    if not inspected.sha256:
        return Entry(name, fingerprint, status=PageStatus.FAILED, reason=reason)
    return Entry(name, fingerprint, inspected.sha256)


def _firsts(inspected: Iterable[Inspected]) -> tuple[Inspected, ...]:
    """Return, of the files with the same bytes, the first by name."""
    firsts: dict[str, Inspected] = {}
    for each in sorted(inspected, key=lambda each: each.file.name):
        firsts.setdefault(each.sha256, each)
    return tuple(firsts.values())


def _excluded(job: Job) -> Path | None:
    """Return the output folder if it lies among the scans, so that results are not read as scans."""
    if job.folder is None:
        return None
    return job.out if job.out.resolve().is_relative_to(job.folder.resolve()) else None
