"""ClaimReview pasted into a page, as newsrooms do it: whatever an outlet, a speaker or a credit holds, nothing runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import maps_world as world
import pages_browser as checks
import pytest
from hostile import PAYLOADS, poison
from test_reports import approved

from geomap.files import escape_for_script
from geomap.gazetteer import read_gazetteer
from geomap.reports import claim_review
from geomap.results import Report
from geomap.settings import Style


def review_of(payload: str) -> tuple[str, dict[str, Any]]:
    """The text to paste, and what it says."""
    made = approved(poison(world.assessment(), payload))
    made = replace(made, articles=tuple(replace(a, url=payload) for a in made.articles))
    style = Style(credit=f"Desk {payload}")
    return Report(made, read_gazetteer(), style=style).to_claimreview(), claim_review(made, style=style)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = checks.chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.mark.browser
def test_pasted_claimreview_runs_nothing_and_says_the_same(browser: Any, tmp_path: Path) -> None:
    reviews = [review_of(payload) for payload in PAYLOADS]
    blocks = "\n".join(f'<script type="application/ld+json">\n{text}</script>' for text, _ in reviews)
    path = tmp_path / "pasted.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><title>t</title>\n{blocks}\n<p id=end>end</p>", "utf-8")
    with checks.opened(browser, path, ready=False) as page:
        page.wait_for_selector("#end")
        page.wait_for_timeout(500)
        assert page.evaluate("window.ran || []") == []
        assert page.errors == []
        read = page.evaluate(
            "[...document.querySelectorAll('script')].map(s => JSON.stringify(JSON.parse(s.textContent)))"
        )
        assert page.evaluate("[...document.body.children].map(e => e.tagName).filter(n => n != 'SCRIPT')") == ["P"]
    assert len(read) == len(reviews)
    for found, (_, said) in zip(read, reviews, strict=True):
        assert json.loads(found)["@graph"][0]["author"] == said["@graph"][0]["author"]


@pytest.mark.browser
def test_the_check_sees_what_runs(browser: Any, tmp_path: Path) -> None:
    raw = json.dumps({"name": "</script><script>(window.ran=window.ran||[]).push('1')</script>"})
    path = tmp_path / "raw.html"
    path.write_text(f'<!doctype html><script type="application/ld+json">{raw}</script><p id=end>end</p>', "utf-8")
    with checks.opened(browser, path, ready=False) as page:
        page.wait_for_selector("#end")
        assert page.evaluate("window.ran") == ["1"]


def test_no_sign_of_markup_stands_raw() -> None:
    for payload in PAYLOADS[::8]:
        text, said = review_of(payload)
        assert not set("<>&\u2028\u2029\u202e\x9b") & set(text)
        assert json.loads(text) == json.loads(json.dumps(said))
    assert json.loads(escape_for_script('"<>&\u2028\ud800"')) == "<>&\u2028\ud800"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=1", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,<script>1</script>", False),
        ("file:///etc/passwd", False),
        ("https:///no-host", False),
        ("https://example.org/\u202egpj", False),
        ("https://example.org/ \n", False),
        ("//example.org/a", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_are_named(url: str, kept: bool) -> None:
    made = approved(world.assessment())
    made = replace(made, articles=tuple(replace(a, url=url) for a in made.articles))
    items = [review["itemReviewed"] for review in claim_review(made, style=Style(credit="Desk"))["@graph"]]
    assert all(item.get("appearance", {}).get("url") == (url if kept else None) for item in items)
