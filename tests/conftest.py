"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# no example fails for being slow on a busy machine; CI tries the same examples each time
settings.register_profile(
    "geomap", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("geomap")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """``../shared``: real articles, gold and control maps, where they stand beside the project."""
    path = ROOT.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("../shared is not beside the project: real articles and control maps are needed for this test")
    return path
