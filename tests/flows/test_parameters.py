"""The parameters of a run: a form that says what is wrong, and a job like that of the command line."""

import inspect
from pathlib import Path

import pytest
from prefect.utilities.callables import parameter_schema
from pydantic import ValidationError

import flows.digitize
from digitizer.job import Job, given_model
from digitizer.policy import AcceptancePolicy
from flows.digitize import digitize_folder_flow
from flows.parameters import DigitizeParameters, Runner, in_words


def test_without_more_the_job_is_that_of_the_command_line() -> None:
    """The chosen model reads, and defaults are the library's: flow and command do not disturb each other."""
    job = DigitizeParameters(scans="in", out="out").job()

    assert job == Job(scans=Path("in"), out=Path("out"), model=given_model(None))


def test_a_url_stays_as_it_is() -> None:
    """A path would lose one of the two slashes."""
    assert DigitizeParameters(scans="s3://bucket/folder").job().scans == "s3://bucket/folder"


def test_a_threshold_stands_above_the_errors_allowed() -> None:
    """The form always sends both."""
    job = DigitizeParameters(scans="in", max_errors="1/10", threshold=0.7).job()

    assert job.policy == AcceptancePolicy(0.7)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"max_errors": "few"}, "max_errors: Not an error rate"),
        ({"workers": "0"}, "workers: Input should be greater than or equal to 1"),
        ({"runner": "spark"}, "runner: Input should be 'threads', 'processes', 'dask' or 'ray'"),
        ({"workesr": "2"}, "workesr: Extra inputs are not permitted"),
        ({"scans": ""}, "scans: String should have at least 1 character"),
    ],
)
def test_what_is_wrong_is_said_by_name(wrong: dict[str, str], words: str) -> None:
    """One line for each parameter, without the library that checks it."""
    with pytest.raises(ValidationError) as error:
        DigitizeParameters.model_validate({"scans": "in"} | wrong)

    assert in_words(error.value).startswith(words)
    assert "pydantic" not in in_words(error.value)


def test_the_page_shows_a_form_with_a_text_for_each_field() -> None:
    """The schema that Prefect's page draws its form from names, explains and bounds each parameter."""
    schema = parameter_schema(digitize_folder_flow.fn).model_dump()
    fields = schema["definitions"]["DigitizeParameters"]["properties"]

    assert list(fields) == list(DigitizeParameters.model_fields)
    assert all(field.get("title") and field.get("description") for field in fields.values())
    assert schema["definitions"]["Runner"]["enum"] == [str(runner) for runner in Runner]


def test_annotations_of_the_flow_are_no_texts() -> None:
    """With postponed annotations every run of a flow that is served would fail on its pydantic parameter."""
    assert "import annotations" not in inspect.getsource(flows.digitize)
    assert digitize_folder_flow.fn.__annotations__["params"] is DigitizeParameters
