"""All that the page works with: an output folder, its ledger, and what helps to see more."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from digitizer.ledger.ledger import Ledger
from digitizer.review.gallery import Gallery
from digitizer.review.rule_check import RuleCheck
from digitizer.review.whole_page import PageViewer


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the page works with.

    Attributes
    ----------
    out
        The output folder, whose CSVs are made anew.
    second_share
        Share, 0-1, of the fields that a second person keys blind.
    check_share
        Share, 0-1, of settled cells that are mixed into the sheets, to see who notices them.
    """

    out: Path
    ledger: Ledger
    viewer: PageViewer
    rules: RuleCheck
    second_share: float = 0.0
    check_share: float = 0.0
    gallery: Gallery = field(default_factory=Gallery)

    @property
    def name(self) -> str:
        """What a browser tells this ledger from others by, on the same port at another time."""
        return hashlib.sha256(str(self.out.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
