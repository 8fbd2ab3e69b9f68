"""Commands about stories: the whole job, its map, its claims, its place names, what people decide on them."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geomap.cli.options import (
    Byline,
    ClaimId,
    ClaimReviewOption,
    Claims,
    Config,
    Control,
    Corrections,
    DecisionsOption,
    Events,
    FormatOption,
    Headline,
    Holder,
    Inputs,
    Logo,
    OutputOption,
    PassportOption,
    Publish,
    Published,
    Region,
    Repair,
    Rules,
    Since,
    Size,
    Source,
    Strict,
    Tiles,
    Title,
    Url,
    apart_of_records,
    card_size,
    keep_outputs_apart,
)
from geomap.errors import OutputError
from geomap.files import is_terminal, shown, write_whole, writing
from geomap.models import Label, to_record
from geomap.printing import Format, emit, note, point_feature, progress_bar, write_out

if TYPE_CHECKING:
    from geomap.results import Report

FailOn = Annotated[Label | None, typer.Option(help="Exit with 4 where a claim has this verdict.", show_default=False)]


class Spans(StrEnum):
    FIND = "find"
    GIVEN = "given"


def report(
    inputs: Inputs,
    output: OutputOption = None,
    published: Published = None,
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    holder: Holder = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    claimreview: ClaimReviewOption = None,
    passport: PassportOption = None,
    corrections: Corrections = None,
    config: Config = None,
    tiles: Tiles = None,
    publish: Publish = False,
    repair: Repair = False,
    strict: Strict = False,
    fail_on: FailOn = None,
    title: Title = None,
    source: Source = None,
    url: Url = None,
    headline: Headline = None,
    byline: Byline = None,
    logo: Logo = None,
) -> None:
    """The whole job: map, claims, contradictions, methods.

    Without -o it is written here as STORY.html (story.txt: story.html); - is standard output.

    --passport writes a record that `geomap verify` recomputes.

    Example: geomap report story.txt --published 2022-09-12 --control snapshots/ -o report.html

    Example: geomap report story.txt --title "The valley retaken" --source "The Valley Desk" --logo logo.svg
    """
    output = output or _page_named_after(inputs)
    _check_page(
        output, claimreview, inputs, control, [events, rules, claims, decisions, config, corrections, logo], passport
    )
    made = _made(
        inputs,
        published,
        control,
        events,
        rules,
        since,
        region,
        claims,
        decisions,
        config,
        repair,
        corrections,
        holder=holder,
        told={"title": title, "source": source, "url": url, "headline": headline, "byline": byline, "logo": logo},
    )
    asked = {
        "inputs": inputs, "control": control, "events": events, "rules": rules, "published": published, "since": since,
        "region": region, "holder": holder, "claims": claims, "decisions": decisions, "config": config,
        "repair": repair, "title": title, "source": source, "url": url,
    }  # fmt: skip
    with _with_passport(made, passport, asked), _with_claimreview(made, claimreview):
        _save(made, output, publish=publish, tiles=tiles, page="report")
    _leave(made, strict, fail_on)


def draw_map(
    inputs: Inputs,
    output: OutputOption = None,
    published: Published = None,
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    holder: Holder = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    config: Config = None,
    tiles: Tiles = None,
    publish: Publish = False,
    repair: Repair = False,
    strict: Strict = False,
    title: Title = None,
    source: Source = None,
    url: Url = None,
    headline: Headline = None,
    byline: Byline = None,
    logo: Logo = None,
    claim: ClaimId = None,
    size: Size = None,
) -> None:
    """The map alone: .html to embed, .png .svg .pdf to print.

    Example: geomap map story.txt --control snapshots/ -o map.html

    Example: geomap map story.txt --claim a1b2c3 --size 1200x675 -o card.png
    """
    pixels = card_size(size, output)
    _check_page(output, None, inputs, control, [events, rules, claims, decisions, config, logo])
    made = _made(
        inputs,
        published,
        control,
        events,
        rules,
        since,
        region,
        claims,
        decisions,
        config,
        repair,
        holder=holder,
        told={"title": title, "source": source, "url": url, "headline": headline, "byline": byline, "logo": logo},
    )
    if claim is not None:
        made = made.alone(claim)
    _save(made, output, publish=publish, tiles=tiles, page="map", size=pixels)
    _leave(made, strict, None)


def check(
    inputs: Inputs,
    output: OutputOption = None,
    form: FormatOption = None,
    published: Published = None,
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    since: Since = None,
    region: Region = None,
    holder: Holder = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    claimreview: ClaimReviewOption = None,
    config: Config = None,
    repair: Repair = False,
    strict: Strict = False,
    fail_on: FailOn = None,
    title: Title = None,
    source: Source = None,
    url: Url = None,
) -> None:
    """Every claim with its verdict.

    Example: geomap check story.txt --published 2022-09-12 --control snapshots/ --fail-on does_not_fit
    """
    files = [events, rules, claims, decisions, config]
    apart_of_records(output, form, claimreview, articles=inputs, maps=control or (), files=files)
    made = _made(
        inputs,
        published,
        control,
        events,
        rules,
        since,
        region,
        claims,
        decisions,
        config,
        repair,
        holder=holder,
        told={"title": title, "source": source, "url": url},
    )
    records = [to_record(c) for c in made.assessment.claims]
    columns = {"claim": "quote", "kind": "kind", "verdict": "verdict.label", "why": "verdict.reason"}
    with _with_claimreview(made, claimreview):
        emit(records, columns, form, output, features=_features(made, form, output))
    if not records:
        note("no claims that geometry can test were found")
    _leave(made, strict, fail_on)


def extract(
    inputs: Inputs,
    output: OutputOption = None,
    form: FormatOption = None,
    published: Published = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
    strict: Strict = False,
) -> None:
    """Every claim, untested.

    Example: geomap extract story.txt --format jsonl
    """
    from geomap import pipeline

    apart_of_records(output, form, articles=inputs, files=[claims, decisions])
    toponyms, found = pipeline.read_and_extract(
        inputs, published=published, claims=claims, decisions=decisions, say=note
    )
    columns = {
        "claim": "quote", "kind": "kind", "value": "value.text", "about": "subject.text", "from": "reference.text",
        "who says it": "source",
    }  # fmt: skip
    emit([to_record(c) for c in found], columns, form, output)
    _unresolved(sum(t.place is None for t in toponyms), strict)


def toponyms(
    inputs: Inputs,
    output: OutputOption = None,
    form: FormatOption = None,
    spans: Annotated[Spans, typer.Option(help="Find place names, or take the spans that records give.")] = Spans.FIND,
    decisions: DecisionsOption = None,
    strict: Strict = False,
) -> None:
    """Every place mention, its place, score, runners-up.

    Example: geomap toponyms story.txt --format csv
    """
    from geomap import pipeline

    apart_of_records(output, form, articles=inputs, files=[decisions])
    found = pipeline.read_and_resolve(inputs, given=spans is Spans.GIVEN, decisions=decisions, say=note)
    records = [to_record(t) for t in found]
    columns = {
        "name": "text", "kind": "kind", "place": "place.name", "country": "place.country", "lat": "place.lat",
        "lon": "place.lon", "score": "place.score", "match": "place.match", "why not": "why_not",
    }  # fmt: skip
    features = [
        point_feature(r["place"], {k: r[k] for k in ("article", "start", "end", "text", "kind")})
        for r in records
        if r["place"]
    ]
    emit(records, columns, form, output, features=features)
    _unresolved(sum(t.place is None for t in found), strict)


def review(
    inputs: Inputs,
    output: OutputOption = None,
    published: Published = None,
    claims: Claims = None,
    decisions: DecisionsOption = None,
) -> None:
    """Rows to decide on: keep, fix, drop or add.

    Written over a file of decisions, it keeps them; the file as it was stays beside, with .bak after its name.

    Example: geomap review story.txt -o decisions.csv
    """
    from geomap import pipeline

    over = None if output is None or str(output) == "-" else output
    backup = None if over is None else over.with_name(f"{over.name}.bak")
    keep_outputs_apart(output, backup, articles=inputs, files=[claims])
    text = pipeline.review(inputs, published=published, claims=claims, decisions=decisions, over=over)
    if over is not None and backup is not None and over.is_file() and over.read_bytes() != text.encode():
        write_whole(backup, over.read_bytes())
    write_out(text, output)


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD.json")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json")],
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day of the correction; default: today.")] = None,
    config: Config = None,
    output: OutputOption = None,
) -> None:
    """What changed between two reports, as a note.

    Example: geomap compare yesterday.json today.json -o correction.md
    """
    from geomap import pipeline

    keep_outputs_apart(output, files=[old, new, config])
    day = pipeline.as_date(on) or date.today()
    write_out(pipeline.compare_files(old, new, on=day, config=config), output)


def corpus(
    inputs: Annotated[
        list[str] | None, typer.Argument(metavar="INPUT...", help="Files, folders or patterns.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="A new folder, or one to go on in.")
    ] = None,
    published: Published = None,
    workers: Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes on this machine (Dask).")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running Dask scheduler, such as tls://host:8786.")
    ] = None,
    tls_ca: Annotated[Path | None, typer.Option(metavar="FILE", help="Who signs the certificates (PEM).")] = None,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Our certificate (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key (PEM).")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only hash what stands in FOLDER; 1 where a part is not what was written.")
    ] = False,
) -> None:
    """Extract over millions of articles to Parquet and GeoParquet; stopped anywhere, it goes on where it was.

    Started again over a finished folder, it does parts again that were damaged since.

    Example: geomap corpus "archive/*.jsonl.gz" -o corpus --workers 4

    Example: geomap corpus --verify -o corpus
    """
    from geomap.corpus import Certificates, verify_corpus, write_corpus
    from geomap.harvest import Harvest
    from geomap.pipeline import as_date

    if output is None or str(output) == "-":
        raise typer.BadParameter("a corpus is a folder; say which with -o FOLDER")
    if verify:
        amiss = verify_corpus(output)
        for line in amiss:
            note(line)
        note(f"{shown(output)}: {f'{len(amiss)} amiss; give the inputs again to mend it' if amiss else 'whole'}")
        raise typer.Exit(1 if amiss else 0)
    if not inputs:
        raise typer.BadParameter("no INPUT; expected files, folders or patterns")
    tls = [path for path in (tls_ca, tls_cert, tls_key) if path is not None]
    if len(tls) not in (0, 3):
        raise typer.BadParameter("--tls-ca, --tls-cert and --tls-key: expected all three or none")
    certificates = Certificates(authority=tls[0], certificate=tls[1], key=tls[2]) if tls else None
    work = Harvest(published=as_date(published))
    with progress_bar() as progress:
        made = write_corpus(
            inputs, output, work, workers=workers, scheduler=scheduler, certificates=certificates, progress=progress,
            say=note,
        )  # fmt: skip
    totals = ", ".join(f"{count:,} {name}" for name, count in made.totals.items())
    note(f"wrote {shown(output)}: {totals}{' (reasons in failures/)' if made.totals['failures'] else ''}")
    if made.repeated:
        articles = "article bears an id" if made.repeated == 1 else "articles bear ids"
        note(f"{made.repeated:,} {articles} that another has; what counts by id counts them as one")
    if not made.totals["articles"]:
        raise typer.Exit(1)


# ── what these commands share ────────────────────────────────────────────────────────────────────────────────


def _made(
    inputs: list[str],
    published: str | None,
    control: list[str] | None,
    events: Path | None,
    rules: Path | None,
    since: str | None,
    region: str | None,
    claims: Path | None,
    decisions: Path | None,
    config: Path | None,
    repair: bool,
    corrections: Path | None = None,
    *,
    holder: str | None = None,
    told: Mapping[str, Any],
) -> Report:
    from geomap import pipeline

    with progress_bar() as progress:
        return pipeline.report(
            inputs,
            control=control or None,
            events=events,
            rules=rules,
            published=published,
            since=since,
            region=region,
            holder=holder,
            **told,
            claims=claims,
            decisions=decisions,
            corrections=corrections,
            config=config,
            repair=repair,
            command=shlex.join(["geomap", *sys.argv[1:]]),
            progress=progress,
            say=note,
        )


def _save(
    made: Report,
    output: Path | None,
    *,
    publish: bool,
    tiles: str | None,
    page: str,
    size: tuple[int, int] | None = None,
) -> None:
    if output is None or str(output) == "-":
        if is_terminal(sys.stdout):
            raise OutputError(f"a page does not belong on a terminal; say where with -o {page}.html")
        write_out(made.to_html(page=page, publish=publish, tiles=tiles), None)
        return
    digest = made.save(output, page=page, publish=publish, tiles=tiles, size=size)
    note(f"{made.summary}\nwrote {shown(output)}  sha256 {digest}")
    if page == "map" and output.suffix.lower() in (".html", ".htm"):
        from geomap.maps import embed_snippet

        note(f"To embed it:\n{embed_snippet(output.name, made.summary)}")


def _page_named_after(inputs: list[str]) -> Path:
    """Where a report without -o goes: STEM.html in the working folder, never over what is not geomap's."""
    from geomap.outputs import check_own_page

    stem = "report"
    if len(inputs) == 1 and inputs[0] != "-":
        story = Path(inputs[0])
        stem = (story.resolve().name if os.path.isdir(story) else Path(story.name.removesuffix(".gz")).stem) or stem
    page = Path(f"{stem}.html")
    check_own_page(page)
    return page


