"""`bench/run NAME`: one kind of measurement, or all of them one after the other; see README.md."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
KINDS = ("start", "weight", "pages", "submit", "triage", "lighthouse")


def main(names: list[str]) -> int:
    """0 only where every measurement held what it aims at."""
    if len(names) != 1 or names[0] not in (*KINDS, "all"):
        print(f"bench/run: say what to measure: {', '.join(KINDS)} or all", file=sys.stderr)
        return 2
    worst = 0
    for name in KINDS if names == ["all"] else names:
        print(f"== {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, HERE / f"{name}.py"], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
