"""The report holds what the ledger and the other commands say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.main import get_command

from digitizer.budget.bounds import exact_bounds
from digitizer.budget.text import curve_lines
from digitizer.budget_commands import threshold
from digitizer.cli import app
from digitizer.document import FieldStatus
from digitizer.ledger import review
from digitizer.ledger.ledger import open_ledger
from digitizer.ledger.review import Decision, FieldKey, Screen
from digitizer.report.collect import Collector
from digitizer.report.findings import Attention
from digitizer.report.html import report_html
from digitizer.report.html_next import ENOUGH_TO_LEARN, next_commands
from digitizer.report.words import THIN_SPACE
from digitizer.reporting import make_report
from digitizer.retraining import DIGITS_NEEDED
from tests.ledger.checked import checks_of, put_open, settle, sheet_of
from tests.ledger.readings import of_cell
from tests.ledger.scans_read import PROVENANCE, a_scan, digest_of, read_into
from tests.report.pages_read import POLICY, a_field, a_page, an_unread_page


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Provide results of two fields, one of which somebody has corrected."""
    read_into(tmp_path, a_scan("a.png", "0815"), a_scan("b.png", "12", FieldStatus.REVIEW))
    key = FieldKey(digest_of("b.png"), 1, "comb1")
    with open_ledger(tmp_path) as ledger:
        shown = review.show_field(ledger, key)
        assert shown is not None
        review.decide(ledger, [Decision("1", "anna", Screen.FIELD, key, None, "12", "72", shown.seen)])
    return tmp_path


def test_the_report_and_the_curve_know_the_same(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what people found in what the present network had read."""
    threshold(results)

    with open_ledger(results, writable=False) as ledger:
        budget = make_report(ledger).findings.budget

    assert budget.reviewed.reviewed == 1
    assert list(curve_lines(budget.curve, budget.present)) == capsys.readouterr().out.splitlines()


def test_the_report_and_the_curve_show_the_same(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In each row, but for rounding: the report rounds shares down, errors and minutes up."""
    threshold(results)
    with open_ledger(results, writable=False) as ledger:
        text = report_html(make_report(ledger))

    table = text.partition('<section id="budget">')[2].partition("</section>")[0].replace(THIN_SPACE, "")
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall("<tr.*?</tr>", table)[1:]]
    shown = [(row[0].removesuffix(", now"), row[1], *row[5].split(" and "), row[6]) for row in rows]
    told = re.findall(r"^ *(1/\d+) +(\d+) .* (\d+) and (\d+) +(\d+) +\d+", capsys.readouterr().out, re.MULTILINE)
    assert len(told) == 6
    assert shown == told


def test_the_sample_of_the_last_run_takes_its_time(tmp_path: Path) -> None:
    """Half of what goes straight through is half a field for a person to see: 3 s."""
    scan = a_scan("a.png")
    with open_ledger(tmp_path) as ledger:
        ledger.put_scans([scan], replace(PROVENANCE, qa_share=0.5))

        assert make_report(ledger).findings.budget.now.review_minutes == pytest.approx(0.05)


def test_retraining_is_named_where_it_would_begin() -> None:
    """The report counts as many digits as the command asks for."""
    assert ENOUGH_TO_LEARN == DIGITS_NEEDED


def test_the_next_commands_can_be_typed() -> None:
    """Each of them is one of the command line."""
    collector = Collector(POLICY)
    collector.add(a_page(a_field("a", "7" * ENOUGH_TO_LEARN, 0.5, FieldStatus.CONFIRMED), a_field("b", "1", 0.5)))
    collector.add(an_unread_page("b.pdf", "empty"))

    named = {each.command.split()[1] for each in next_commands(collector.findings())}

    assert {"run", "review", "threshold", "retrain", "export"} == named
    assert named <= set(get_command(app).commands)  # type: ignore[attr-defined] # typer says less than it gives


def test_reviewers_are_told_with_what_they_caught(tmp_path: Path) -> None:
    """As the ledger has it."""
    with open_ledger(tmp_path) as ledger:
        settle(ledger, "1")
        put_open(ledger, 5)
        [check] = checks_of(sheet_of(ledger, "ann"))
        review.decide(ledger, [of_cell(check, "7")])

        assert make_report(ledger).reviewers == (Attention("ann", 1, 0, *exact_bounds(0, 1, 0.05)),)
