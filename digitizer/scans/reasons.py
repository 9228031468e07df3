"""Why a file or a page was not read: every reason this room gives, what it means, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """A short, stable identifier: the `reason` column of `pages.csv`."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    UNKNOWN_FORMAT = "unknown_format"
    ENCRYPTED = "encrypted"
    NO_PAGES = "no_pages"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    UNREADABLE_FILE = "unreadable_file"
    UNREADABLE_FOLDER = "unreadable_folder"
    CHANGED = "changed"
    BROKEN_LINK = "broken_link"
    SYMLINK_LOOP = "symlink_loop"
    NOT_A_FILE = "not_a_file"
    NOT_A_SCAN = "not_a_scan"
    HIDDEN = "hidden"
    OUTPUT_FOLDER = "output_folder"
    BEING_WRITTEN = "being_written"
    LINK_OUTSIDE = "link_outside"


TRANSIENT = frozenset({Reason.UNREADABLE_FILE, Reason.UNREADABLE_FOLDER, Reason.CHANGED, Reason.BEING_WRITTEN})
"""They say nothing about what stands in the file: the next run tries again."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One line each: what a reason means, and what the user can do."""

    meaning: str
    advice: str


EXPLANATIONS = MappingProxyType(
    {
        Reason.EMPTY: Explanation("The file holds nothing.", "Scan or copy it again."),
        Reason.TRUNCATED: Explanation("The file ends before its content does.", "Copy it again, or scan it again."),
        Reason.DAMAGED: Explanation(
            "The content contradicts itself, or is of a variant that cannot be decoded.",
            "Open it in a viewer; if it looks right there, save it as PNG or TIFF, otherwise scan it again.",
        ),
        Reason.UNKNOWN_FORMAT: Explanation(
            "The content is none of PNG, JPEG, TIFF, PDF, WebP and BMP, whatever the name says.",
            "Convert it to PNG, TIFF or PDF, or take it out of the folder.",
        ),
        Reason.ENCRYPTED: Explanation("The PDF opens with a password only.", "Save it without the password."),
        Reason.NO_PAGES: Explanation(
            "No page can be found in the file.", "Open it in a viewer; if it is empty there too, scan it again."
        ),
        Reason.TOO_LARGE: Explanation(
            "The file has too many bytes, or the page too many pixels.",
            "Scan at a lower resolution (300 dpi is plenty).",
        ),
        Reason.TOO_MANY_PAGES: Explanation("The file has too many pages.", "Split it."),
        Reason.UNREADABLE_FILE: Explanation(
            "The system refuses to read the file.", "Check its permissions, and whether its disk is there."
        ),
        Reason.UNREADABLE_FOLDER: Explanation(
            "The system refuses to list the folder.", "Check its permissions, and whether its disk is there."
        ),
        Reason.CHANGED: Explanation(
            "The file changed while it was being read.", "Wait until it is complete, then run again."
        ),
        Reason.BROKEN_LINK: Explanation("The symbolic link leads nowhere.", "Restore what it leads to, or delete it."),
        Reason.SYMLINK_LOOP: Explanation(
            "The symbolic link leads to a folder that is read already, or back to itself.", "Nothing needs to be done."
        ),
        Reason.NOT_A_FILE: Explanation("It is a pipe, a socket or a device.", "Nothing needs to be done."),
        Reason.NOT_A_SCAN: Explanation(
            "Neither the name nor the content is that of a scan.", "Nothing needs to be done."
        ),
        Reason.HIDDEN: Explanation(
            "Its name, or that of a folder it lies in, begins with a dot.", "Rename it if it is to be read."
        ),
        Reason.OUTPUT_FOLDER: Explanation("The symbolic link leads to the results.", "Nothing needs to be done."),
        Reason.BEING_WRITTEN: Explanation(
            "The file is still changing, or a program has it open for writing.",
            "Nothing needs to be done: the next run reads it.",
        ),
        Reason.LINK_OUTSIDE: Explanation(
            "The symbolic link leads out of the folder of scans.",
            "Copy what it leads to, or run over the folder that it leads to.",
        ),
    }
)
"""Complete: each `Reason` has its explanation."""
