"""How long `earmark --help` and `import earmark` take, as whole processes.

    make bench NAME=startup

Target: under 0.3 s, the median of 5, and no torch loaded (tests/test_imports.py holds the second half).
"""

import statistics
import subprocess
import sys
import time

from keeping import keep

RUNS = 5
COMMANDS = {
    "earmark --help": [sys.executable, "-m", "earmark", "--help"],
    "import earmark": [sys.executable, "-c", "import earmark"],
    "python -c pass": [sys.executable, "-c", "pass"],
}


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main():
    rows = []
    for name, command in COMMANDS.items():
        seconds(command)
        taken = [seconds(command) for _ in range(RUNS)]
        rows.append({"command": name, "median, s": statistics.median(taken), "least": min(taken), "most": max(taken)})
    keep("startup", rows, seed=0, settings={"runs": RUNS})


if __name__ == "__main__":
    main()
