"""How well forms are found on pages that lie askew, are photographed or curl: `python -m benchmarks.registration`.

Filled sheets of the sample forms are seen through random warps (see `benchmarks.warps`), registered with one template
each, and their fields placed; the truth is exact. Then pages that are none of the forms, and the time against how many
templates there are.
"""

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.boxes import CONDITIONS, draw
from benchmarks.warps import FORMS, Seen, blank_sheet, filled_sheet, form_page, see, some_warp
from digitizer.form_pages import boxes_on
from digitizer.forms.registering.identify import identify
from digitizer.forms.registering.place import place_fields
from digitizer.forms.registering.registration import Registration, Unregistered
from digitizer.forms.template import FormPage
from samples.digits import bundled_pool

DPI = 150.0
CLOSE_MM, WRONG_MM = 0.5, 2.0
"""A cell's centre that is off by less is right; a page with one that is off by more is wrong."""
TEMPLATES = (1, 10, 50)


@dataclass(slots=True)
class Tally:
    """What became of some pages of one form; `off_mm` of every cell's centre, times in ms of CPU."""

    pages: int = 0
    rejected: int = 0
    wrong: int = 0
    off_mm: list[float] = field(default_factory=list)
    identify_ms: list[float] = field(default_factory=list)
    place_ms: list[float] = field(default_factory=list)


def pages_of(form: str, count: int, seed: int, *, squares: bool = False) -> Iterator[Seen]:
    """Draw filled sheets of a form as random warps show them."""
    for number in range(count):
        rng = np.random.default_rng([seed, list(FORMS).index(form), number])
        yield see(filled_sheet(form, rng, squares=squares), some_warp(rng), DPI, bundled_pool(rng), rng)


def measure(form: str, count: int, seed: int, *, squares: bool) -> tuple[Tally, Tally]:
    """Register some pages of a form by a template without its blank form and by one with; the truth is exact."""
    sheet = blank_sheet(form, squares=squares)
    tallies = Tally(), Tally()
    templates = [form_page(sheet, form, reference=reference, squares=squares) for reference in (False, True)]
    for seen in pages_of(form, count, seed, squares=squares):
        quads = boxes_on(seen.pixels)
        for template, tally in zip(templates, tallies, strict=True):
            _register(template, seen, quads, tally)
    return tallies


def _register(template: FormPage, seen: Seen, quads: NDArray[np.float64], tally: Tally) -> None:
    """Register one page, and add what became of it."""
    found, spent_ms = _timed_identify(seen.pixels, quads, [template])
    tally.pages += 1
    tally.identify_ms.append(spent_ms)
    if isinstance(found, Unregistered):
        tally.rejected += 1
        return
    started = time.process_time()
    placed = place_fields(found, seen.pixels)
    tally.place_ms.append(1e3 * (time.process_time() - started))
    middles = np.array([cell.quad.mean(axis=0) for one in placed for cell in one.cells])
    truth = np.concatenate(seen.quads).mean(axis=1)
    on_page = ((truth >= 0) & (truth < seen.pixels.shape[::-1])).all(axis=1)
    off_mm = (np.linalg.norm(middles - truth, axis=1) / seen.px_per_mm)[on_page]
    tally.off_mm += off_mm.tolist()
    tally.wrong += int(off_mm.max(initial=0.0) > WRONG_MM)


def _timed_identify(
    pixels: NDArray[np.uint8], quads: NDArray[np.float64], templates: Sequence[FormPage]
) -> tuple[Registration | Unregistered, float]:
    started = time.process_time()
    found = identify(pixels, quads, templates)
    return found, 1e3 * (time.process_time() - started)


