"""Files of other programs in their true formats, made by their own writers or as they write them; hostile twins."""

from __future__ import annotations

import io
import json
import mailbox
import zipfile
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from shapely.geometry import Polygon, mapping

from geomap.articles import read_articles
from geomap.control import read_control, read_events, read_polygons
from geomap.errors import ControlError, InputError
from geomap.formats.kml import read_kml_file
from geomap.formats.seeming import Seems, seems
from geomap.gazetteer.layers import add_places
from geomap.geodesy import area_m2
from geomap.models import Article

WORDS = "Troops of the valley took Kamin on Friday, 12 km north of Lisna."
LEAN = Polygon([(36.1, 49.0), (37.9, 49.3), (38.2, 50.4), (36.7, 50.1)])
HOLED = Polygon(LEAN.exterior.coords, [[(37.0, 49.5), (37.1, 49.8), (37.4, 49.7), (37.0, 49.5)]])


def one(path: Path) -> Article:
    (article,) = read_articles([path])
    return article


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ── articles ─────────────────────────────────────────────────────────────────────────────────────────────────

CHAT: dict[str, Any] = {
    "name": "Valley News",
    "type": "public_channel",
    "id": 1234567890,
    "messages": [
        {"id": 1, "type": "service", "date": "2031-04-01T08:00:00", "action": "create_channel", "text": ""},
        {"id": 2, "type": "message", "date": "2031-04-02T23:30:00", "from": "Valley News",
         "text": WORDS, "text_entities": [{"type": "plain", "text": WORDS}]},
        {"id": 3, "type": "message", "date": "2031-04-03T09:00:00", "forwarded_from": "General Staff",
         "text": ["Kamin is ", {"type": "bold", "text": "ours"}, ", says ", {"type": "code", "text": "@staff"}, "."]},
        {"id": 4, "type": "message", "date": "2031-04-03T10:00:00", "photo": "photos/4.jpg", "text": ""},
    ],
}  # fmt: skip

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head><body>
<div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">
Valley News </div></div></div><div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">2 April 2031</div></div>
<div class="message default clearfix" id="message2"><div class="body">
<div class="pull_right date details" title="02.04.2031 23:30:00 UTC+02:00">23:30</div>
<div class="from_name">Valley News </div><div class="text">Troops of the valley took <b>Kamin</b> on Friday,
<br>12&nbsp;km north of Lisna.</div></div></div>
<div class="message default clearfix joined" id="message3"><div class="body">
<div class="pull_right date details" title="03.04.2031 09:00:00 UTC+02:00">09:00</div>
<div class="forwarded body"><div class="from_name">General Staff <span class="date details">x</span></div>
<div class="text">Kamin is ours.</div></div></div></div>
</div></div></div></body></html>"""

RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Valley Paper</title>
<link>https://paper.example/</link><item><title>Kamin taken</title><link>https://paper.example/1</link>
<guid isPermaLink="false">paper-1</guid><pubDate>Fri, 03 Apr 2031 21:30:00 +0200</pubDate>
<description>Short.</description><content:encoded><![CDATA[<p>{WORDS}</p><p>It rained.</p>
<script>bad()</script>]]></content:encoded></item>
<item><title>Nothing but a title</title></item></channel></rss>"""

ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Valley Wire</title>
<entry><id>tag:wire.example,2031:7</id><title>Kamin</title><updated>2031-04-03T10:00:00Z</updated>
<link href="https://wire.example/7"/><content type="html">&lt;p&gt;{WORDS}&lt;/p&gt;</content></entry></feed>"""

SRT = """1
00:00:01,000 --> 00:00:03,500
<i>Troops of the valley took Kamin</i>

2
00:00:03,500 --> 00:00:06,000
Troops of the valley took Kamin
on Friday, 12 km north of Lisna.
"""

VTT = """WEBVTT

NOTE nobody reads this

STYLE
::cue { color: red }

00:01.000 --> 00:03.500 align:start
<v Reporter>Troops of the valley took Kamin

