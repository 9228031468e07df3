"""The JSON schema that editors check templates with."""

import json
from typing import Any

from digitizer.forms.files.schema import CROSS_RULES, FIDUCIAL_KINDS, FIELD_KINDS, SCHEMA_FILE, schema_text
from digitizer.forms.files.schema_rules import FieldRules


def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = json.loads(schema_text())["$defs"]
    return definitions


def test_the_shipped_schema_is_that_of_the_models() -> None:
    """After a change: `digitizer template schema > digitizer/forms/template.schema.json`."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_every_key_is_described() -> None:
    """An editor shows what a key means."""
    parts = [json.loads(schema_text()), *_definitions().values()]
    undescribed = {key for part in parts for key, value in part["properties"].items() if "description" not in value}

    assert undescribed <= {"kind", "rules"}  # the kind says itself, `rules` refers to its own part


def test_keys_that_are_no_keys_are_refused() -> None:
    """An editor marks what is misspelt."""
    for model in (*FIELD_KINDS.values(), *FIDUCIAL_KINDS.values(), *CROSS_RULES.values(), FieldRules):
        assert _definitions()[model.__name__]["additionalProperties"] is False


def test_keys_may_be_left_out_but_not_left_empty() -> None:
    """As in loading, null stands only for a page without an image or code."""
    schema = json.loads(schema_text())

    assert "null" not in json.dumps(_definitions())
    assert [key for key, value in schema["properties"].items() if "null" in json.dumps(value)] == ["reference", "code"]
    assert schema["required"] == ["digitizer", "form", "page", "fields"]


def test_short_forms_are_allowed() -> None:
    """A length may be one number, a list one name, a reference one file."""
    rules = _definitions()["FieldRules"]["properties"]

    assert {"type": "integer", "minimum": 1} in rules["length"]["anyOf"]
    assert {"type": "string"} in rules["list"]["anyOf"]
    assert {"type": "string"} in json.loads(schema_text())["properties"]["reference"]["anyOf"]
