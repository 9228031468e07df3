"""What may stand in the rules of a template file: pydantic models, and what those of all its parts have in common."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[tuple[Text, ...], Field(min_length=2)]
DigitCount = Annotated[int, Field(ge=1)]
Bound = Annotated[int, Field(ge=0)]


def _as_pair(value: object) -> object:
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_file(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


Lengths = Annotated[
    tuple[DigitCount, DigitCount],
    BeforeValidator(_as_pair),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2},
            ]
        }
    ),
]


class WithoutNull(GenerateJsonSchema):
    """The JSON schema of a part in which a key that may be left out may not be left empty."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out a default that only means that the key is missing."""
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        """Leave out titles, which only repeat the key."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Leave out null."""
        return self.generate_inner(schema["schema"])


class Part(BaseModel):
    """A part of a template file: unknown keys are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ListFile(Part):
    """A column of a CSV file."""

    file: Text = Field(description="CSV file in UTF-8, relative to the template.", examples=["roster.csv"])
    column: Text | None = Field(None, description="Heading of the column; without it the file has one column.")


class FieldRules(Part):
    """Laws for the value of one field."""

    length: Lengths | None = Field(None, description="Digits: exactly 7, or [5, 7].", examples=[7, [5, 7]])
    range: tuple[Bound, Bound] | None = Field(None, description="Lowest and highest value.", examples=[[0, 100]])
    pattern: Text | None = Field(None, description="Regular expression for the whole value.", examples=["2[0-9]{6}"])
    date: Text | None = Field(None, description="Any order of DD, MM, and YYYY or YY.", examples=["DDMMYYYY"])
    list: (
        Annotated[
            ListFile,
            BeforeValidator(_as_file),
            WithJsonSchema({"anyOf": [{"type": "string"}, ListFile.model_json_schema(schema_generator=WithoutNull)]}),
        ]
        | None
    ) = Field(
        None,
        description="CSV file of all allowed values.",
        examples=["codes.csv", {"file": "roster.csv", "column": "student"}],
    )
    check: Text | None = Field(
        None, description="Number format of python-stdnum.", examples=["luhn", "us.rtn", "verhoeff"]
    )
    postal_code: Text | None = Field(None, description="Country, as ISO 3166 writes it.", examples=["DE"])


class SumRule(Part):
    """Fields that add up to another."""

    name: Name = Field(description="What `reason` says where it is broken.", examples=["total"])
    sum: tuple[Text, ...] = Field(min_length=1, description="Fields that are added.", examples=[["q1", "q2"]])
    equals: Text = Field(description="The field of their sum.", examples=["total"])


class EqualRule(Part):
    """Fields that say the same."""

    name: Name = Field(description="What `reason` says where it is broken.", examples=["twice"])
    equal: Names = Field(description="Fields that say the same.", examples=[["amount", "amount_again"]])


class AscendingRule(Part):
    """Fields of which none is less than the one before."""

    name: Name = Field(description="What `reason` says where it is broken.", examples=["order"])
    ascending: Names = Field(description="Fields, the smallest first.", examples=[["begin", "end"]])
