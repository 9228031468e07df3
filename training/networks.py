"""The networks: the one that tells digits apart, and the head that tells digits from everything else."""

import keras
from keras import layers

from digitizer.reading.mnist_format import SIZE_PX

FEATURES = "features"
"""Name of the layer whose output the head sees."""
HEAD_WIDTH = 32


def seed_network() -> keras.Model:
    """Build the baseline: two convolutions and a hidden layer, 225 034 parameters.

    Input (N, 28, 28, 1) float32, ink 1 on 0; output (N, 10) probabilities. 98-99 % on MNIST's test set.
    """
    return keras.Sequential(
        [
            layers.Input((SIZE_PX, SIZE_PX, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(name=FEATURES),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.25),
            layers.Dense(10, activation="softmax"),
        ],
        name="seed",
    )


NETWORKS = {"seed": seed_network}


def reject_head(features: int) -> keras.Model:
    """Build the head that scores how little a crop looks like a digit: (N, features) -> (N, 1) log-odds."""
    return keras.Sequential(
        [
            layers.Input((features,)),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(HEAD_WIDTH, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(1),
        ],
        name="head",
    )


def feature_network(network: keras.Model) -> keras.Model:
    """Return the part of a network up to its features: (N, 28, 28, 1) -> (N, features)."""
    return keras.Model(network.inputs, network.get_layer(FEATURES).output)


def reader_network(network: keras.Model, head: keras.Model) -> keras.Model:
    """Join both: `images` (N, 28, 28, 1) -> `probabilities` (N, 10) and `not_a_digit` (N, 1) log-odds."""
    images = layers.Input((SIZE_PX, SIZE_PX, 1), name="images")
    probabilities = layers.Identity(name="probabilities")(network(images))
    score = layers.Identity(name="not_a_digit")(head(feature_network(network)(images)))
    return keras.Model(images, [probabilities, score])
