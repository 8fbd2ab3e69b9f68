"""Run the benchmarks or the evaluations, print what they print, and keep it in docs/figures.md.

python tools/figures.py bench|evaluate [NAME ...]
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "figures.md"
PARTS = {
    "bench": ("geometry", "toponyms", "cli", "claims", "pages", "corpus"),
    "evaluate": ("toponyms", "claims", "verdicts", "sentences"),
}
SCRIPTS = {"evaluate_sentences": "true_sentences"}
"""Parts whose script has a name of its own."""
ARGUMENTS = {"evaluate_verdicts": ("--extracted", "--compare"), "true_sentences": ("-n", "10000", "--shapes")}
SUMMARY = {
    "evaluate_verdicts": (
        "verdicts agree",
        "bad errors",
        "altered claims",
        "  direction",
        "  place",
        "  number",
        "  all:",
        "public figures",
        "calibration",
    )
}
"""Of what quotes articles only the figures are kept: their sentences stay out of the project."""
TITLES = {"bench": "Speed", "evaluate": "Accuracy"}
HEAD = """# Figures

Made by `make bench` and `make evaluate`; the machine is shared, so ratios mean more than seconds.
"""


def run(script: Path) -> str:
    """A script's standard output, shown as it comes."""
    command = [sys.executable, str(script), *ARGUMENTS.get(script.stem, ())]
    done = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    lines = []
    assert done.stdout is not None
    for line in done.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    if done.wait() != 0:
        sys.exit(f"{script.name} failed with exit code {done.returncode}")
    return "".join(lines)


def sections(text: str) -> dict[str, str]:
    """Second-level heading -> its text, heading included."""
    found: dict[str, str] = {}
    for part in text.split("\n## ")[1:]:
        found[part.partition("\n")[0]] = f"## {part.rstrip()}\n"
    return found


def main(kind: str, names: list[str]) -> None:
    kept = sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for name in names or PARTS[kind]:
        heading = f"{TITLES[kind]}: {name}"
        made = run(ROOT / "tools" / f"{SCRIPTS.get(f'{kind}_{name}', f'{kind}_{name}')}.py")
        kept_lines = SUMMARY.get(f"{kind}_{name}")
        if kept_lines is not None:
            made = "\n".join(line for line in made.splitlines() if line.startswith(kept_lines))
        where = f"{os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
        kept[heading] = f"## {heading}\n\n{where}\n\n```text\n{made.rstrip()}\n```\n"
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(HEAD + "\n" + "\n".join(kept[h] for h in sorted(kept)), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
