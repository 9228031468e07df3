"""Fine-tuning: a trained network goes on learning, at a low rate, from a mix of new crops and of what it knows."""

import sys
import time

import keras
import numpy as np

from digitizer.reading.classifier import COLUMNS
from training.fit import make_optimizer
from training.recipe import Course
from training.retrain_mix import Mix


def fine_tune(network: keras.Model, mix: Mix, course: Course) -> keras.Model:
    """Train a network further, in place.

    The weights left lie between those of before and the moving average of those on the way (Wortsman et al., "Robust
    fine-tuning of zero-shot models", CVPR 2022).
    """
    before = network.get_weights()
    network.compile(
        make_optimizer(course.recipe(), course.epochs * mix.steps),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    targets = np.eye(COLUMNS, dtype=np.float32)
    for epoch in range(course.epochs):
        begin = time.monotonic()
        losses = [float(network.train_on_batch(images, targets[labels])) for images, labels, _ in mix(epoch)]
        line = f"epoch {epoch + 1} of {course.epochs}: loss {np.mean(losses):.4f}; {time.monotonic() - begin:.0f} s"
        print(line, file=sys.stderr, flush=True)
    network.optimizer.finalize_variable_values(network.trainable_variables)
    learned = network.get_weights()
    network.set_weights([old + course.blend * (new - old) for old, new in zip(before, learned, strict=True)])
    return network
