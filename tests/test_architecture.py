"""Imports run one way: foundation <- stages <- joins <- pipeline <- cli; a stage never imports another stage."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "geomap"
FOUNDATION = {
    "config",
    "geodesy",
    "models",
    "settings",
    "errors",
    "files",
    "formats",
    "lang",
    "limits",
    "outputs",
    "parties",
    "progress",
    "schema",
    "units",
    "wording",
}
STAGES = {
    "articles", "gazetteer", "toponyms", "claims", "hulls", "control", "verdicts", "maps", "reports", "review",
    "corpus", "exports",
}  # fmt: skip
JOINS = {"evidence", "film", "given", "harvest", "measure", "results"}
ABOVE = {
    **dict.fromkeys(JOINS, FOUNDATION | STAGES),
    "harvest": FOUNDATION | STAGES | {"measure", "pipeline"},
    "asking": FOUNDATION | STAGES | JOINS | {"pipeline"},
    "pipeline": FOUNDATION | STAGES | JOINS,
    "watch": FOUNDATION | STAGES | JOINS | {"pipeline"},
    "passport": FOUNDATION | STAGES | JOINS | {"pipeline"},
    "operations": FOUNDATION | STAGES | JOINS | {"pipeline"},
    "serving": FOUNDATION | STAGES | JOINS | {"pipeline", "operations"},
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    """Names of geomap's own parts that a module imports, inside functions and TYPE_CHECKING blocks too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("geomap.")}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative imports hide which part is meant"
            if node.module == "geomap":
                found |= {a.name for a in node.names}
            elif (node.module or "").startswith("geomap."):
                found.add((node.module or "").split(".")[1])
    return found


def allowed(part: str) -> set[str] | None:
    if part in FOUNDATION:
        return FOUNDATION
    if part in STAGES:
        return FOUNDATION | {part, "__version__"}
    if part in ABOVE:
        return ABOVE[part] | {part, "__version__"}
    return None  # __init__, __main__, cli may import all


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    may = allowed(part_of(path))
    if may is not None:
        assert imported_parts(path) <= may


def test_every_part_has_its_layer() -> None:
    parts = {part_of(p) for p in PACKAGE.rglob("*.py")}
    assert parts <= FOUNDATION | STAGES | set(ABOVE) | {"__init__", "__main__", "cli", "printing"}


MEANT = ("evidence", "verdicts", "maps", "reports")
"""Parts that ask what a claim means, and never read its words again."""
PATTERNS_ALLOWED = {
    "maps/locked.py": "styles and scripts of the map library, cut for one file",
    "reports/markdown.py": "signs of Markdown",
}
"""Files of those parts that use patterns, and on what: never on the words of a claim."""


def test_what_words_mean_is_read_in_claims_alone() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for part in MEANT
        for path in (PACKAGE / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(a.name in ("re", "regex") for a in node.names)
    }
    assert users == set(PATTERNS_ALLOWED)


def test_measuring_does_not_call_judging() -> None:
    """Step 5 never calls step 6: what fits is not asked while evidence is gathered."""
    for path in (PACKAGE / "evidence").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("geomap.verdicts"):
                assert "judge" not in {a.name for a in node.names}, path.name