def _check_page(
    output: Path | None,
    claimreview: Path | None,
    inputs: list[str],
    control: list[str] | None,
    files: list[Path | None],
    *more: Path | None,
) -> None:
    """What can be refused before the work begins: an unknown suffix, an output that is an input or another's file."""
    from geomap.outputs import check_side_picture
    from geomap.results import check_suffix

    beside = None
    if output is not None and str(output) != "-":
        check_suffix(output)
        if output.suffix.lower() == ".md":
            beside = output.with_suffix(".png")
    keep_outputs_apart(output, claimreview, beside, *more, articles=inputs, maps=control or (), files=files)
    if beside is not None:
        check_side_picture(beside)


@contextmanager
def _with_claimreview(made: Report, path: Path | None) -> Iterator[None]:
    """Write ClaimReview beside the answer: both, or, where either cannot be, neither."""
    if path is None:
        yield
        return
    text = made.to_claimreview()
    with writing(path) as beside:
        beside.write_text(text, "utf-8")
        yield
    if str(path) != "-":
        note(f"wrote {shown(path)}")


@contextmanager
def _with_passport(made: Report, path: Path | None, asked: dict[str, Any]) -> Iterator[None]:
    """Write the passport beside the answer: both, or, where either cannot be, neither."""
    if path is None:
        yield
        return
    from geomap.passport import render_passport

    text = render_passport(made, asked)
    with writing(path) as beside:
        beside.write_text(text, "utf-8")
        yield
    if str(path) != "-":
        note(f"wrote {shown(path)}")


def _leave(made: Report, strict: bool, fail_on: Label | None) -> None:
    _unresolved(len(made.assessment.unresolved), strict)
    if fail_on is not None and any(c.verdict and c.verdict.label is fail_on for c in made.assessment.claims):
        raise typer.Exit(4)


def _unresolved(count: int, strict: bool) -> None:
    if strict and count:
        note(f"{count} place {'mention' if count == 1 else 'mentions'} unresolved (--strict)")
        raise typer.Exit(3)


def _features(made: Report, form: Format | None, output: Path | None) -> list[dict[str, Any]] | None:
    from geomap import measure
    from geomap.printing import chosen

    return measure.frame_records(made.claims)[1] if chosen(form, output) is Format.GEOJSON else None
