"""With what scans were read and decided: a part of what makes a result the same result."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from digitizer.policy import AcceptancePolicy, LearnedThreshold
from digitizer.scans.limits import Limits


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """Which template pages were read with.

    Attributes
    ----------
    sha256
        Of its file and of all files that it names.
    layout_sha256
        Of what decides where fields are found and how they are seen: all of it but the rules, titles and labels.
    """

    form: str
    version: int
    sha256: str
    layout_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """With what the scans were read.

    Attributes
    ----------
    version
        Of digitizer: told, but no reason to read again.
    model, model_sha256
        Name of the network, and the hash of its card, which holds the hashes of all its files.
    threshold
        Confidence from which a field is accepted, 0-1.
    templates
        Empty where every comb and grid was read.
    limits
        How large a scan could be.
    qa_share
        Share, 0-1, of the accepted fields that go to review, to measure how often they are wrong.
    learned
        Thresholds that follow from what people had found before.
    """

    version: str
    model: str
    model_sha256: str
    threshold: float
    templates: tuple[TemplateInfo, ...] = ()
    limits: Limits = field(default_factory=Limits)
    qa_share: float = 0.0
    learned: tuple[LearnedThreshold, ...] = ()

    @property
    def policy(self) -> AcceptancePolicy:
        """Which fields were accepted."""
        return AcceptancePolicy(self.threshold, self.learned)

    @property
    def content(self) -> str:
        """All of it as JSON; what there is nothing of is left out, so that older combinations stay the same ones."""
        told = asdict(self)
        for name in ("qa_share", "learned"):
            if not told[name]:
                del told[name]
        return json.dumps(told)

    @classmethod
    def from_content(cls, content: str) -> "Provenance":
        """Return what `content` tells of."""
        told = json.loads(content)
        templates = tuple(TemplateInfo(**each) for each in told.pop("templates"))
        limits = Limits(**told.pop("limits"))
        learned = tuple(LearnedThreshold(**each) for each in told.pop("learned", ()))
        return cls(**told, templates=templates, limits=limits, learned=learned)

    @property
    def seen_with(self) -> str:
        """SHA-256 of all that decides what is seen on a page; where it differs, pixels have to be looked at again."""
        layouts = [(each.form, each.layout_sha256) for each in self.templates]
        return _sha256([self.model_sha256, layouts, asdict(self.limits)])

    @property
    def decided_with(self) -> str:
        """SHA-256 of all that decides about what was seen: templates with their rules, thresholds and sample."""
        learned = [[each.form, each.field, repr(each.threshold)] for each in self.learned]
        return _sha256([*self._asked_for(), *([learned] if learned else [])])

    @property
    def asked_to_decide_with(self) -> str:
        """The same without what was learned: what a user has asked for."""
        return _sha256(self._asked_for())

    def _asked_for(self) -> list[object]:
        sample = [repr(self.qa_share)] if self.qa_share else []
        return [[(each.form, each.sha256) for each in self.templates], repr(self.threshold), *sample]


def _sha256(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
