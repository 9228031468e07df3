"""Training from MNIST to a model folder that `digitizer` reads with: data, network, training, card, pictures."""