00:03.500 --> 00:06.000
on Friday, 12&nbsp;km north of Lisna.
"""


def mail(subject: str = "Kamin taken", html: bool = False) -> EmailMessage:
    message = EmailMessage()
    message["From"] = '"Desk, Valley Paper" <desk@paper.example>'
    message["To"] = "editors@paper.example"
    message["Subject"] = subject
    message["Date"] = "Fri, 03 Apr 2031 21:30:00 +0200"
    message["Message-ID"] = "<1@paper.example>"
    message.set_content(f"<p>{WORDS}</p>" if html else WORDS, subtype="html" if html else "plain")
    return message


def docx(*paragraphs: str) -> bytes:
    document = pytest.importorskip("docx").Document()
    document.core_properties.title = "Kamin taken"
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Lisna", "12 km"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(text: str | None) -> bytes:
    """By matplotlib's writer, with letters as text; None: a picture alone."""
    import matplotlib
    from matplotlib.figure import Figure

    out = io.BytesIO()
    with matplotlib.rc_context({"pdf.fonttype": 42}):
        figure = Figure(figsize=(8, 4))
        if text is not None:
            figure.text(0.02, 0.5, text, parse_math=False)
        figure.savefig(out, format="pdf", metadata={"Title": "Kamin taken", "CreationDate": None})
    return out.getvalue()


def mbox(folder: Path) -> bytes:
    box = mailbox.mbox(folder / "made")
    for subject in ("Kamin taken", "Lisna holds"):
        message = mail(subject)
        message.set_content(f"{WORDS}\n\nFrom here the road is open.")
        box.add(message)
    box.flush()
    box.close()
    data = (folder / "made").read_bytes()
    (folder / "made").unlink()
    return data


def test_a_telegram_export(tmp_path: Path) -> None:
    first, second = read_articles([put(tmp_path / "result.json", json.dumps(CHAT))])
    assert first.text == WORDS
    assert first.id == "Valley News-2"
    assert first.source == "Valley News"
    assert first.published_on == date(2031, 4, 2)
    assert first.url == "https://t.me/c/1234567890/2"
    assert second.text == "Kamin is ours, says @staff."
    assert second.source == "General Staff"


def test_all_chats_of_telegram(tmp_path: Path) -> None:
    whole = {"about": "x", "chats": {"about": "y", "list": [CHAT, CHAT | {"name": "Second", "type": "personal_chat"}]}}
    found = read_articles([put(tmp_path / "result.json", json.dumps(whole))])
    assert [a.id for a in found] == ["Valley News-2", "Valley News-3", "Second-2", "Second-3"]
    assert found[2].url is None


def test_a_telegram_page(tmp_path: Path) -> None:
    first, second = read_articles([put(tmp_path / "messages.html", PAGE)])
    assert first.text == "Troops of the valley took Kamin on Friday,\n12 km north of Lisna."
    assert first.published_on == date(2031, 4, 2)
    assert (first.source, second.source) == ("Valley News", "General Staff")
    assert second.text == "Kamin is ours."


@pytest.mark.parametrize("name", ["feed.rss", "feed.xml", "feed.txt"])
def test_rss(tmp_path: Path, name: str) -> None:
    first, second = read_articles([put(tmp_path / name, RSS)])
    assert first.text == f"{WORDS}\nIt rained."
    assert (first.title, first.source, first.url) == ("Kamin taken", "The Valley Paper", "https://paper.example/1")
    assert first.id == "paper-1"
    assert first.published_on == date(2031, 4, 3)
    assert second.text == "Nothing but a title"
    assert second.published_on is None


def test_atom(tmp_path: Path) -> None:
    found = one(put(tmp_path / "feed.atom", ATOM))
    assert (found.text, found.source, found.id) == (WORDS, "Valley Wire", "tag:wire.example,2031:7")
    assert found.published_on == date(2031, 4, 3)


@pytest.mark.parametrize("html", [False, True])
def test_an_email(tmp_path: Path, html: bool) -> None:
    found = one(put(tmp_path / "a.eml", mail(html=html).as_bytes()))
    assert found.text == WORDS
    assert (found.title, found.source, found.id) == ("Kamin taken", "Desk, Valley Paper", "1@paper.example")
    assert found.published_on == date(2031, 4, 3)


