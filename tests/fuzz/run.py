"""``make fuzz``: every target for some seconds, with what it reaches, and where inputs that broke something are kept.

A run goes on from what earlier ones have left in ``.fuzz/``; the seeds beside this file are the best of long runs.
"""

import argparse
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tests.fuzz.targets import TARGETS, Target

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".fuzz"
BROKEN = WORK / "broken"
LARGEST = 16_384
LIMITS = (f"-max_len={LARGEST}", "-timeout=10", "-rss_limit_mb=1024", "-reload=0")
_STATUS = re.compile(r"#(\d+)\s.*?cov: (\d+) .*?corp: (\d+)/")


def gather(target: Target) -> Path:
    """The folder in which the target's inputs grow, the seeds in it."""
    folder = WORK / target.name
    folder.mkdir(parents=True, exist_ok=True)
    BROKEN.mkdir(exist_ok=True)
    for path in target.seeds():
        shutil.copy(path, folder)
    return folder


def fuzz(target: Target, seconds: int, console: Console) -> list[Path]:
    """Run one target and show how it gets on; returns the inputs that broke a promise."""
    folder, log, began = gather(target), WORK / f"{target.name}.log", time.time()
    command = [sys.executable, "-m", "tests.fuzz.target", target.name, str(folder), *LIMITS]
    command += [f"-max_total_time={seconds}", f"-artifact_prefix={BROKEN}/{target.name}-"]
    with (
        log.open("w") as lines,
        Live(Text(f"{target.name:8} reads its seeds"), console=console) as live,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
    ):
        for line in process.stdout or ():
            lines.write(line)
            if status := _STATUS.match(line):
                live.update(
                    Text(f"{target.name:8}{time.time() - began:5.0f} s {_progress(*map(int, status.groups()))}")
                )
    if not console.is_terminal:
        console.print()  # which a live display leaves out there
    broken = sorted(path for path in BROKEN.glob(f"{target.name}-*") if path.stat().st_mtime >= began)
    if process.returncode and not broken:
        sys.exit(f"The target {target.name} stopped by itself; {log} says why.")
    if broken:
        trace = log.read_text().partition(" === ")[2].partition("MS: ")[0]
        console.print(f"\n{trace}", markup=False, highlight=False, soft_wrap=True)
    return broken


def _progress(inputs: int, reached: int, kept: int) -> str:
    return f"{inputs:11,} inputs {reached:6,} branches reached {kept:6,} inputs kept"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", choices=["all", *TARGETS], default="all")
    chosen = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.exit("Fuzzing needs atheris, which has wheels for CPython 3.11 to 3.14 on Linux x86-64 only.")
    console = Console()
    names = list(TARGETS) if chosen.target == "all" else [chosen.target]
    broken = {name: fuzz(TARGETS[name], chosen.seconds, console) for name in names}
    for name, paths in broken.items():
        for path in paths:
            kept = path.relative_to(ROOT)
            console.print(f"{kept} breaks a promise; to see it again:", soft_wrap=True, highlight=False)
            console.print(f"  .venv/bin/python -m tests.fuzz.target {name} {kept}", soft_wrap=True, highlight=False)
    sys.exit(1 if any(broken.values()) else 0)


if __name__ == "__main__":
    main()
