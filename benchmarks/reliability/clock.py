"""Runs the command line of `stub` with a clock that is wrong by so many seconds.

`python -m benchmarks.reliability.clock SECONDS run SCANS --out DIR ...`
"""

import sys
import time


def main() -> None:
    """Set the clock before anything of the library is imported."""
    wrong_s, true_time = float(sys.argv.pop(1)), time.time
    time.time = lambda: true_time() + wrong_s
    from benchmarks.reliability import stub

    stub.main()


if __name__ == "__main__":
    main()
