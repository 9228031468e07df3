"""With what scans were read and decided: a part of what makes a result the same result."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

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
    """

    version: str
    model: str
    model_sha256: str
    threshold: float
    templates: tuple[TemplateInfo, ...] = ()
    limits: Limits = field(default_factory=Limits)
    qa_share: float = 0.0

    @property
    def content(self) -> str:
        """All of it as JSON; without a sample the same as before there were any, so that it stays one combination."""
        told = asdict(self)
        if not self.qa_share:
            del told["qa_share"]
        return json.dumps(told)

    @property
    def seen_with(self) -> str:
        """SHA-256 of all that decides what is seen on a page; where it differs, pixels have to be looked at again."""
        layouts = [(each.form, each.layout_sha256) for each in self.templates]
        return _sha256([self.model_sha256, layouts, asdict(self.limits)])

    @property
    def decided_with(self) -> str:
        """SHA-256 of all that decides about what was seen: templates with their rules, threshold and sample."""
        sample = [repr(self.qa_share)] if self.qa_share else []
        return _sha256([[(each.form, each.sha256) for each in self.templates], repr(self.threshold), *sample])


def _sha256(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
