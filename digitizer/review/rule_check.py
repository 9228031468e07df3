"""Whether what a person types obeys the template's rules, where the template is at hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digitizer.ledger.ledger import Ledger
from digitizer.ledger.review import FieldKey
from digitizer.review.page_facts import PageFacts, page_facts
from digitizer.rules.evidence import value_of
from digitizer.rules.law import law_of

if TYPE_CHECKING:
    from digitizer.forms.template import FormField, FormPage, Template


class RuleCheck:
    """Rules of some templates; without templates it knows of none."""

    def __init__(self, ledger: Ledger, templates: "Sequence[Template]" = ()) -> None:
        self._ledger = ledger
        self._sides = {(side.form, side.number): side for template in templates for side in template.pages}

    def broken(self, key: FieldKey, symbols: str) -> list[str] | None:
        """Name what a field's value would break; None if no rule is known to speak of the field.

        Rules over several fields are heard with what stands in the others now.
        """
        page = page_facts(self._ledger, key) if self._sides else None
        side = None if page is None else self._sides.get((page.form, page.side or 1))
        field = None if side is None else next((each for each in side.fields if each.name == key.field), None)
        if page is None or side is None or field is None:
            return None
        across = [rule for rule in side.rules if key.field in rule.fields]
        if not field.rules and not field.required and not across:
            return None
        value = value_of(symbols)
        return [*_own(field, value), *_across(side, page, key.field, value)]


def load_rules(ledger: Ledger, template: Path | None) -> RuleCheck:
    """Take the rules of a template or of a folder of templates.

    Raises
    ------
    TemplateError
        If one is missing or wrong.
    """
    if template is None:
        return RuleCheck(ledger)
    from digitizer.forms.files.load import load_templates  # YAML and its checks are needed only where there are some

    return RuleCheck(ledger, load_templates(template))


def _own(field: "FormField", value: str) -> list[str]:
    if not value:
        return ["something has to stand here"] if field.required else []
    rule = law_of(tuple(field.rules)).broken_by(value)
    return [rule] if rule else []


def _across(side: "FormPage", page: PageFacts, name: str, value: str) -> list[str]:
    values = page.values | {name: value}
    broken = [rule for rule in side.rules if name in rule.fields and not rule.holds(values)]
    return [f"{rule.name} (with {', '.join(each for each in rule.fields if each != name)})" for rule in broken]
