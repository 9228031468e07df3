"""What fine-tuning shows the network: crops of several sources in fixed shares, distorted anew every time."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset import as_input
from training.distortion import distorted

Image = NDArray[np.uint8]
Batch = tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.uint8]]
"""(N, 28, 28, 1) float32 images, ink 1; (N,) uint8 labels; (N,) uint8, of which source each is."""

AHEAD = 4
"""Batches that are made while the network learns from another."""


@dataclass(frozen=True, slots=True)
class Source:
    """Crops of one kind.

    Attributes
    ----------
    images, labels
        (N, 28, 28) uint8, ink 255, and (N,) uint8; N > 0.
    share
        0-1, of what is shown.
    distortion
        How much each is distorted, see `training.distortion`.
    """

    images: Image
    labels: NDArray[np.uint8]
    share: float
    distortion: float


@dataclass(frozen=True, slots=True)
class Mix:
    """Epochs of batches.

    Attributes
    ----------
    sources
        Their shares sum to 1.
    steps
        Batches of an epoch.
    batch
        Crops of a batch.
    seed
        Of order and distortion.
    """

    sources: Sequence[Source]
    steps: int
    batch: int
    seed: int

    def __call__(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of an epoch while the next ones are made."""
        kinds, places = self.order(epoch)
        with ThreadPoolExecutor(1) as ahead:
            waiting: deque[Future[Batch]] = deque()
            for step in range(self.steps):
                these = slice(step * self.batch, (step + 1) * self.batch)
                waiting.append(ahead.submit(self._batch, (self.seed, epoch, step), kinds[these], places[these]))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def order(self, epoch: int) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
        """Choose what an epoch shows: (steps * batch,) the source of each crop, and its place in it.

        Each crop of a source is shown as often as any other, give or take one.
        """
        rng = np.random.default_rng((self.seed, epoch))
        total = self.steps * self.batch
        ends = np.rint(np.cumsum([source.share for source in self.sources]) * total).astype(int)
        counts = np.diff(ends, prepend=0)
        kinds = np.repeat(np.arange(len(self.sources), dtype=np.uint8), counts)
        places = [_dealt(len(source.labels), count, rng) for source, count in zip(self.sources, counts, strict=True)]
        shuffled = rng.permutation(len(kinds))
        return kinds[shuffled], np.concatenate(places)[shuffled]

    def _batch(self, seed: tuple[int, int, int], kinds: NDArray[np.uint8], places: NDArray[np.intp]) -> Batch:
        rng = np.random.default_rng(seed)
        images = np.empty((len(kinds), *self.sources[0].images.shape[1:]), np.uint8)
        labels = np.empty(len(kinds), np.uint8)
        for kind, source in enumerate(self.sources):
            mine = kinds == kind
            images[mine] = distorted(source.images[places[mine]], rng, source.distortion)
            labels[mine] = source.labels[places[mine]]
        return as_input(images), labels, kinds


def _dealt(size: int, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Deal `count` places of `size`, going through all of them before any comes again."""
    rounds = [rng.permutation(size) for _ in range(-(-count // size))]
    return np.concatenate([np.zeros(0, np.intp), *rounds])[:count]
