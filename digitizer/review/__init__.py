"""The local web page where a person decides about what the machine is not sure of."""