def test_a_mailbox(tmp_path: Path) -> None:
    found = read_articles([put(tmp_path / "a.mbox", mbox(tmp_path))])
    assert [a.title for a in found] == ["Kamin taken", "Lisna holds"]
    assert found[0].text == f"{WORDS}\n\nFrom here the road is open."


def test_word(tmp_path: Path) -> None:
    found = one(put(tmp_path / "a.docx", docx(WORDS, "It rained.")))
    assert found.text == f"{WORDS}\n\nIt rained.\n\nLisna | 12 km"
    assert found.title == "Kamin taken"


def test_pdf_with_a_text_layer(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    found = one(put(tmp_path / "a.pdf", pdf("Troops of the valley took Ka-\nmin on Friday, 12 km\nnorth of Lisna.")))
    assert found.text == WORDS
    assert found.title == "Kamin taken"


@pytest.mark.parametrize(("name", "text"), [("a.srt", SRT), ("a.vtt", VTT)])
def test_subtitles(tmp_path: Path, name: str, text: str) -> None:
    assert one(put(tmp_path / name, text)).text == WORDS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (RSS, Seems.FEED),
        (ATOM, Seems.FEED),
        (VTT, Seems.VTT),
        (SRT, Seems.SRT),
        (PAGE, Seems.HTML),
        ("<kml xmlns='x'><Document/></kml>", Seems.KML),
        ("<?xml version='1.0'?><gpx></gpx>", Seems.XML),
        ("<note><to>x</to></note>", Seems.XML),
        ('{"a": 1}', Seems.JSON),
        ('{"a": 1}\n{"a": 2}', Seems.JSON_LINES),
        (mail().as_string(), Seems.MAIL),
        (WORDS, Seems.TEXT),
        ("[sic] the town fell", Seems.TEXT),
        ("[1] Footnotes come first.", Seems.TEXT),
        ("[1]", Seems.TEXT),
        ("<Kamin> was taken, the desk said.", Seems.TEXT),
        ("From Kamin to Lisna\n\nThe road is open.", Seems.TEXT),
        ("Note: the road is open.\nAlso: it rained.\nBut: not here.\n\nMore.", Seems.TEXT),
        ("{Kamin} fell.", Seems.TEXT),
        ("MZ is no town.", Seems.TEXT),
    ],
)
def test_what_text_seems_to_be(text: str, kind: Seems) -> None:
    assert seems(text) is kind


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", "<?xml version='1.0'?><gpx><wpt/></gpx>", "XML (<gpx>)"),
        ("a.xml", "<?xml version='1.0'?><sitemap/>", "XML (<sitemap>)"),
        ("a.kml", "<kml xmlns='x'><Document/></kml>", "a map (KML)"),
        ("a.md", '{"type": "Topology", "arcs": []}', "JSON"),
        ("a.txt", '[{"a": 1}]', "JSON"),
        ("a.json", '{"type": "FeatureCollection", "features": []}', "GeoJSON"),
        ("a.json", '{"geometryType": "esriGeometryPolygon", "features": []}', "ArcGIS"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        ("a.txt", b"SQLite format 3\0" + b"\0" * 100, "database"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "old Office"),
        ("a.rtf", rb"{\rtf1\ansi Kamin}", "RTF"),
        ("a.bin", b"\x01\x02\0\x03", "a binary file"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "an empty zip"),
    ],
)
def test_what_is_no_prose_is_named_and_refused(tmp_path: Path, name: str, content: str | bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_articles([put(tmp_path / name, content)])
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


# ── hostile documents ────────────────────────────────────────────────────────────────────────────────────────

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY a{n} "{"&a" + (str(n - 1) if n else "") + ";"}{"&a" + (str(n - 1) if n else "") + ";"}">'
        for n in range(30)
    )
    + "]>"
)
FETCH = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def changed_docx(part: str, change: Callable[[bytes], bytes]) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(docx(WORDS)))
    return zipped(
        {i.filename: (change(source.read(i)) if i.filename == part else source.read(i)) for i in source.infolist()}
    )


