"""From template files to checked templates; whatever is wrong with the files is told in one go."""

from dataclasses import dataclass
from pathlib import Path

from digitizer.errors import ScanError, TemplateError
from digitizer.forms.files.build import build_template
from digitizer.forms.files.faults import Fault, Faults, Place, printable
from digitizer.forms.files.named_files import NamedFiles
from digitizer.forms.files.schema import FORMAT
from digitizer.forms.files.yaml_text import Document, parse_yaml
from digitizer.forms.template import Template
from digitizer.scans.content import read_bytes
from digitizer.scans.reasons import EXPLANATIONS, Reason

MAX_BYTES = 1_000_000
"""Of a template file."""
SUFFIXES = (".yaml", ".yml")


def load_template(path: Path) -> Template:
    """Load a template file.

    Raises
    ------
    TemplateError
        If anything is wrong; its message has a line for each fault.
    """
    (template,) = _load_all([path])
    return template


def load_templates(path: Path) -> tuple[Template, ...]:
    """Load a template file, or all `*.yaml` and `*.yml` that lie directly in a folder, sorted by name.

    Raises
    ------
    TemplateError
        If there is none, anything is wrong with one, or two have the same form id; its message has a line for
        each fault of each file.
    """
    return _load_all(template_files(path))


def template_files(path: Path) -> list[Path]:
    """Return the template files that a path stands for, sorted.

    Raises
    ------
    TemplateError
        If it is a folder without any, or one that cannot be listed.
    """
    if not path.is_dir():
        return [path]
    try:
        files = [file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
    except OSError as error:
        raise TemplateError(f"{printable(str(path))} cannot be listed: {error.strerror}") from error
    if not files:
        raise TemplateError(f"{printable(str(path))} holds no template: no file *.yaml or *.yml")
    return sorted(files)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A file and its template, which is None where there are faults."""

    template: Template | None
    faults: Faults


def _load_all(paths: list[Path]) -> tuple[Template, ...]:
    loaded = [_load(path) for path in paths]
    first: dict[str, Faults] = {}
    for one in loaded:
        if one.template is not None and one.template.id in first:
            other = first[one.template.id].file
            one.faults.add(
                ("form",), f"`{one.template.id}` is the form of `{printable(other)}` already; choose another id"
            )
        elif one.template is not None:
            first[one.template.id] = one.faults
    lines = [line for one in loaded for line in one.faults.lines()]
    if lines:
        raise TemplateError("\n".join(lines))
    return tuple(one.template for one in loaded if one.template is not None)


def _load(path: Path) -> _Loaded:
    try:
        raw = read_bytes(path, MAX_BYTES)
    except ScanError as error:
        return _Loaded(None, _single(path, None, _refused(path, error)))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_start = raw.rfind(b"\n", 0, error.start) + 1
        place = Place(raw.count(b"\n", 0, error.start) + 1, error.start - line_start + 1)
        return _Loaded(
            None, _single(path, place, f"this is not UTF-8 (byte 0x{raw[error.start]:02X}); save the file as UTF-8")
        )
    document = parse_yaml(text)
    faults = Faults(str(path), document.keys, document.values, document.faults)
    if not isinstance(document.data, dict):
        if not faults:
            faults.add((), "this is no template: it must begin with `digitizer: 1`")
        return _Loaded(None, faults)
    if _is_newer(document):
        text = f"written for a newer digitizer: format {document.data['digitizer']}, this one knows {FORMAT}; upgrade"
        return _Loaded(None, _single(path, document.values[("digitizer",)], f"digitizer: {text}"))
    return _Loaded(build_template(document.data, raw, NamedFiles(path.parent), faults), faults)


def _is_newer(document: Document) -> bool:
    version = document.data.get("digitizer")
    return isinstance(version, int) and not isinstance(version, bool) and version > FORMAT


def _single(path: Path, place: Place | None, text: str) -> Faults:
    return Faults(str(path), {}, {}, [Fault(place, (), text)])


def _refused(path: Path, error: ScanError) -> str:
    if isinstance(error.__cause__, FileNotFoundError):
        return "there is no such file"
    if path.is_dir():
        return "this is a folder, not a template"
    if error.reason == Reason.EMPTY:
        return "the file is empty; a template begins with `digitizer: 1`"
    if error.reason == Reason.TOO_LARGE:
        return f"more than {MAX_BYTES // 1000} kB, too much for a template"
    return f"cannot be read: {EXPLANATIONS[Reason(error.reason)].meaning}"
