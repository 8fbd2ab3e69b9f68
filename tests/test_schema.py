"""The JSON Schema that ships: made from the records, and true of reports."""

from __future__ import annotations

import copy
import json
import runpy
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import geomap


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema as an installed package has it."""
    found: dict[str, Any] = json.loads((resources.files("geomap") / "schemas" / "report.schema.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def record(root: Path) -> dict[str, Any]:
    samples = root / "data" / "samples"
    report = geomap.report(samples / "dispatches.jsonl", events=samples / "events.csv", since="2022-09-05")
    found: dict[str, Any] = json.loads(json.dumps(report.to_dict()))
    return found


def closed(schema: Any) -> Any:
    """The same schema, that also refuses what it does not name: users' copies stay open to later fields."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    return made | (
        {"unevaluatedProperties": False} if "required" in made and "mentions" not in made["required"] else {}
    )


def test_it_is_current(root: Path) -> None:
    tool = runpy.run_path(str(root / "tools" / "build_schema.py"))
    shipped = (root / "geomap" / "schemas" / "report.schema.json").read_text("utf-8")
    assert shipped == tool["render"](tool["report_schema"]()), "run python tools/build_schema.py"


def test_it_is_a_schema_and_names_no_word_twice(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["required"] == [
        "articles", "places", "claims", "contradictions", "untested", "unresolved", "methods",
    ]  # fmt: skip
    assert "geometry" not in schema["$defs"]["Evidence"]["properties"]


def test_sample_reports_are_true_to_it(schema: dict[str, Any], record: dict[str, Any]) -> None:
    assert record["claims"]
    assert record["places"]
    jsonschema.Draft202012Validator(schema).validate(record)
    strict = closed(schema)
    del strict["$defs"]["Place"]["unevaluatedProperties"]  # a place of the list has its mentions beside
    jsonschema.Draft202012Validator(strict).validate(record)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("claims", 0, "kind"), "prophecy"),
        (("claims", 0, "start"), "12"),
        (("claims", 0, "verdict", "label"), "true"),
        (("places", 0, "lat"), None),
        (("places", 0, "mentions"), 0),
        (("methods", "version"), 1),
        (("articles", 0, "characters"), -1),
    ],
)
def test_it_refuses_what_no_report_says(
    schema: dict[str, Any], record: dict[str, Any], path: tuple[Any, ...], value: object
) -> None:
    broken = copy.deepcopy(record)
    inner: Any = broken
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(broken)


def test_it_refuses_a_report_that_lacks_a_part(schema: dict[str, Any], record: dict[str, Any]) -> None:
    for part in schema["required"]:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate({k: v for k, v in record.items() if k != part})