def nested_mail(deep: int) -> bytes:
    head = b"From: a@b.c\nSubject: x\nMIME-Version: 1.0\n"
    parts = [b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(deep)]
    return head + b"".join(parts) + b"Content-Type: text/plain\n\nx"


BODY = "word/document.xml"
HOSTILE: dict[str, Callable[[], tuple[str, str | bytes]]] = {
    "laughs in rss": lambda: ("a.rss", LAUGHS + "<rss version='2.0'><channel><title>&a29;</title></channel></rss>"),
    "fetch in rss": lambda: ("a.rss", FETCH + "<rss><channel><item><title>&f;</title></item></channel></rss>"),
    "laughs in atom": lambda: ("a.xml", LAUGHS + "<feed><entry><title>&a29;</title></entry></feed>"),
    "laughs in utf-16": lambda: ("a.rss", (LAUGHS + "<rss><channel><item/></channel></rss>").encode("utf-16")),
    "empty feed": lambda: ("a.rss", "<rss version='2.0'><channel></channel></rss>"),
    "feed cut short": lambda: ("a.rss", RSS[:90]),
    "feed without words": lambda: ("a.rss", "<rss><channel><item><link>x</link></item></channel></rss>"),
    "feed nested deep": lambda: ("a.rss", "<rss><channel>" + "<item>" * 50_000),
    "empty mail": lambda: ("a.eml", ""),
    "mail of headers": lambda: ("a.eml", "From: a@b.c\nSubject: x\n\n"),
    "mail in an unknown encoding": lambda: ("a.eml", "From: a@b.c\nContent-Type: text/plain; charset=klingon\n\n\xff"),
    "mail nested deep": lambda: ("a.eml", nested_mail(2000)),
    "mail with broken base64": lambda: ("a.eml", "From: a@b.c\nContent-Transfer-Encoding: base64\n\n====\n"),
    "mailbox without mails": lambda: ("a.mbox", "nothing here\n"),
    "mailbox of empty mails": lambda: ("a.mbox", "From x\n\n\nFrom y\n\n"),
    "empty docx": lambda: ("a.docx", zipped({"word/document.xml": b""})),
    "docx of nothing": lambda: ("a.docx", zipped({"readme.txt": b"hi"})),
    "docx cut short": lambda: ("a.docx", docx(WORDS)[:2000]),
    "docx with laughs": lambda: ("a.docx", changed_docx(BODY, lambda d: LAUGHS.encode() + d.partition(b"?>")[2])),
    "docx with a fetch": lambda: (
        "a.docx",
        changed_docx(BODY, lambda d: FETCH.encode() + d.partition(b"?>")[2].replace(b"Troops", b"&f;")),
    ),
    "docx bomb": lambda: ("a.docx", zipped({"word/document.xml": b"<a/>", "word/b.bin": b"\0" * (200 * 2**20)})),
    "docx of many files": lambda: ("a.docx", zipped({"word/document.xml": b""} | {f"a{n}": b"" for n in range(6000)})),
    "pdf cut short": lambda: ("a.pdf", pdf(WORDS)[:700]),
    "pdf of a head alone": lambda: ("a.pdf", b"%PDF-1.7\n"),
    "pdf without text": lambda: ("a.pdf", pdf(None)),
    "pdf whose pages go round": lambda: (
        "a.pdf",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF",
    ),
    "pdf of garbage": lambda: ("a.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 40),
    "subtitles without cues": lambda: ("a.vtt", "WEBVTT\n\nNOTE x\n"),
    "subtitles without words": lambda: ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n\n"),
    "telegram without text": lambda: ("result.json", json.dumps(CHAT | {"messages": CHAT["messages"][:1]})),
    "telegram with a number for text": lambda: (
        "result.json", json.dumps(CHAT | {"messages": [{"id": 1, "type": "message", "text": 7}]})
    ),
    "telegram with a list in text": lambda: (
        "result.json", json.dumps(CHAT | {"messages": [{"id": 1, "type": "message", "text": [["x"]]}]})
    ),
    "telegram with no chat": lambda: ("result.json", json.dumps({"chats": {"list": [3]}})),
    "telegram page of nothing": lambda: (
        "messages.html", '<html><div class="page_wrap"><div class="message default clearfix"></div></div></html>'
    ),
    "zip bomb": lambda: ("a.txt", zipped({"a": b"\0" * (300 * 2**20)})),
    "zip cut short": lambda: ("a.docx", b"PK\x03\x04" + b"\0" * 30),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_documents_are_one_line(tmp_path: Path, case: str) -> None:
    name, content = HOSTILE[case]()
    with pytest.raises(InputError) as caught:
        read_articles([put(tmp_path / name, content)])
    line = str(caught.value)
    assert "\n" not in line
    assert "root:" not in line
    assert len(line) < 700


# ── maps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def ring(shape: Any) -> str:
    return " ".join(f"{x},{y},0" for x, y in shape.coords)


def kml(body: str, title: str = "Front 2031-04-03") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{title}</name>{body}</Document></kml>"
    )


MYMAPS = kml(
    '<Style id="poly-A52714-1200-77-normal"><LineStyle><color>ff1427a5</color></LineStyle><PolyStyle>'
    '<color>4d1427a5</color></PolyStyle></Style><StyleMap id="poly-A52714-1200-77"><Pair><key>normal</key>'
    "<styleUrl>#poly-A52714-1200-77-normal</styleUrl></Pair></StyleMap>"
    "<Folder><name>Occupied</name><Placemark><name>Held ground</name><styleUrl>#poly-A52714-1200-77</styleUrl>"
    '<ExtendedData><Data name="status"><value>held</value></Data></ExtendedData><Polygon><outerBoundaryIs>'
    f"<LinearRing><coordinates>\n{ring(HOLED.exterior)}\n</coordinates></LinearRing></outerBoundaryIs>"
    f"<innerBoundaryIs><LinearRing><coordinates>{ring(HOLED.interiors[0])}</coordinates></LinearRing></innerBoundaryIs>"
    "</Polygon></Placemark></Folder><Folder><name>Towns</name><Placemark><name>Kamin</name>"
    "<Point><coordinates>37.2,49.6,0</coordinates></Point></Placemark></Folder>"
)


def arcgis(shape: Polygon, wkid: int = 4326, **more: Any) -> dict[str, Any]:
    rings = [list(map(list, r.coords)) for r in (shape.exterior, *shape.interiors)]
    # Esri: shells clockwise, holes the other way
    rings = [r if shapely.is_ccw(shapely.linearrings(r)) != (n == 0) else r[::-1] for n, r in enumerate(rings)]
    if wkid != 4326:
        frame = geopandas.GeoSeries([shapely.LinearRing(r) for r in rings], crs=4326).to_crs(3857)
        rings = [list(map(list, g.coords)) for g in frame]
    return {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": wkid},
        "fields": [{"name": "day", "type": "esriFieldTypeDate"}, {"name": "status", "type": "esriFieldTypeString"}],
        "features": [
            {"attributes": {"status": "held", "day": 1932940800000, "name": "Held"}, "geometry": {"rings": rings[::-1]}}
        ],
    } | more


def topology(shape: Polygon, **more: Any) -> dict[str, Any]:
    outer, inner = ([[round(x, 4), round(y, 4)] for x, y in r.coords] for r in (shape.exterior, shape.interiors[0]))
    steps = []
    for spots in (outer[:3], outer[2:], inner):
        whole = [[round((x - 36) / 1e-4), round((y - 49) / 1e-4)] for x, y in spots]
        steps.append([whole[0]] + [[b[0] - a[0], b[1] - a[1]] for a, b in pairwise(whole)])
    return {
        "type": "Topology",
        "transform": {"scale": [1e-4, 1e-4], "translate": [36, 49]},
        "arcs": steps,
        "objects": {
            "front": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1], [2]], "properties": {"status": "held", "name": "Held"}}
                ],
            }
        },
    } | more


