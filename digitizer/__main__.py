"""Lets `python -m digitizer` stand for `digitizer`."""

from digitizer.cli import main

if __name__ == "__main__":
    main()