def print_forms(count: int, seed: int) -> None:
    """Print a Markdown table: a row for each form and what its template says."""
    print("| form | template | cells within 0.5 mm | worst, mm | pages | rejected | wrong | identify, ms | place, ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    for form in FORMS:
        for squares in (False, True):
            for name, tally in zip(("", ", blank form"), measure(form, count, seed, squares=squares), strict=True):
                off_mm = np.array(tally.off_mm or [np.nan])
                print(
                    f"| {form} | boxes{squares * ', squares'}{name} | {np.mean(off_mm < CLOSE_MM):.2%} "
                    f"| {off_mm.max():.2f} | {tally.pages} | {tally.rejected} | {tally.wrong} "
                    f"| {np.median(tally.identify_ms):.0f} | {np.median(tally.place_ms or [np.nan]):.0f} |",
                    flush=True,
                )


def print_negatives(others: int, nothing: int, seed: int) -> None:
    """Print how many pages that are no form of the folder are taken for one."""
    print("\n| pages | registered, template without blank form | with blank form |\n|---|---|---|")
    alone = [[form_page(blank_sheet(form), form, reference=reference) for form in FORMS] for reference in (False, True)]
    for name, total, pages in (
        ("other forms", others, _other_forms(seed)),
        ("blank, black and noise", nothing, _no_forms(seed)),
    ):
        wrong = [0, 0]
        for own, pixels in itertools.islice(pages, total):
            quads = boxes_on(pixels)
            for place, templates in enumerate(alone):
                rest = [template for template in templates if template.form != own]
                wrong[place] += isinstance(identify(pixels, quads, rest), Registration)
        print(f"| {total} {name} | {wrong[0]} | {wrong[1]} |", flush=True)


def _other_forms(seed: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Pages of the sample forms, to be read with the templates of the others, and pages of no form at all."""
    for number in itertools.count():
        for form in FORMS:
            rng = np.random.default_rng([seed, 1, number, list(FORMS).index(form)])
            yield form, see(filled_sheet(form, rng), some_warp(rng), DPI, bundled_pool(rng), rng).pixels
        yield "", draw(CONDITIONS[0], np.random.default_rng([seed, 2, number])).pixels


def _no_forms(seed: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    rng = np.random.default_rng([seed, 3])
    shape = 1754, 1240
    while True:
        yield "", np.full(shape, 250, np.uint8)
        yield "", np.full(shape, 3, np.uint8)
        yield "", rng.integers(0, 256, shape).astype(np.uint8)
        yield "", np.asarray(cv2.GaussianBlur(rng.integers(0, 256, shape).astype(np.uint8), (0, 0), 4.0), np.uint8)


def many_templates(count: int, seed: int) -> list[FormPage]:
    """Give so many templates: the sample forms, and others of the same combs at other places."""
    pages = [form_page(blank_sheet(form), form) for form in FORMS]
    rng = np.random.default_rng([seed, 4])
    while len(pages) < count:
        like = pages[len(pages) % len(FORMS)]
        fields = tuple(
            replace(one, quads_mm=one.quads_mm + rng.uniform(-8, 8, 2)) for one in like.fields if rng.random() < 0.8
        )
        pages.append(replace(like, form=f"form_{len(pages)}", fields=fields or like.fields, reference=None))
    return pages[:count]


def print_times(count: int, seed: int) -> None:
    """Print the time to identify a page against the number of templates, its own among them, and what it was taken for.

    Other templates have the same combs, and no blank form.
    """
    print("\n| templates | identify, ms of CPU | mean | right | rejected | wrong |\n|---|---|---|---|---|---|")
    every = many_templates(max(TEMPLATES), seed)
    pages = [(form, seen.pixels) for form in FORMS for seen in pages_of(form, count, seed)]
    for number in TEMPLATES:
        spent_ms: list[float] = []
        taken_for: list[str] = []
        for form, pixels in pages:
            own = [page for page in every if page.form == form]
            templates = [*own, *(page for page in every if page.form != form)][:number]
            found, one_ms = _timed_identify(pixels, boxes_on(pixels), templates)
            spent_ms.append(one_ms)
            taken_for.append(found.page.form if isinstance(found, Registration) else "")
        right = np.mean([name == form for name, (form, _) in zip(taken_for, pages, strict=True)])
        rejected = np.mean([not name for name in taken_for])
        print(
            f"| {number} | {np.median(spent_ms):.0f} | {np.mean(spent_ms):.0f} | {right:.1%} | {rejected:.1%} "
            f"| {1 - right - rejected:.1%} |",
            flush=True,
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print three Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="pages of each form and template")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    print_forms(options.count, options.seed)
    print_negatives(max(1, options.count // 2), max(1, options.count // 4), options.seed)
    print_times(max(1, options.count // 10), options.seed)


if __name__ == "__main__":
    main()
