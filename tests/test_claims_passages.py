"""Passages of our own over fires, floods, ice, forests, wars, planning and sport, with what they claim.

Places stand in brackets: ``[Izium]`` a town, ``[Syria|A.PCLI]`` with its feature, ``{Russian}`` a demonym. Each line
after a text is one claim that must be found; of the kinds that carry figures or control, no other may be.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from geomap.claims import extract_claims
from geomap.claims.quantities import UNITS
from geomap.models import Article, Claim, ClaimKind, MentionKind, Place, Toponym

COUNTED = {ClaimKind.AREA, ClaimKind.DISTANCE, ClaimKind.EXTENT, ClaimKind.ADVANCE, ClaimKind.RATE, ClaimKind.CONTROL}
POINT = {"exact", "about", "nearly", "same_as", "times", "size_of", "dimensions"}
CLASS = {
    **dict.fromkeys(POINT, "point"), "more_than": "lower", "at_least": "lower", "less_than": "upper",
    "at_most": "upper", "up_to": "upper", "between": "range", "vague_plural": "vague",
}  # fmt: skip
GAIN = {"captured", "recaptured", "liberated", "reached", "advanced"}
LOSS = {"withdrew", "lost", "evacuated", "surrendered"}
HOLD = {"controls", "occupied", "stabilising"}
FIGHT = {"contested", "besieged", "encircled"}
AREAS = {"Wales": 20.8e9, "Belgium": 30.7e9, "Delaware": 6.45e9, "Nepal": 147.5e9, "Luxembourg": 2.586e9}

_MARK = re.compile(r"\[([^\]|]+)(?:\|([A-Z.0-9]+))?\]|\{([^}]+)\}")


def read_marked(marked: str) -> tuple[str, list[Toponym]]:
    """Text without its marks, and the toponyms that they stood for."""
    text, toponyms, at = "", [], 0
    for m in _MARK.finditer(marked):
        text += marked[at : m.start()]
        name = m.group(1) or m.group(3)
        feature = m.group(2) or ("A.PCLI" if m.group(3) else "P.PPL")
        kind = MentionKind.DEMONYM if m.group(3) else MentionKind.LITERAL
        place = Place(id=f"test:{name}", name=name, lat=1.0, lon=2.0, feature=feature)
        toponyms.append(
            Toponym(article="t", start=len(text), end=len(text) + len(name), text=name, kind=kind, place=place)
        )
        text += name
        at = m.end()
    return text + marked[at:], toponyms


def claims_of(marked: str, published: date | None = date(2024, 8, 20)) -> list[Claim]:
    text, toponyms = read_marked(marked)
    claims = extract_claims(
        Article(id="t", text=text, published_on=published), toponyms, area_of=lambda place: AREAS.get(place.name)
    )
    for claim in claims:
        assert text[claim.start : claim.end] == claim.quote
    return claims


def fits(claim: Claim, wanted: str) -> bool:
    """Whether a claim has all that a line of expectations says."""
    kind, *rest = wanted.split()
    if claim.kind.value != kind:
        return False
    tests: list[bool] = []
    if rest and rest[0][0].isdigit():
        number, unit = float(rest[0]), rest[1]
        rest = rest[2:]
        per = unit.removesuffix("/day")
        factor = UNITS[per][0] if per in UNITS else 1.0
        si = claim.value.si if claim.value is not None else None
        tests.append(si is not None and abs(si / (number * factor) - 1) < 0.011)
        top = next((float(r[4:]) * factor for r in rest if r.startswith("max=")), None)
        got = claim.value.si_max if claim.value is not None else None
        tests.append((top is None) == (got is None) and (top is None or got is not None and abs(got / top - 1) < 0.011))
        if not any(r.startswith("q=") for r in rest):
            rest.append("q=range" if top else "q=point")
    polarity = "negated" if "neg" in rest else "affirmed"
    tests.append(claim.polarity.value == polarity)
    mood = next((r[4:] for r in rest if r.startswith("mod=")), "asserted")
    tests.append(claim.modality.value == mood or (mood == "any" and claim.modality.value != "asserted"))
    for item in rest:
        name, _, value = item.partition("=")
        value = value.replace("_", " ")
        if name == "q":
            tests.append(claim.value is not None and CLASS.get(claim.value.qualifier.value) == value)
        elif name == "dir":
            tests.append(claim.direction is not None and claim.direction.value == value)
        elif name == "ref":
            tests.append(claim.reference is not None and value.lower() in claim.reference.text.lower())
        elif name == "of":
            names = " / ".join(m.text for m in claim.subject)
            tests.append(all(v.lower() in names.lower() for v in value.split("+")))
        elif name == "pred":
            family = {"gain": GAIN, "loss": LOSS, "hold": HOLD, "fight": FIGHT}.get(value, {value})
            tests.append(claim.predicate is not None and claim.predicate.value in family)
        elif name == "by":
            tests.append(claim.actor is not None and value.lower() in claim.actor.lower())
        elif name == "src":
            tests.append(bool(claim.source) and value.lower() in " / ".join(claim.source).lower())
        elif name == "on":
            day = f"{claim.date.start}" if claim.date is not None else ""
            tests.append(day == value)
        elif name == "fixed":
            tests.append(claim.value is not None and claim.value.unit_corrected)
    return all(tests)


PASSAGES: list[tuple[str, list[str]]] = [
    # ── wildfires ────────────────────────────────────────────────────────────────────────────────────────────
    ("The blaze had charred roughly 61,400 acres (24,850 ha) by Tuesday and was 12% contained, the forest service said.",
     ["area 61400 acre src=forest_service on=2024-08-20"]),
    ("A fire north of [Alder Creek] doubled overnight to more than 7,000 acres, while a second one held at 450 acres.",
     ["area 7000 acre q=lower", "area 450 acre"]),
    ("Between 900 and 1,100 hectares of scrub burned on the island of [Kelos].", ["area 900 ha max=1100"]),
    ("Flames tore through 30-40,000 hectares of pine in [Varsk] province, officials estimate.",
     ["area 30000 ha max=40000"]),
    ("The complex has scorched a quarter of a million acres and destroyed 310 homes.", ["area 250000 acre"]),
    ("Since June the fires have eaten up 2.7m hectares, an area nearly the size of [Belgium|A.PCLI].",
     ["area 2700000 ha", "area 30.7e9 m2"]),
    ("Two fires near [Dunmore] grew to 310 and 2,405 acres respectively.", ["area 310 acre", "area 2405 acre"]),
    ("Evacuations were ordered within a 10-mile radius of the [Harlan] plant after smoke was seen 15 miles east of [Harlan].",
     ["extent 10 mi", "distance 15 mi dir=E ref=Harlan"]),
    ("The fire front, some 18 kilometres long, was moving north at about 3 km an hour.", ["extent 18 km"]),
    ("The perimeter grew from 12,000 to 19,500 acres on Sunday.", ["area 12000 acre", "area 19500 acre"]),
    ("Crews cut a firebreak along [Route 9]; the 41-year-old driver of the third truck walked 5 miles to safety.", []),
    ("At 1,500 feet above the valley, smoke hid the 200-foot tower.", []),
    # ── floods ───────────────────────────────────────────────────────────────────────────────────────────────
    ("Water now covers a third of [Nepal|A.PCLI], the minister said, and 1.1 million people have left home.",
     ["area 49.17e9 m2 src=minister"]),
    ("The river, normally 300 metres wide, has spread to a lake 25 km across.", ["extent 300 m", "extent 25 km"]),
    ("Some 14.5 lakh hectares of paddy lie under water in the state.", ["area 1450000 ha"]),
    ("[Morro] sits 4 km upstream of [Santa Vela], where the levee broke.", ["distance 4 km ref=Santa_Vela"]),
    ("About 60 square miles – 155 sq km – of farmland is flooded.", ["area 60 sq_mi"]),
    ("The gauge at [Torvik] rose 3.2 metres in a day, the highest in 90 years.", []),
    ("Up to 80 per cent of [Delaware|A.ADM1] could be submerged if the dam fails.", ["area 5.16e9 m2 q=upper mod=conditional"]),
    # ── ice ──────────────────────────────────────────────────────────────────────────────────────────────────
    ("The iceberg, at 3,880 square kilometres about one and a half times the size of [Luxembourg|A.PCLI], is drifting north.",
     ["area 3880 km2", "area 3.879e9 m2"]),
    ("Sea ice reached 14.2 million sq km (5.48 million sq mi) in March, below last year's 14.6 million.",
     ["area 14200000 km2", "area 14600000 km2"]),
    ("The glacier is retreating by 400 metres a year and its tongue is 11 miles long.",
     ["rate 1.0951 m/day", "extent 11 mi"]),
    ("A crack of nearly 30 miles has opened, researchers say, just 8 miles from the edge of the shelf.",
     ["extent 30 mi", "distance 8 mi ref=edge"]),
    ("The berg broke into two pieces, the larger 20 km by 6 km.", ["area 120 km2"]),
    # ── forests ──────────────────────────────────────────────────────────────────────────────────────────────
    ("Loggers cleared 4,570 km² of forest in a year, that is 1,250 hectares a day.", ["area 4570 km2", "rate 1250 ha/day"]),
    ("The reserve is three miles square, and no road runs through it.", ["area 9 sq_mi"]),
    ("Der Bericht nennt 11.568 km² (4,466 sq mi) of lost forest.", ["area 11568 km2"]),
    ("An area larger than [Wales|A.ADM1] was felled between 2015 and 2020.", ["area 20.8e9 m2 q=lower"]),
    ("Planters want to restore half a million hectares by 2030.", ["area 500000 ha mod=intended"]),
    ("They felled a stand the size of 40 football pitches.", []),
    # ── wars ─────────────────────────────────────────────────────────────────────────────────────────────────
    ("Rebels seized [Karda] and the nearby town of [Ulm Tepe] on Friday, the army confirmed.",
     ["control of=Karda+Ulm_Tepe pred=captured by=Rebels src=army on=2024-08-16"]),
    ("Government troops pulled out of [Sena] overnight after a month of siege.",
     ["control of=Sena pred=withdrew by=Government_troops"]),
    ("[Marat] fell to the insurgents last week and the frontline moved 20 km south of [Dola].",
     ["control of=Marat pred=gain by=insurgents", "advance 20 km dir=S ref=Dola"]),
    ("The army denied that it had lost [Belen]. Fighting for [Orsk] went on, the general staff said.",
     ["control of=Belen pred=lost mod=denied", "control of=Orsk pred=contested src=general_staff"]),
    ("Militants have not captured [Tessa], the governor insisted, and the town remains under government control.",
     ["control of=Tessa pred=captured neg"]),
    ("The ministry said its forces had liberated [Novyk]; it later withdrew the claim.",
     ["control of=Novyk pred=liberated mod=retracted"]),
    ("Troops failed to retake [Hajar] despite a week of shelling.", ["control of=Hajar pred=recaptured neg"]),
    ("The general vowed to recapture [Lessa] before winter, whatever the war costs his army.",
     ["control of=Lessa pred=recaptured mod=intended"]),
    ("The rebel-held city of [Idra] was quiet, but shelling shook army positions in [Sarma].",
     ["control of=Idra pred=controls by=rebel"]),
    ("The junta has lost control of 1,200 sq km since October, monitors said, including the border town of [Muse].",
     ["area 1200 km2 pred=lost by=junta src=monitors"]),
    ("{Ethiopian} forces entered [Mekar] after {Tigrayan} fighters withdrew from the city.",
     ["advance ref=Mekar by=Ethiopian_forces"]),
    ("Soldiers advanced 12 km towards [Jabal], taking two villages; rebels still hold the airport.",
     ["advance 12 km ref=Jabal"]),
    ("The two armies dug in 9 miles apart.", ["distance 9 mi"]),
    ("The enclave of [Vardan], captured by separatists in 1993, was returned after the war.",
     ["control of=Vardan pred=captured by=separatists on=1993-01-01"]),
    ("The siege of [Alba] ended when relief troops reached the harbour.", ["control of=Alba pred=besieged"]),
    ("Fighters surrounded [Menaka] and cut the road to the army garrison.", ["control of=Menaka pred=encircled by=Fighters"]),
    ("Recapturing [Sirte] took the army three weeks of street fighting.", ["control of=Sirte pred=recaptured"]),
    ("{Azerbaijani} troops took the town of [Susa], 10 km (6 miles) south of [Khan], and then [Lachin].",
     ["control of=Susa pred=captured", "distance 10 km dir=S ref=Khan of=Susa", "control of=Lachin pred=captured"]),
    ("The loss of [Debal] was a blow to the army, whose retreat from [Pisky] had begun days earlier.",
     ["control of=Debal pred=lost", "control of=Pisky pred=withdrew"]),
    ("Government forces now control about 60% of [Nepal|A.PCLI], up from half before the offensive.",
     ["area 88.5e9 m2"]),
    ("[Harsk], occupied since March, lies 30 kilometres from the front, and troops shell it daily.",
     ["control of=Harsk pred=occupied on=2024-03-01", "distance 30 km ref=front of=Harsk"]),
    ("The rebels said they had freed 2,500km of territory in a week of war.", ["area 2500 km2 fixed"]),
    ("The army set up a protection zone with a radius of 150 kilometres around [Sela].", ["extent 150 km"]),
    ("Officials rejected reports that [Goro] had been captured by the militia.",
     ["control of=Goro pred=captured by=militia mod=denied"]),
    ("If reinforcements do not come, troops could abandon [Pell] within days.",
     ["control of=Pell pred=withdrew mod=conditional"]),
    ("The convoy was hit between [Ama] and [Bella], 35km north-east of the capital.", ["distance 35 km dir=NE ref=capital"]),
    ("The town of [Sarn], about twenty-five miles inside [Turkey|A.PCLI], was shelled by {Syrian} guns.",
     ["distance 25 mi ref=Turkey of=Sarn"]),
    ("Forces hold a bridgehead 5km deep and 12km wide on the eastern bank.", ["extent 5 km", "extent 12 km"]),
    # ── planning, property, sport, streets ───────────────────────────────────────────────────────────────────
    ("The council approved 240 homes on a 35-acre site off [Mill Lane], half a mile from the station.",
     ["area 35 acre", "distance 0.5 mi ref=station"]),
    ("A 52,000-square-foot warehouse and a 900 square metre gym will replace the 6,000 sq ft shop.", []),
    ("She won the 10-kilometre race after a 40 km ride, then jogged 3 miles home.", []),
    ("[Boston] took the lead and held [Chicago] to two runs; [Denver] lost to [Dallas] by 12 points.", []),
    ("The driver lost control of his car near [Harrow] and hit a tree 20 metres from the road.", []),
    ("Police captured a suspect in [Tulsa] on Monday after he fled [Wichita].", []),
    ("Republicans took control of [Virginia|A.ADM1] and Labour held [Leeds].", []),
    ("The firm withdrew from [Spain|A.PCLI] and will leave [Italy|A.PCLI] next year.", []),
    ("The 1400 block of Grand Avenue is closed; the detour adds 7 miles.", []),
    ("Speed is limited to 30 miles per hour on the 4-mile diversion.", []),
    ("The town annexed 120 acres west of the highway in 2006.", ["area 120 acre"]),
    ("The farm spans 1,200 acres, of which 300 are leased.", ["area 1200 acre"]),
    ("The trail winds for 22 miles along the ridge; hikers covered 9 miles on day one.", ["extent 22 mi"]),
    ("It was the first acre that the trust bought at Five Mile Creek.", []),
    ("He stood 6 feet 2 inches tall, a few yards from her.", []),
    ("The village of [Brae], 7 miles southwest of [Perth] and a mile from the coast, has one shop.",
     ["distance 7 mi dir=SW ref=Perth of=Brae", "distance 1 mi ref=coast"]),
    ("The quake struck 42 km (26 miles) off [Luna] at a depth of 10 km.", ["distance 42 km ref=Luna"]),
    ("Its epicentre lay 95 km from [Tara] and 110 km from [Mosi].",
     ["distance 95 km ref=Tara", "distance 110 km ref=Mosi"]),
    # ── harder ones ──────────────────────────────────────────────────────────────────────────────────────────
    ("The Pine fire burned 1,021,400 acres; the second largest, the Ridge fire – 887,120 – came two years later.",
     ["area 1021400 acre", "area 887120 acre"]),
    ("Group-held land shrank from 90,500 sq km in January 2015 to 61,000 km² by October.",
     ["area 90500 km2", "area 61000 km2"]),
    ("The caliphate ran 34,000 sq mi at its height, now less than 2 sq mi in [Bagra], a mile from the {Iraqi} border.",
     ["area 34000 sq_mi", "area 2 sq_mi q=upper", "distance 1 mi ref=border"]),
    ("The country does not recognise the annexation of [Crima|A.ADM1] by its neighbour after the war.",
     ["control of=Crima pred=annexed"]),
    ("The army has not withdrawn from [Kobe], whatever the rebels say.", ["control of=Kobe pred=withdrew neg"]),
    ("The ministry corrected its statement: troops had not entered [Dhar], it said.", ["advance ref=Dhar neg"]),
    ("A spokesman denied losing [Palmi] and said the garrison was holding the town.", ["control of=Palmi pred=lost mod=denied"]),
    ("Neither side controls [Hama], aid workers say; shelling and fighting went on.", ["control of=Hama pred=controls neg"]),
    ("An earlier version of this article wrongly said that rebel forces had captured [Tanga].",
     ["control of=Tanga pred=captured mod=retracted"]),
    ("The junta's troops never took [Laza], despite three offensives.", ["control of=Laza pred=captured neg"]),
    ("The RSF claimed full control of [Nyala] on Thursday; the army made no comment on the war.",
     ["control of=Nyala pred=hold on=2024-08-15 by=RSF"]),
    ("{Armenian} separatists surrendered [Stepan] after a one-day offensive.", ["control of=Stepan pred=surrendered"]),
    ("[Kidal], long a rebel stronghold, is back in the hands of the army.", ["control of=Kidal pred=hold"]),
    ("The {Houthi} militia overran the port of [Moka] and advanced on [Taz].", ["control of=Moka pred=captured"]),
    ("Government soldiers and allied militias recaptured [Wad], the state capital, from the paramilitary RSF.",
     ["control of=Wad pred=recaptured"]),
    ("By 2015 the jihadists ruled [Raqa] and [Mosul]; four years on they held nothing.",
     ["control of=Raqa+Mosul pred=hold"]),
    ("[Avdi] was captured by {Russian} forces in February, four months after the assault began.",
     ["control of=Avdi pred=captured by=Russian_forces on=2024-02-01"]),
    ("{Ukrainian} troops raised the flag over [Robo] and pushed 3 km farther south.", ["advance 3 km dir=S"]),
    ("The incursion reached 30 km into [Kursk|A.ADM1] region, the chief of staff reported; 1,263 sq km and 93 settlements are held.",
     ["advance 30 km ref=Kursk", "area 1263 km2"]),
    ("Nearly one-fifth of [Nepal|A.PCLI] is occupied, the president said.", ["area 29.5e9 m2 src=president"]),
    ("The rebels say they hold 14 villages and 220 square kilometres; the army says 90.", ["area 220 km2 pred=hold src=rebels"]),
    ("From 1,500 to 2,000 hectares have gone up in smoke near [Evora].", ["area 1500 ha max=2000"]),
    ("The lake has lost 3,400 sq km, or 90% of its surface, since 1963.", ["area 3400 km2"]),
    ("The slick is 12 miles long and up to three miles wide, 40 miles off the coast of [Dorn].",
     ["extent 12 mi", "extent 3 mi q=upper", "distance 40 mi ref=Dorn"]),
    ("The storm's eye passed 60 nautical miles east of [Koro].", ["distance 60 nmi dir=E ref=Koro"]),
    ("Lava has covered 8.7 sq km and stopped 300 metres short of the harbour at [Grin].",
     ["area 8.7 km2", "distance 300 m ref=harbour"]),
    ("The burn scar measures about 110,000 dunams, 110 sq km.", ["area 110000 dunam"]),
    ("The parcel, 3/4 of an acre, abuts a 12-unit block and a 5,000 square-foot lot.", ["area 0.75 acre", "area 5000 sq_ft"]),
    ("The new national park will cover 1.3 million acres of desert north of [Ely].", ["area 1300000 acre mod=predicted"]),
    ("Only 4,000 of the park's 22,000 acres burned.", ["area 22000 acre"]),
    ("The island, 5 miles by 2 miles, has 300 people.", ["area 10 sq_mi"]),
    ("The border fence runs for 1,100 km; a gap of six miles remains near [Port Sello].", ["extent 1100 km", "extent 6 mi"]),
    ("Some 40 km2 burned around [Nola], twenty kilometres to the west, on Monday.", ["area 40 km2", "distance 20 km dir=W"]),
    ("The 2003 pickup was found 1/2 mile south of [Dover].", ["distance 0.5 mi dir=S ref=Dover"]),
    ("Sudan's army said it had retaken the presidential palace in [Khar].", []),
    ("The team advanced to the final in [Lyon] after captain Reyes captured her third title.", []),
    ("Kites and balloons: 5,000 people came within 200 metres of the stage.", []),
    ("He ran 26 miles in [Boston], swam 2 km and hiked 12 miles around [Denver].", []),
    ("The plane flew 300 miles north before it landed in [Perth].", []),
    ("A 6.2-magnitude quake hit 12 miles north-northwest of [Vale].", ["distance 12 mi dir=NW ref=Vale"]),
    ("Surrounded by friends in [Paris], the singer reclaimed her crown and seized the moment.", []),
    ("The bank seized houses in [Reno]; investors took over the mall and lost millions.", []),
    ("Protesters occupied City Hall in [Oakland] while police held Broadway.", []),
    ("The river is 100 yards wide at [Ford].", ["extent 100 yd"]),
    ("Prices in [Tokyo] fell; the yen gained and retook ground lost in May.", []),
    ("[Crimea|A.ADM1], which {Russian} troops seized in 2014, is 27,000 sq km.",
     ["control of=Crimea pred=captured by=Russian_troops", "area 27000 km2"]),
    # ── Ukrainian, from lang/uk.toml ─────────────────────────────────────────────────────────────────────────────
    ("За даними Генштабу, за тиждень звільнили понад 2 500 км² території.", ["area 2500 km2 q=lower src=Генштабу"]),
    ("Село [Дудчани] розташоване за 40 км на південь від [Золотої Балки].", ["distance 40 km dir=S ref=Золотої_Балки of=Дудчани"]),
    ("Вогонь охопив 12,5 тис. га лісу, повідомили рятувальники.", ["area 12500 ha src=рятувальники"]),
    ("До кордону лишалося менше п'яти кілометрів; місто [Вовчанськ] лежить за п'ять кілометрів від кордону.", ["distance 5 km ref=кордону of=Вовчанськ"]),
    ("Площа пожежі — майже двісті п'ятдесят гектарів.", ["area 250 ha"]),
    ("Ракета впала за 15–20 км північніше [Харкова].", ["distance 15 km max=20 dir=N ref=Харкова"]),
    ("Війська просунулися на 3 км у напрямку [Сватового].", ["advance 3 km"]),
    ("Окупанти контролюють близько 20% території [України|A.PCLI].", []),
    ("Смуга завширшки 8 км тягнеться вздовж річки.", ["extent 8 km"]),
    ("Заповідник займає 1.500.000 кв. м, склад — 900 кв. м.", ["area 1500000 m2"]),
    ("За словами мера, вода залила від 300 до 400 гектарів.", ["area 300 ha max=400 src=мера"]),
    ("Швидкість вітру сягала 20 метрів за секунду, авто їхало 90 км/год, температура впала на 5 градусів.", []),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "wanted"), PASSAGES, ids=[re.sub(r"\W+", " ", m)[:44] for m, _ in PASSAGES])
def test_passage(marked: str, wanted: list[str]) -> None:
    claims = [c for c in claims_of(marked) if c.kind in COUNTED]
    left = list(claims)
    for line in wanted:
        found = next((c for c in left if fits(c, line)), None)
        assert found is not None, f"{line!r} not among {[describe(c) for c in claims]}"
        left.remove(found)
    assert not left, f"not expected: {[describe(c) for c in left]}"


def describe(claim: Claim) -> str:
    value = claim.value
    figure = f"{value.si} {value.si_max} {value.si_unit} {value.qualifier}" if value is not None else ""
    return (
        f"{claim.kind} {claim.quote!r} {figure} of={[m.text for m in claim.subject]} "
        f"ref={claim.reference.text if claim.reference else None} dir={claim.direction} pred={claim.predicate} "
        f"by={claim.actor} src={claim.source} {claim.polarity} {claim.modality} "
        f"on={claim.date.start if claim.date else None}"
    )