def write_fgb(path: Path, driver: str = "FlatGeobuf") -> Path:
    frame = geopandas.GeoDataFrame({"status": ["held"], "name": ["Held"]}, geometry=[HOLED], crs=4326)
    frame.to_file(path, driver=driver, engine="pyogrio")
    return path


def as_files(folder: Path) -> dict[str, Path]:
    day = "2031-04-03"
    made = {
        "kml": put(folder / f"{day}.kml", MYMAPS),
        "kmz": put(folder / f"{day}.kmz", zipped({"doc.kml": MYMAPS.encode(), "files/icon.png": b"\x89PNG"})),
        "arcgis": put(folder / f"{day}.json", json.dumps(arcgis(HOLED))),
        "topojson": put(folder / f"{day}.topojson", json.dumps(topology(HOLED))),
        "fgb": write_fgb(folder / f"{day}.fgb"),
    }
    (folder / "m").mkdir()
    made["arcgis in mercator"] = put(folder / "m" / f"{day}.json", json.dumps(arcgis(HOLED, 102100)))
    return made


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return as_files(tmp_path_factory.mktemp("maps"))


KINDS = ["kml", "kmz", "arcgis", "arcgis in mercator", "topojson", "fgb"]


@pytest.mark.parametrize("kind", KINDS)
def test_polygons_of_other_programs_have_their_area(maps: dict[str, Path], kind: str) -> None:
    (shape,) = read_polygons(maps[kind]).geometry
    assert area_m2(shape, edges="planar") == pytest.approx(area_m2(HOLED, edges="planar"), rel=1e-6)
    assert not shapely.contains(shape, shapely.Point(37.15, 49.68))


