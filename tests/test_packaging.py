"""What is published: a wheel and a source archive that hold the data, the notices and nothing that does not belong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from geomap.gazetteer.shipped import index_folder

ROOT = Path(__file__).resolve().parent.parent
REGISTRY = ROOT / "data" / "gazetteer" / "registry.json"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Wheel and source archive, built in place with the build backend that is installed."""
    pytest.importorskip("hatchling", reason="hatchling builds geomap; pip install hatchling build")
    folder = tmp_path_factory.mktemp("dist")
    ran = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return {p.suffix: p for p in folder.iterdir()}


@pytest.fixture(scope="module")
def wheel(built: dict[str, Path]) -> dict[str, bytes]:
    with zipfile.ZipFile(built[".whl"]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(wheel: dict[str, bytes]) -> dict[str, list[str]]:
    name = next(n for n in wheel if n.endswith(".dist-info/METADATA"))
    message = Parser().parsestr(wheel[name].decode())
    return {key: message.get_all(key) or [] for key in message.keys()}  # noqa: SIM118


def test_the_wheel_holds_the_code_and_what_it_reads(wheel: dict[str, bytes]) -> None:
    for path in (ROOT / "geomap").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert wheel[str(path.relative_to(ROOT))] == path.read_bytes()
    assert "geomap/py.typed" in wheel
    assert wheel["geomap/data/gazetteer/registry.json"] == REGISTRY.read_bytes()
    for name in ("dispatches.jsonl", "events.csv"):
        assert wheel[f"geomap/data/samples/{name}"] == (ROOT / "data" / "samples" / name).read_bytes()


def test_the_wheel_holds_the_index_and_not_the_tables_too(wheel: dict[str, bytes]) -> None:
    folder = index_folder()
    inside = {n: len(content) for n, content in wheel.items() if n.startswith("geomap/data/index/")}
    meta = json.loads(wheel[f"geomap/data/index/{folder.name}/meta.json"])
    assert meta["count"] > 200_000
    for name, size in meta["sizes"].items():
        assert inside[f"geomap/data/index/{folder.name}/{name}"] == size
    assert not [n for n in wheel if n.endswith((".parquet", ".csv")) and n.startswith("geomap/data/gazetteer")]


def test_an_unpacked_wheel_answers_without_building(wheel: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in wheel.items():
        if name.startswith("geomap/"):
            (path := tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    ran = subprocess.run(
        [sys.executable, "-m", "geomap", "resolve", "Izyum", "--format", "json"], cwd=tmp_path, capture_output=True,
        text=True, env={**os.environ, "PYTHONPATH": str(tmp_path), "GEOMAP_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert json.loads(ran.stdout)[0]["country"] == "UA"
    assert ran.stderr == ""
    assert not list((tmp_path / "cache").glob("base-*")), "nothing is built where the index came along"


def test_the_wheel_holds_nothing_else(built: dict[str, Path], wheel: dict[str, bytes]) -> None:
    assert {name.split("/")[0] for name in wheel} == {
        "geomap", next(n.split("/")[0] for n in wheel if ".dist-info/" in n),
    }  # fmt: skip
    assert not [n for n in wheel if "__pycache__" in n or n.endswith((".pyc", ".ipynb")) or "/." in n]
    assert built[".whl"].stat().st_size < 60 * 2**20, "a registry takes 100 MB at most, users have slow lines"


def test_the_wheel_names_its_command_extras_and_licences(wheel: dict[str, bytes]) -> None:
    found = metadata(wheel)
    assert found["License-Expression"] == ["MIT"]
    assert found["License-File"] == ["LICENSE", "NOTICE"]
    assert {"all", "corpus"} <= set(found["Provides-Extra"])
    entry = next(v.decode() for n, v in wheel.items() if n.endswith("entry_points.txt"))
    assert "geomap = geomap.__main__:main" in entry
    assert any(n.endswith("licenses/NOTICE") and v for n, v in wheel.items())
    runtime = [r for r in found["Requires-Dist"] if "extra ==" not in r]
    assert all(re.search(r">=|==|~=", r) for r in runtime), "every dependency states the oldest that will do"


def test_the_source_archive_holds_what_tests_and_builds_need(built: dict[str, Path]) -> None:
    with tarfile.open(built[".gz"]) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "NOTICE", "README.md", "Makefile", "data/gazetteer/registry.json"} <= names
    assert {"geomap/cli/__init__.py", "tests/test_packaging.py"} <= names
    assert not [n for n in names if "__pycache__" in n or ".venv" in n]


def test_the_notice_names_every_source_of_the_gazetteer() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    build = (ROOT / "data" / "gazetteer" / "build.py").read_text("utf-8")
    packages = re.search(r"^PACKAGES = \{(.*?)^\}", build, re.S | re.M)
    assert packages
    named = re.findall(r'^    "([^"]+)": \("\w+", "([^"]+)"\)', packages[1], re.M)
    assert len(named) > 5
    for package, version in named:
        assert f"{package} {version}" in re.sub(r"\s+", " ", notice), f"{package} {version} is not in NOTICE"
    for name in json.loads(REGISTRY.read_text()):
        assert name in notice, f"{name} is not in NOTICE"
    for words in ("CC BY 4.0", "Natural Earth", "public domain", "Unicode-3.0", "BSD 2-Clause", "weights.npz"):
        assert words in notice


def test_lower_bounds_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    assert project["version"] == re.search(r'__version__ = "([^"]+)"', (ROOT / "geomap/__init__.py").read_text())[1]  # type: ignore[index]
