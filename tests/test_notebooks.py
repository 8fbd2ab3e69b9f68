"""The notebooks run from start to end, and render to HTML with their pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


# jupyter's own modules warn of their future; that is theirs to mend
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_and_renders(path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].source.startswith("# ")
    here = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=240, kernel_name="python3", resources=here).execute()
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    page, _ = HTMLExporter().from_notebook_node(notebook)
    shown = [o for o in outputs if "text/html" in o.get("data", {})]
    assert page.count("jp-OutputArea-output") >= len(shown)
    reports = [o for o in shown if "<iframe" in o["data"]["text/html"]]
    # where HTML cannot be (PDF, untrusted), the picture stands in
    assert all("image/png" in o["data"] for o in reports if "geomap.Report" in o["data"]["text/plain"])
    if path.stem.startswith("01"):
        assert reports


def test_three_stories() -> None:
    assert len(NOTEBOOKS) == 3