@pytest.mark.parametrize("kind", KINDS)
def test_control_maps_of_other_programs(maps: dict[str, Path], kind: str) -> None:
    (snapshot,) = read_control(maps[kind]).snapshots
    assert snapshot.as_of.date() == date(2031, 4, 3)
    assert list(snapshot.frame["status"].astype(str)) == ["held"]


def test_what_a_kml_says_of_its_placemarks(maps: dict[str, Path]) -> None:
    for path in (maps["kml"], maps["kmz"]):
        tree = read_kml_file(path)
        assert tree["name"] == "Front 2031-04-03"
        told = tree["features"][0]["properties"]
        assert told["folder"] == "Occupied"
        assert told["fill"] == "#a52714"
        assert told["status"] == "held"


def test_esri_days_are_instants(tmp_path: Path) -> None:
    from geomap.formats.webmaps import read_arcgis

    ((_, tree),) = read_arcgis("x", arcgis(LEAN))
    assert tree["features"][0]["properties"]["day"] == "2031-04-03T00:00:00+00:00"


def test_a_layer_saved_from_a_web_map(tmp_path: Path) -> None:
    found = arcgis(HOLED)
    layer = {"layerDefinition": {"name": "Front", "fields": found.pop("fields")}, "featureSet": found}
    path = put(tmp_path / "2031-04-03.json", json.dumps({"featureCollection": {"layers": [layer]}}))
    assert len(read_polygons(path)) == 1


def test_own_places_of_a_kml(maps: dict[str, Path], tmp_path: Path) -> None:
    from geomap.gazetteer import read_gazetteer

    layer = add_places(maps["kml"], name="Towns", folder=tmp_path / "layers")
    (found,) = read_gazetteer(layer).find("Kamin", limit=1)
    assert (round(found.lat, 3), round(found.lon, 3)) == (49.6, 37.2)


def test_events_of_a_kml(tmp_path: Path) -> None:
    marks = "".join(
        f"<Folder><name>{holder}</name><Placemark><name>{town}</name><TimeStamp><when>{day}</when></TimeStamp>"
        f"<Point><coordinates>{lon},49.6</coordinates></Point></Placemark></Folder>"
        for holder, town, day, lon in (("Red", "Kamin", "2031-04-02", 37.2), ("Blue", "Lisna", "2031-04-03", 37.5))
    )
    first, second = read_events(put(tmp_path / "events.kml", kml(marks)))
    assert (first.settlement, first.holder, first.on, first.lat) == ("Kamin", "Red", date(2031, 4, 2), 49.6)
    assert (second.holder, second.source) == ("Blue", "events")


