"""What a run is asked for: the form on Prefect's page, the parameters of a deployment, the options of the module."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from digitizer.errors import UsageError
from digitizer.job import PAGES_PER_CHUNK, Job, given_model, usable_cpus
from digitizer.policy import QA_SHARE, AcceptancePolicy, parse_error_rate
from digitizer.scans.limits import SETTLE_S, Limits
from digitizer.scans.places import local_path

_LIMITS = Limits()


class Runner(StrEnum):
    """What carries out the tasks of a run."""

    THREADS = "threads"
    """Supervised worker processes of the library's own, on this machine."""
    PROCESSES = "processes"
    """Prefect's pool of processes, on this machine."""
    DASK = "dask"
    RAY = "ray"


def _an_error_rate(text: str) -> str:
    try:
        parse_error_rate(text)
    except UsageError as error:
        raise ValueError(str(error)) from error
    return text


class DigitizeParameters(BaseModel):
    """Read the scans of a folder that were not read before, and write the results of all of them."""

    model_config = ConfigDict(extra="forbid", title="Read scans")

    scans: str = Field(
        min_length=1,
        title="Scans",
        description="A folder, read recursively, or one file, or a URL such as s3://bucket/folder. Never changed.",
    )
    out: str = Field(default="digitizer-out", min_length=1, title="Results", description="Folder of the results.")
    template: str | None = Field(
        default=None,
        title="Template",
        description="A template, or a folder of them: only pages of these forms are read. None: every comb and grid.",
    )
    max_errors: Annotated[str, AfterValidator(_an_error_rate)] = Field(
        default="1/1000",
        title="Errors allowed",
        description="How many accepted fields may be wrong: 1/1000, 0.001 or 0.1%.",
    )
    threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        title="Threshold",
        description="Accept from this confidence on. If it is given, the errors allowed are not looked at.",
    )
    qa_share: float = Field(
        default=QA_SHARE,
        ge=0,
        le=1,
        title="Sample for review",
        description="Share of the accepted fields that a person sees all the same, to measure their errors.",
    )
    workers: int | None = Field(
        default=None, ge=1, title="Workers", description="Tasks at once. None: one per usable core of this machine."
    )
    pages_per_task: int = Field(
        default=PAGES_PER_CHUNK, ge=1, title="Pages per task", description="Pages that one task reads: seconds of work."
    )
    again: bool = Field(
        default=False,
        title="Again",
        description="Do anew what failed, or was done with another model, template or setting.",
    )
    settle_s: float = Field(
        default=SETTLE_S,
        ge=0,
        title="Settling time",
        description="A file that changed less than so many seconds ago is waited for, or left to the next run.",
    )
    max_megapixels: float = Field(
        default=_LIMITS.max_pixels / 1e6, ge=0.01, title="Largest page", description="In millions of pixels."
    )
    max_pages: int = Field(default=_LIMITS.max_pages, ge=1, title="Most pages", description="In one file.")
    max_file_mb: float = Field(
        default=_LIMITS.max_bytes / 1e6, ge=0.001, title="Largest file", description="In megabytes."
    )
    runner: Runner = Field(
        default=Runner.THREADS,
        title="Task runner",
        description="threads: this machine. processes: this machine, by Prefect's pool. dask, ray: a cluster.",
    )
    runner_address: str | None = Field(
        default=None,
        title="Address of the cluster",
        description="Dask's scheduler (tcp://host:8786), or Ray (ray://host:10001). None: a cluster for this run only.",
    )
    model: str | None = Field(
        default=None,
        title="Model",
        description="A model folder, or a name that `digitizer model list` shows. None: the chosen one.",
    )
    show_names: bool = Field(
        default=False,
        title="Show names",
        description="Name the scans that were not read on the run's page, and so in the database of Prefect's server.",
    )
    review_url: str | None = Field(
        default=None,
        pattern="^https?://",
        title="Review page",
        description="Where fields are reviewed: a link on the run's page leads there.",
    )

    @property
    def count(self) -> int:
        """Tasks at once."""
        return self.workers or usable_cpus()

    def job(self) -> Job:
        """Return the job of the library that these parameters ask for."""
        return Job(
            scans=local_path(self.scans) or self.scans,
            out=Path(self.out),
            policy=self._policy(),
            learn=self.threshold is None,
            limits=Limits(round(self.max_megapixels * 1e6), self.max_pages, round(self.max_file_mb * 1e6)),
            model=given_model(self.model),
            template=None if self.template is None else Path(self.template),
            again=self.again,
            qa_share=self.qa_share,
            settle_s=self.settle_s,
            workers=self.count,
            pages_per_chunk=self.pages_per_task,
        )

    def _policy(self) -> AcceptancePolicy:
        if self.threshold is not None:
            return AcceptancePolicy(self.threshold)
        return AcceptancePolicy.from_max_errors(parse_error_rate(self.max_errors))


def in_words(error: ValidationError) -> str:
    """Say what is wrong with parameters, a line for each."""
    return "\n".join(
        f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}" for each in error.errors()
    )
