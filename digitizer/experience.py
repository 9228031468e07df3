"""What people have found so far, and what follows from it: the thresholds of a run, and the errors to be expected."""

from dataclasses import dataclass

from digitizer.budget.estimate import Expected, expected_errors
from digitizer.budget.learning import learn
from digitizer.budget.outcomes import FieldTable, Outcomes, tabulate
from digitizer.document import FieldStatus
from digitizer.job import Job
from digitizer.ledger.ledger import Ledger
from digitizer.ledger.outcomes import settled_fields
from digitizer.ledger.summary import Summary
from digitizer.policy import QA_SHARE, AcceptancePolicy
from digitizer.reading.classifier import model_folder
from digitizer.reading.model_card import model_sha256


@dataclass(frozen=True, slots=True)
class Experience:
    """What people have found in fields that were read with the network of a run.

    Attributes
    ----------
    job
        Of the run; it says whether findings speak for thresholds.
    table
        The fields that people have settled, the oldest first.
    """

    job: Job
    table: FieldTable

    @property
    def outcomes(self) -> Outcomes:
        """What of it tells about confidences."""
        return self.table.outcomes()

    @property
    def policy(self) -> AcceptancePolicy:
        """By which the run accepts fields; worked out at each call."""
        if not self.job.learn:
            return self.job.policy
        return learn(self.table, self.job.policy.max_errors, self.job.qa_share or QA_SHARE).policy

    def expected(self, summary: Summary) -> Expected:
        """Say how many of the fields that go straight through will be wrong."""
        stated = (summary.expected_error_rate or 0.0) * summary.fields[FieldStatus.ACCEPTED]
        return expected_errors(stated, summary.accepted_doubts, self.outcomes, self.job.policy.max_errors)


def experience_of(job: Job, ledger: Ledger) -> Experience:
    """Look up what people have found.

    Nothing of the run itself has a say: what becomes of a scan does not hang on which other scans lie beside it, nor on
    where a run was interrupted.

    Raises
    ------
    ModelError
        If there is no such model.
    LedgerError
        If the ledger cannot be read.
    """
    return Experience(job, tabulate(settled_fields(ledger, model_sha256(model_folder(job.model)))))