ACLED = """event_id_cnty,event_date,year,event_type,sub_event_type,actor1,actor2,location,latitude,longitude,source
VAL1,2 April 2031,2031,Battles,Armed clash,Red Army,Blue Army,Kamin,49.6,37.2,Valley News
VAL2,3 April 2031,2031,Battles,Government regains territory,Blue Army,Red Army,Kamin,49.6,37.2,Valley News
VAL3,4 April 2031,2031,Strategic developments,Non-violent transfer of territory,Blue Army,,Lisna,49.7,37.3,Wire
"""


def test_acleds_table_gives_its_transfers_and_its_licence(tmp_path: Path) -> None:
    notes: list[str] = []
    first, second = read_events(put(tmp_path / "acled.csv", ACLED), notes=notes)
    assert (first.settlement, first.holder, first.on) == ("Kamin", "Blue Army", date(2031, 4, 3))
    assert first.source == "ACLED: Valley News"
    assert second.settlement == "Lisna"
    assert "2 of 3 events" in notes[0]
    assert "terms of use" in notes[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (ACLED.splitlines()[0] + "\n" + ACLED.splitlines()[1] + "\n", "without a transfer"),
        ("id,type_of_violence,side_a,side_b,where_coordinates,date_start\n1,1,A,B,Kamin,2031-04-02\n", "UCDP"),
        ("event_id,event_id_1pd,date,t_mil_b,longitude,latitude\n1,2,20310402,1,37.2,49.6\n", "VIINA"),
    ],
)
def test_tables_that_do_not_say_who_holds_what_are_refused(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(ControlError, match=says):
        read_events(put(tmp_path / "events.csv", content))


def polygon_kml(coordinates: str) -> str:
    return kml(
        "<Placemark><name>A</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{coordinates}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


HOSTILE_MAPS: dict[str, Callable[[], tuple[str, str | bytes]]] = {
    "laughs in kml": lambda: ("a.kml", LAUGHS + "<kml><Document><name>&a29;</name></Document></kml>"),
    "fetch in kml": lambda: ("a.kml", FETCH + "<kml><Placemark><name>&f;</name></Placemark></kml>"),
    "kml cut short": lambda: ("a.kml", MYMAPS[:400]),
    "kml of nothing": lambda: ("a.kml", kml("")),
    "kml of links": lambda: ("a.kml", kml("<NetworkLink><Link><href>http://x.example</href></Link></NetworkLink>")),
    "no kml": lambda: ("a.kml", "<gpx/>"),
    "no xml": lambda: ("a.kml", "hello"),
    "empty kml": lambda: ("a.kml", ""),
    "kml nested deep": lambda: ("a.kml", kml("<Folder>" * 3000 + "</Folder>" * 3000)),
    "kml geometries nested deep": lambda: (
        "a.kml", kml("<Placemark>" + "<MultiGeometry>" * 200 + "</MultiGeometry>" * 200 + "</Placemark>")
    ),
    "kml with words for positions": lambda: ("a.kml", polygon_kml("a,b c,d e,f a,b")),
    "kml with nan": lambda: ("a.kml", polygon_kml("nan,nan 1,1 2,2 nan,nan")),
    "kml swapped off the globe": lambda: ("a.kml", polygon_kml("49,137 50,138 50,139 49,137")),
    "kml with a short ring": lambda: ("a.kml", polygon_kml("36,49 37,49 36,49")),
    "kml with an open ring": lambda: ("a.kml", polygon_kml("36,49 37,49 37,50 36,50")),
    "kml polygon without a ring": lambda: ("a.kml", kml("<Placemark><Polygon/></Placemark>")),
    "kml of infinite numbers": lambda: ("a.kml", polygon_kml("1e999,1 2,2 3,3 1e999,1")),
    "kmz of nothing": lambda: ("a.kmz", zipped({"readme.txt": b"x"})),
    "kmz cut short": lambda: ("a.kmz", zipped({"doc.kml": MYMAPS.encode()})[:100]),
    "kmz that points out": lambda: ("a.kmz", zipped({"../../doc.kml": MYMAPS.encode()})),
    "kmz with laughs": lambda: ("a.kmz", zipped({"doc.kml": (LAUGHS + "<kml/>").encode()})),
    "arcgis in part": lambda: ("a.json", json.dumps(arcgis(LEAN, exceededTransferLimit=True))),
    "arcgis of another system": lambda: ("a.json", json.dumps(arcgis(LEAN, spatialReference={"wkid": 28992}))),
    "arcgis without a system": lambda: ("a.json", json.dumps(arcgis(LEAN, spatialReference=None))),
    "arcgis of curves": lambda: (
        "a.json", json.dumps(arcgis(LEAN, features=[{"attributes": {}, "geometry": {"curveRings": []}}]))
    ),
    "arcgis of words": lambda: (
        "a.json", json.dumps(arcgis(LEAN, features=[{"attributes": {}, "geometry": {"rings": [["a", "b"]]}}]))
    ),
    "arcgis of no features": lambda: ("a.json", json.dumps(arcgis(LEAN, features=7))),
    "arcgis of a number": lambda: ("a.json", json.dumps(arcgis(LEAN, features=[7]))),
    "arcgis of a short ring": lambda: (
        "a.json", json.dumps(arcgis(LEAN, features=[{"attributes": {}, "geometry": {"rings": [[[1, 2], [3, 4]]]}}]))
    ),
    "arcgis rasters": lambda: ("a.json", json.dumps(arcgis(LEAN, geometryType="esriGeometryEnvelope"))),
    "arcgis layers of nothing": lambda: ("a.json", json.dumps({"featureCollection": {"layers": [{}]}})),
    "featureserver geojson in part": lambda: (
        "a.geojson",
        json.dumps({"type": "FeatureCollection", "exceededTransferLimit": True, "features": [
            {"type": "Feature", "properties": {"status": "held"}, "geometry": mapping(LEAN)}]}),
    ),
    "featureserver geojson in part, said below": lambda: (
        "a.geojson",
        json.dumps({"type": "FeatureCollection", "properties": {"exceededTransferLimit": True}, "features": [
            {"type": "Feature", "properties": {"status": "held"}, "geometry": mapping(LEAN)}]}),
    ),
    "topology with an arc too many": lambda: (
        "a.topojson", json.dumps(topology(HOLED, objects={"a": {"type": "Polygon", "arcs": [[99]]}}))
    ),
    "topology of words": lambda: ("a.topojson", json.dumps(topology(HOLED, arcs=[["a"]]))),
    "topology without objects": lambda: ("a.topojson", json.dumps(topology(HOLED, objects={}))),
    "topology with a text for an arc": lambda: (
        "a.topojson", json.dumps(topology(HOLED, objects={"a": {"type": "Polygon", "arcs": [["x"]]}}))
    ),
    "topology of an unknown type": lambda: (
        "a.topojson", json.dumps(topology(HOLED, objects={"a": {"type": "Circle", "arcs": [[0]]}}))
    ),
    "topology nested deep": lambda: (
        "a.topojson",
        json.dumps(topology(HOLED)).replace(
            '"Polygon", "arcs": [[0, 1], [2]]',
            '"GeometryCollection", "geometries": ['
            + '{"type": "GeometryCollection", "geometries": [' * 90
            + "]}" * 90
            + "]",
        ),
    ),
    "flatgeobuf of a head": lambda: ("a.fgb", b"fgb\x03fgb\x01"),
    "flatgeobuf of garbage": lambda: ("a.fgb", b"fgb\x03fgb\x01" + bytes(range(256)) * 20),
    "no flatgeobuf": lambda: ("a.fgb", b"<OGRVRTDataSource/>"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE_MAPS)
def test_hostile_maps_are_one_line(tmp_path: Path, case: str) -> None:
    name, content = HOSTILE_MAPS[case]()
    path = put(tmp_path / f"2031-04-03-{name}", content)
    with pytest.raises(ControlError) as caught:
        read_polygons(path)
    line = str(caught.value)
    assert "\n" not in line
    assert "root:" not in line
    assert len(line) < 700


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) + len(HOSTILE_MAPS) >= 60
