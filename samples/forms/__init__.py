"""The designs of the sample forms: each module prints one form, given what is to be written in it."""
