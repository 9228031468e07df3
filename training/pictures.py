"""Pictures as small PNG files."""

from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

DPI = 90
COLOURS = 64


def save_picture(figure: Figure, path: Path) -> None:
    """Write a PNG with a small palette: a picture of a few colours needs no more."""
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    with Image.open(path) as full:
        full.convert("RGB").quantize(COLOURS).save(path, optimize=True)
