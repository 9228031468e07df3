"""How a file is called in the results: a name in valid Unicode that no two files share."""

import os
from collections.abc import Iterable


def scan_name(parts: Iterable[str]) -> str:
    r"""Join the parts of a relative path to a name.

    Bytes that are no UTF-8 become `\xNN`, and so does the backslash itself (`\x5c`): two files never get the same name.
    """
    raw = b"/".join(os.fsencode(part) for part in parts)
    return raw.replace(b"\\", b"\\x5c").decode("utf-8", "backslashreplace")
