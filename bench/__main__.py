"""`python -m bench [name …]`: every `bench_*.py` of this folder in turn, or those named."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(wanted: list[str]) -> int:
    names = [path.stem for path in sorted(HERE.glob("bench_*.py"))]
    unknown = [name for name in wanted if f"bench_{name}" not in names]
    if unknown:
        known = ", ".join(name.removeprefix("bench_") for name in names)
        print(f"There is no bench called {', '.join(unknown)}; there are: {known}", file=sys.stderr)
        return 2
    failed = [name for name in names if (not wanted or name.removeprefix("bench_") in wanted) and run(name) != 0]
    if failed:
        print(f"Not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str) -> int:
    print(f"\n== {name.removeprefix('bench_').replace('_', ' ')}", flush=True)
    command = [sys.executable, "-m", f"bench.{name}"]
    return subprocess.run(command, cwd=HERE.parent, check=False, env={**os.environ, "DEMO": "1"}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
