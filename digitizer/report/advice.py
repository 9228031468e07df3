"""Why pages and fields were not done, said to the person in charge: what a reason means, and what to do."""

from types import MappingProxyType

from digitizer.scans.reasons import EXPLANATIONS, Explanation

_BROKEN = "The file is probably broken: scan it again."

PAGE_ADVICE = MappingProxyType(
    {
        **{str(reason): explanation for reason, explanation in EXPLANATIONS.items()},
        "crashed": Explanation("The page ended its worker process, twice, the second time alone.", _BROKEN),
        "timeout": Explanation("The page took more than a minute, twice.", _BROKEN),
        "out_of_memory": Explanation(
            "The page needed more memory than a worker may take.", "Scan it at a lower resolution."
        ),
        "internal_error": Explanation("A bug in digitizer was met at this page.", "Report it; the others are read."),
        "no_fields": Explanation(
            "No comb and no grid of boxes was found on the page.",
            "See whether it is the right form, and not too faint.",
        ),
        "no_template": Explanation(
            "The page is none of the forms that were looked for.", "See what it is; add a template for it."
        ),
        "registration": Explanation(
            "It looks like the form, but where that lies cannot be told well enough.", "Scan it again, flat and whole."
        ),
        "duplicate": Explanation("The same bytes were read under another name.", "Nothing needs to be done."),
        "purged": Explanation("Its results were purged after their time.", "Nothing needs to be done."),
    }
)
"""By the reasons of `pages.csv`."""

FIELD_MEANING = MappingProxyType(
    {
        "low_confidence": "The value is less certain than the error budget asks for.",
        "unreadable": "There is ink that is no digit.",
        "qa_sample": "Accepted, but drawn by chance so that errors are counted and not guessed.",
        "rule:required": "Nothing is written where something has to be.",
    }
)
"""By the reasons of `fields.csv`."""
_RULE = "rule:"


def page_advice(reason: str) -> Explanation:
    """Return what a reason of `pages.csv` means; nothing is said of one that is unknown."""
    return PAGE_ADVICE.get(reason, Explanation("", ""))


def field_meaning(reason: str) -> str:
    """Return what a reason of `fields.csv` means; nothing is said of one that is unknown."""
    if reason.startswith(_RULE) and reason not in FIELD_MEANING:
        return f"The value breaks the rule “{reason.removeprefix(_RULE)}”, or was changed to obey it."
    return FIELD_MEANING.get(reason, "")
