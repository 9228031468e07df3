"""The networks: the plain one that others are compared with, and the one that reads."""

import keras
import numpy as np
from keras import layers

from digitizer.reading.classifier import COLUMNS
from digitizer.reading.mnist_format import SIZE_PX

CHANNELS = (32, 48, 64, 96, 128)
"""Of the five convolutions of the default network."""
DIGITS = 10
"""Logits of a network that knows nothing else."""


def seed_network() -> keras.Model:
    """Build the baseline: two convolutions and a hidden layer, 225 034 parameters.

    Input (N, 28, 28, 1) float32, ink 1 on 0; output (N, 10) logits. 98-99 % on MNIST's test set.
    """
    return keras.Sequential(
        [
            layers.Input((SIZE_PX, SIZE_PX, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.25),
            layers.Dense(DIGITS),
        ],
        name="seed",
    )


def default_network() -> keras.Model:
    """Build the network that reads: five convolutions and a depthwise one over all that is left.

    Input (N, 28, 28, 1) float32, ink 1 on 0; output (N, 12) logits. Batch normalisation (Ioffe and Szegedy, ICML
    2015) learns no scale: the next convolution has one, and without it the whole of pooling, normalisation and ReLU is
    a convolution with a bias once trained (`fused`). The depthwise layer weighs each place of each channel by
    itself: a global average with learnt weights.
    """
    first, second, third, fourth, fifth = CHANNELS
    return keras.Sequential(
        [
            layers.Input((SIZE_PX, SIZE_PX, 1)),
            *_block(first, 5, "valid", pooled=True),
            *_block(second, 3, "valid"),
            *_block(third, 3, "same", pooled=True),
            *_block(fourth, 3, "same"),
            *_block(fifth, 3, "same"),
            layers.DepthwiseConv2D(5, use_bias=False),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(COLUMNS),
        ],
        name="default",
    )


NETWORKS = {"seed": seed_network, "default": default_network}


def fused(network: keras.Model) -> keras.Model:
    """Fold each batch normalisation into the convolution before it: the same function, in fewer steps.

    A maximum over px commutes with dividing by a positive number and adding another, so pooling may lie between.
    """
    stack: list[keras.Layer] = [layers.Input((SIZE_PX, SIZE_PX, 1), name="images")]
    weights: list[list[np.ndarray]] = [[]]
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            place = max(i for i, before in enumerate(stack) if type(before) is layers.Conv2D)
            beta, mean, variance = layer.get_weights()
            deviation = np.sqrt(variance + layer.epsilon)
            weights[place] = [weights[place][0] / deviation, beta - mean / deviation]
        elif not isinstance(layer, layers.Dropout):
            settings = layer.get_config() | ({"use_bias": True} if type(layer) is layers.Conv2D else {})
            stack.append(type(layer).from_config(settings))
            weights.append(layer.get_weights())
    folded = keras.Sequential(stack, name=network.name)
    for layer, values in zip(folded.layers, weights[1:], strict=True):
        layer.set_weights(values)
    return folded


def _block(channels: int, size: int, padding: str, *, pooled: bool = False) -> list[keras.Layer]:
    """Convolution, pooling, normalisation, ReLU; pooling first is cheaper and gives the same."""
    convolution = layers.Conv2D(channels, size, padding=padding, use_bias=False)
    pooling = [layers.MaxPooling2D(2)] if pooled else []
    return [convolution, *pooling, layers.BatchNormalization(scale=False), layers.ReLU()]
