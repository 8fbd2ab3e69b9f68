"""What the README shows runs as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geomap import cli


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def in_project_copy(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the samples in it, so that what commands write stays out of the project."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "samples").symlink_to(root / "data" / "samples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)


def test_the_commands(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    in_project_copy(root, tmp_path, monkeypatch)
    lines = [line for block in blocks(text, "console") for line in block.splitlines() if line.startswith("$ geomap")]
    assert len(lines) >= 4
    for line in lines:
        result = CliRunner().invoke(cli.app, shlex.split(line)[2:])
        assert result.exit_code == 0, f"{line}\n{result.output}{result.exception}"
        assert result.stdout or " -o " in line
    assert (tmp_path / "out" / "report.html").stat().st_size > 100_000


def test_the_python(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    in_project_copy(root, tmp_path, monkeypatch)
    (code,) = blocks(text, "python")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    assert (tmp_path / "out" / "report.html").exists()


def test_links_and_pictures_exist(root: Path) -> None:
    for page in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (root / page).read_text(encoding="utf-8")):
            assert (root / target).exists(), f"{page}: {target}"
