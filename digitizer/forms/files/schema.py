"""What may stand in a template file: pydantic models of its parts, and the JSON schema that editors check it with."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema

from digitizer.document import AUTO_FORM
from digitizer.forms.files.schema_rules import (
    AscendingRule,
    EqualRule,
    FieldRules,
    Name,
    Part,
    SumRule,
    Text,
    WithoutNull,
)

FORMAT = 1
"""Version of the template format that this release reads."""
MAX_PAGES = 100
MAX_CELLS = 5000
"""Of a whole template: the densest census sheets have about a thousand on a page."""
MAX_DIGITS = 50
"""In one box."""
APRILTAG_36H11_TAGS = 587
SCHEMA_FILE = Path(__file__).parents[1] / "template.schema.json"

Finite = Annotated[float, Field(allow_inf_nan=False)]
Distance = Annotated[Finite, Field(ge=0)]
Extent = Annotated[Finite, Field(gt=0)]
Count = Annotated[int, Field(ge=1, le=MAX_CELLS)]
PageNumber = Annotated[int, Field(ge=1, le=MAX_PAGES, description="The page that it is on, from 1.")]


def _not_auto(form: str) -> str:
    if form == AUTO_FORM:
        raise ValueError(f"`{AUTO_FORM}` stands for pages read without a template; choose another id")
    return form


def _not_every_code(code: str) -> str:
    if code == "*":
        raise ValueError("`*` alone fits every code; write what stands before it")
    return code


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Code = Annotated[Text, AfterValidator(_not_every_code)]
FormId = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60, json_schema_extra={"not": {"const": AUTO_FORM}}),
    AfterValidator(_not_auto),
]
_ListedPages = (
    Field(min_length=1, max_length=MAX_PAGES),
    BeforeValidator(_as_list),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "null"]}, "minItems": 1}]}
    ),
)
FilePerPage = Annotated[tuple[Text | None, ...], *_ListedPages]
CodePerPage = Annotated[tuple[Code | None, ...], *_ListedPages]


class FieldPart(Part):
    """What fields of every kind have."""

    name: Name = Field(description="What the results call it; unique.", examples=["student"])
    page: PageNumber = 1
    at: tuple[Finite, Finite, Extent, Extent] = Field(
        description="Left, top, width, height of the whole, along the middle of the printed frames.",
        examples=[[66, 90, 78.2, 10]],
    )
    label: str = Field("", max_length=500, description="What is printed beside it.", examples=["Student number"])
    required: bool = Field(False, description="Whether a person must look if nothing is written.", examples=[True])


class Comb(FieldPart):
    """A row of boxes, a digit each."""

    kind: Literal["comb"]
    cells: Count = Field(description="Number of boxes.", examples=[7])
    gap: Distance = Field(0, description="Between one box and the next.", examples=[2.2])
    rules: FieldRules | None = None


class Grid(FieldPart):
    """Rows of combs."""

    kind: Literal["grid"]
    rows: Count = Field(description="Number of rows.", examples=[9])
    columns: Count = Field(description="Boxes in a row.", examples=[9])
    gap: Distance = Field(0, description="Between one column and the next.", examples=[2.2])
    row_gap: Distance = Field(0, description="Between one row and the next.", examples=[3])
    rules: FieldRules | None = None


class Box(FieldPart):
    """One frame around a whole number."""

    kind: Literal["box"]
    digits: int = Field(ge=1, le=MAX_DIGITS, description="Most digits that it holds.", examples=[6])
    rules: FieldRules | None = None


class Mark(FieldPart):
    """A tick box."""

    kind: Literal["mark"]


class FiducialPart(Part):
    """What printed marks of every kind have."""

    page: PageNumber = 1
    centre: tuple[Finite, Finite] = Field(description="x and y of its centre.", examples=[[12, 12]])
    size: Extent = Field(description="Its side.", examples=[10])


class AprilTag(FiducialPart):
    """AprilTag of the family 36h11, measured without its white border."""

    kind: Literal["apriltag"]
    id: int = Field(ge=0, lt=APRILTAG_36H11_TAGS, description="Number of the tag.", examples=[0])


class Square(FiducialPart):
    """A full black square."""

    kind: Literal["square"]


class FormHead(Part):
    """The keys of a template file, its parts unchecked."""

    digitizer: int = Field(ge=FORMAT, le=FORMAT, description="Version of the template format.", examples=[FORMAT])
    form: FormId = Field(description="Id of the form, in the column `form` of the results.", examples=["exam-cover"])
    version: int = Field(1, ge=1, description="Version of the form.", examples=[1])
    title: str = Field("", max_length=500, description="For people.", examples=["Cover sheet of an exam"])
    unit: Literal["mm", "in", "px"] = Field(
        "mm", description="Unit of all lengths; px of the reference image, with `page` in mm.", examples=["mm"]
    )
    page: tuple[Extent, Extent] = Field(description="Width and height of a page.", examples=[[210, 297]])
    reference: FilePerPage | None = Field(
        None,
        description="Image of the blank form, spanning exactly the page; a list for several pages.",
        examples=["exam-cover.png", ["front.png", None]],
    )
    code: CodePerPage | None = Field(
        None,
        description="What the page's QR code or Code 128 says, * at its end for anything; a list for several pages.",
        examples=["EXAM-2026*"],
    )
    fiducials: tuple[Any, ...] = Field((), description="Printed marks that a page is registered by.")
    fields: tuple[Any, ...] = Field(min_length=1, description="Answers on the form.")
    rules: tuple[Any, ...] = Field((), description="Laws for several fields of one page.")


FieldEntry = Comb | Grid | Box | Mark
FiducialEntry = AprilTag | Square
CrossRuleEntry = SumRule | EqualRule | AscendingRule

FIELD_KINDS: Mapping[str, type[FieldEntry]] = MappingProxyType({"comb": Comb, "grid": Grid, "box": Box, "mark": Mark})
FIDUCIAL_KINDS: Mapping[str, type[FiducialEntry]] = MappingProxyType({"apriltag": AprilTag, "square": Square})
CROSS_RULES: Mapping[str, type[CrossRuleEntry]] = MappingProxyType(
    {"sum": SumRule, "equal": EqualRule, "ascending": AscendingRule}
)


def _described(key: str, default: Any, **limits: Any) -> Any:
    return Field(default, description=FormHead.model_fields[key].description, **limits)


class _FormFile(FormHead):
    """A template: what a printed form looks like, and what its fields may hold."""

    fiducials: tuple[Annotated[FiducialEntry, Field(discriminator="kind")], ...] = _described("fiducials", ())
    fields: tuple[Annotated[FieldEntry, Field(discriminator="kind")], ...] = _described("fields", ..., min_length=1)
    rules: tuple[CrossRuleEntry, ...] = _described("rules", ())


def schema_text() -> str:
    """Return the JSON schema (draft 2020-12) of a template file, as it stands in `SCHEMA_FILE`."""
    schema = _FormFile.model_json_schema(schema_generator=WithoutNull)
    return (
        json.dumps({"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "digitizer template"}, indent=2)
        + "\n"
    )
