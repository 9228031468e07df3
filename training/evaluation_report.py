"""The figures of an evaluation as Markdown: a column for each network, a row for each measure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.crop_sets import CropSet
from training.metrics import (
    COVERAGES,
    SURE,
    accuracy,
    auroc,
    calibration_error,
    digit_confidence,
    error_at_coverage,
    read_as_no_digit,
    share_sure,
)
from training.readings import Material, Readings, errors

FEW_NAMES = 20
"""Up to so many groups of a set have rows of their own."""
LOOK_ALIKES = 12
"""So many classes of a set that most often pass for digits are named."""

Row = tuple[str, list[str]]


def report(material: Material, networks: Sequence[Readings], pictures: Sequence[tuple[str, str]]) -> str:
    """Write the report.

    Parameters
    ----------
    networks
        What each network read, in the order of their columns.
    pictures
        Caption and path, from where the report lies.
    """
    titles = [each.title for each in networks]
    parts = [
        "# Networks compared\n\nWritten by `python -m training.evaluate`. The drawn sets come from the generator"
        " that training uses, with MNIST's test digits. A digit that is read as no digit is not right; errors at a"
        " coverage are wrong digits among that share of the crops which the network is surest of.",
        table(
            ["", *titles],
            [
                *_mnist_rows(material, networks),
                *_corruption_means(material, networks),
                *_digit_rows(material, networks),
                *_size_rows(networks),
            ],
        ),
        "## Corruptions\nWrong readings of the MNIST test set with the corruptions of MNIST-C (Mu and Gilmer, 2019):"
        " brought to MNIST format, as all that is read, and as it is, as others publish it. In MNIST format a digit on"
        " a spoilt background is small, for the background is taken for ink unless it is wider than strokes.",
        table(["corruption", *_each(titles, "normalised", "as it is")], _corruption_rows(material, networks)),
        f"## Ink that is no digit\n*sure* is the share that is over {SURE:g} sure of one digit, *refused* the share"
        " that is read as no digit, AUROC how well the confidence in a digit tells it from MNIST's test digits.",
        table(["set", "crops", *_each(titles, "AUROC", "sure", "refused")], _negative_rows(material, networks)),
        *_look_alikes(material, networks),
        "## Time\nCPU time on one thread: for a crop, in large batches; from the start of Python to the first reading.",
        table(["", *titles], _time_rows(networks)),
        *(f"![{caption}]({path})" for caption, path in pictures),
    ]
    return "\n\n".join(parts) + "\n"


def table(header: Sequence[str], rows: Sequence[Row]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *([name, *cells] for name, cells in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _mnist_rows(material: Material, networks: Sequence[Readings]) -> list[Row]:
    labels = material.mnist.labels
    read = [each.probabilities[material.mnist] for each in networks]
    return [
        ("MNIST test: accuracy", [_percent(accuracy(one, labels)) for one in read]),
        ("MNIST test: calibration error", [_percent(calibration_error(one, labels)) for one in read]),
        *(
            (
                f"MNIST test: error at {share:.0%} coverage",
                [_percent(error_at_coverage(one, labels, share)) for one in read],
            )
            for share in COVERAGES
        ),
        ("MNIST test: read as no digit", [f"{read_as_no_digit(one).sum()} of {len(labels)}" for one in read]),
    ]


def _corruption_means(material: Material, networks: Sequence[Readings]) -> list[Row]:
    kinds = {"normalised": material.corruptions, "as it is": material.raw_corruptions}
    return [
        (f"MNIST-C {name}: mean error", [_percent(float(np.mean(errors(each, sets)))) for each in networks])
        for name, sets in kinds.items()
    ]


def _digit_rows(material: Material, networks: Sequence[Readings]) -> list[Row]:
    rows = []
    for each in material.digits:
        read = [network.probabilities[each] for network in networks]
        rows.append((f"{each.name}: accuracy", [_percent(accuracy(one, each.labels)) for one in read]))
        rows.append(
            (f"{each.name}: calibration error", [_percent(calibration_error(one, each.labels)) for one in read])
        )
    return rows


def _size_rows(networks: Sequence[Readings]) -> list[Row]:
    return [
        ("parameters", [f"{each.cost.parameters:,}".replace(",", " ") for each in networks]),
        ("size of the ONNX file", [f"{each.cost.size_bytes / 1000:.0f} kB" for each in networks]),
    ]


def _corruption_rows(material: Material, networks: Sequence[Readings]) -> list[Row]:
    kinds = (material.corruptions, material.raw_corruptions)
    columns = [errors(each, sets) for each in networks for sets in kinds]
    names = [*(each.name for each in material.corruptions), "**mean**"]
    shares = zip(*([*column, float(np.mean(column))] for column in columns), strict=True)
    return [(name, [_percent(share) for share in row]) for name, row in zip(names, shares, strict=True)]


def _negative_rows(material: Material, networks: Sequence[Readings]) -> list[Row]:
    """Write a row for each set and, where there are few, for each group of its names."""
    rows = []
    for each in [*material.drawn, *material.not_digits]:
        groups = np.array([name.split("/")[0] for name in each.names], np.str_)
        kinds = np.unique(groups)
        parts = [(each.name, np.ones(len(each.crops), bool))]
        if len(kinds) <= FEW_NAMES:
            parts += [(f"{each.name}: {kind}", groups == kind) for kind in kinds]
        rows += [_negative_row(name, chosen, each, material, networks) for name, chosen in parts]
    return rows


def _negative_row(
    name: str, chosen: NDArray[np.bool_], each: CropSet, material: Material, networks: Sequence[Readings]
) -> Row:
    cells = [str(chosen.sum())]
    for network in networks:
        read = network.probabilities[each][chosen]
        area = auroc(read, network.probabilities[material.mnist])
        cells += [f"{area:.4f}", _percent(share_sure(read)), _percent(float(read_as_no_digit(read).mean()))]
    return name, cells


def _look_alikes(material: Material, networks: Sequence[Readings]) -> list[str]:
    """Name the classes of each set that most often pass for digits, and for which."""
    lines = []
    for each in material.not_digits:
        if len(each.names):
            lines += [
                f"- {each.name}, {network.title}: {_pass_for_digits(each.names, network.probabilities[each])}"
                for network in networks
            ]
    head = f"Which classes are most often over {SURE:g} sure of a digit, how many of how many, and mostly of which:\n"
    return [head + "\n".join(lines)] if lines else []


def _pass_for_digits(names: NDArray[np.str_], read: NDArray[np.float32]) -> str:
    sure = digit_confidence(read) > SURE
    classes, totals = np.unique(names, return_counts=True)
    passed = np.array([(names[sure] == name).sum() for name in classes])
    digits = read.argmax(axis=1)
    return ", ".join(
        f"{classes[i]} {passed[i]}/{totals[i]} ({np.bincount(digits[sure & (names == classes[i])]).argmax()})"
        for i in np.argsort(-passed, kind="stable")[:LOOK_ALIKES]
        if passed[i]
    )


def _time_rows(networks: Sequence[Readings]) -> list[Row]:
    return [
        ("a crop", [f"{each.cost.crop_us:.0f} µs" for each in networks]),
        ("first reading", [f"{each.cost.first_reading_s:.2f} s" for each in networks]),
    ]


def _each(titles: Sequence[str], *measures: str) -> list[str]:
    """Head a column for each network and measure."""
    return [f"{title}: {measure}" for title in titles for measure in measures]


def _percent(share: float) -> str:
    return f"{share:.2%}"
