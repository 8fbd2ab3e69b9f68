"""Word lists of recognition and resolution: what English news writes around, inside and instead of place names.

Typed by hand for this project; demonyms after common English usage. Keys are normalised words.
"""

from __future__ import annotations

from functools import cache


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ── demonyms ─────────────────────────────────────────────────────────────────────────────────────────────────

_COUNTRY_DEMONYMS = """
AF Afghan,Afghani AL Albanian DZ Algerian AD Andorran AO Angolan AG Antiguan AR Argentine,Argentinian,Argentinean
AM Armenian AU Australian,Aussie AT Austrian AZ Azerbaijani,Azeri BS Bahamian BH Bahraini BD Bangladeshi BB Barbadian
BY Belarusian,Belarussian,Byelorussian BE Belgian BZ Belizean BJ Beninese BM Bermudian BT Bhutanese BO Bolivian
BA Bosnian BW Motswana BR Brazilian BN Bruneian BG Bulgarian BF Burkinabe MM Burmese BI Burundian KH Cambodian
CM Cameroonian
CA Canadian CV Cape_Verdean CF Central_African TD Chadian CL Chilean CN Chinese CO Colombian KM Comorian CG Congolese
CR Costa_Rican HR Croatian,Croat CU Cuban CY Cypriot CZ Czech DK Danish,Dane DJ Djiboutian DO Dominican
NL Dutch,Dutchman EC Ecuadorian,Ecuadorean EG Egyptian GQ Equatorial_Guinean ER Eritrean EE Estonian ET Ethiopian
FJ Fijian FI Finnish,Finn FR French,Frenchman,Frenchmen FO Faroese GA Gabonese GM Gambian GE Georgian DE German
GH Ghanaian GI Gibraltarian GR Greek GD Grenadian GL Greenlandic,Greenlander GT Guatemalan GN Guinean GY Guyanese
HT Haitian HN Honduran HK Hong_Konger HU Hungarian IS Icelandic,Icelander IN Indian ID Indonesian IR Iranian IQ Iraqi
IE Irish,Irishman,Irishmen IL Israeli IT Italian CI Ivorian JM Jamaican JP Japanese JO Jordanian KZ Kazakh,Kazakhstani
KE Kenyan KI Kiribati KW Kuwaiti KG Kyrgyz,Kirghiz LA Laotian,Lao LV Latvian LB Lebanese LR Liberian LY Libyan
LI Liechtensteiner LT Lithuanian LU Luxembourgish,Luxembourger MK Macedonian MG Malagasy MW Malawian MY Malaysian
MV Maldivian ML Malian MT Maltese MH Marshallese MR Mauritanian MU Mauritian MX Mexican FM Micronesian MD Moldovan
MC Monegasque MN Mongolian ME Montenegrin MA Moroccan MZ Mozambican NA Namibian NR Nauruan NP Nepalese,Nepali
NZ New_Zealander NI Nicaraguan NE Nigerien NG Nigerian KP North_Korean NO Norwegian OM Omani PK Pakistani PW Palauan
PS Palestinian PA Panamanian PG Papuan PY Paraguayan PE Peruvian PH Filipino,Philippine,Filipina PL Polish,Pole
PT Portuguese PR Puerto_Rican QA Qatari RO Romanian,Rumanian RU Russian RW Rwandan WS Samoan SM Sammarinese
SA Saudi,Saudi_Arabian SN Senegalese RS Serbian,Serb SC Seychellois SL Sierra_Leonean SG Singaporean SK Slovak,Slovakian
SI Slovenian,Slovene SB Solomon_Islander SO Somali ZA South_African KR South_Korean SS South_Sudanese
ES Spanish,Spaniard LK Sri_Lankan SD Sudanese SR Surinamese SZ Swazi SE Swedish,Swede CH Swiss SY Syrian
TW Taiwanese TJ Tajik TZ Tanzanian
TH Thai TL Timorese TG Togolese TO Tongan TT Trinidadian TN Tunisian TR Turkish,Turk TM Turkmen TV Tuvaluan UG Ugandan
UA Ukrainian AE Emirati GB British,Briton,Brit US American UY Uruguayan UZ Uzbek VU Vanuatuan VE Venezuelan
VN Vietnamese YE Yemeni,Yemenite ZM Zambian ZW Zimbabwean XK Kosovan,Kosovar GP Guadeloupean
"""

# People and adjectives of parts of countries and of continents: demonym -> the place's name.
_REGION_DEMONYMS = """
Chechen=Chechnya Crimean=Crimea Dagestani=Dagestan Ingush=Ingushetia Tatarstani=Tatarstan Abkhaz=Abkhazia
Abkhazian=Abkhazia Ossetian=South_Ossetia South_Ossetian=South_Ossetia North_Ossetian=North_Ossetia
Transnistrian=Transnistria Scottish=Scotland Scot=Scotland Scots=Scotland Welsh=Wales English=England
Englishman=England Northern_Irish=Northern_Ireland Cornish=Cornwall Catalan=Catalonia Catalonian=Catalonia
Basque=Basque_Country Galician=Galicia Andalusian=Andalusia Sicilian=Sicily Sardinian=Sardinia Tuscan=Tuscany
Corsican=Corsica Breton=Brittany Flemish=Flanders Walloon=Wallonia Bavarian=Bavaria Saxon=Saxony Tyrolean=Tyrol
Siberian=Siberia Tibetan=Tibet Uighur=Xinjiang Uyghur=Xinjiang Cantonese=Guangdong Kashmiri=Kashmir Punjabi=Punjab
Gujarati=Gujarat Darfuri=Darfur Darfurian=Darfur Tigrayan=Tigray Oromo=Oromia Zanzibari=Zanzibar Katangan=Katanga
European=Europe African=Africa Asian=Asia Eurasian=Eurasia South_American=South_America North_American=North_America
Latin_American=Latin_America Central_American=Central_America West_African=West_Africa East_African=East_Africa
North_African=North_Africa Middle_Eastern=Middle_East Mideast=Middle_East Scandinavian=Scandinavia Balkan=Balkans
Gazan=Gaza_Strip Quebecois=Quebec Quebecer=Quebec Albertan=Alberta Ontarian=Ontario Tasmanian=Tasmania
Queenslander=Queensland Hawaiian=Hawaii Texan=Texas Californian=California Floridian=Florida Ohioan=Ohio
Virginian=Virginia Carolinian=North_Carolina Georgian=Georgia Alaskan=Alaska Kentuckian=Kentucky Tennessean=Tennessee
Minnesotan=Minnesota Michigander=Michigan Nebraskan=Nebraska Kansan=Kansas Oklahoman=Oklahoma Iowan=Iowa
Pennsylvanian=Pennsylvania New_Yorker=New_York Londoner=London Parisian=Paris Berliner=Berlin Muscovite=Moscow
Venetian=Venice Neapolitan=Naples Roman=Rome Athenian=Athens Viennese=Vienna Dubliner=Dublin Beiruti=Beirut
Arizonan=Arizona Coloradan=Colorado Hoosier=Indiana Louisianan=Louisiana Mississippian=Mississippi Missourian=Missouri
Montanan=Montana Nevadan=Nevada Oregonian=Oregon Utahn=Utah Vermonter=Vermont Washingtonian=Washington
Wisconsinite=Wisconsin Alabaman=Alabama Alabamian=Alabama Arkansan=Arkansas Anatolian=Anatolia Arctic=Arctic
Amazonian=Amazon Saharan=Sahara Caribbean=Caribbean Antarctic=Antarctica Caucasian=Caucasus Bohemian=Bohemia
Moravian=Moravia Silesian=Silesia Pomeranian=Pomerania Transylvanian=Transylvania Thracian=Thrace Cretan=Crete
Bengali=Bengal Keralite=Kerala Acehnese=Aceh Balinese=Bali Okinawan=Okinawa Javanese=Java Sumatran=Sumatra
"""

_INVARIANT = ("ese", "ish", "ch", "sh", "ss", "x", "man", "men", "z", "nese")
# Names of places first and demonyms only rarely, or languages and cuisines beyond counting: left to the gazetteer.
_NOT_DEMONYM = _set(
    "arctic antarctic caribbean kiribati caucasian roman saxon oregonian berliner mideast philippines laos"
)


@cache
def demonyms() -> dict[str, tuple[str, str]]:
    """Demonym key, singular and plural -> ("country", alpha-2 code) or ("name", place name)."""
    found: dict[str, tuple[str, str]] = {}

    def add(word: str, meaning: tuple[str, str]) -> None:
        key = word.replace("_", " ").lower()
        plural = [] if key.endswith(_INVARIANT) and key != "czech" else [key + "s"]
        for form in [key, *plural]:
            if form not in _NOT_DEMONYM:
                found.setdefault(form, meaning)

    words = _COUNTRY_DEMONYMS.split()
    for code, forms in zip(words[::2], words[1::2], strict=True):
        for form in forms.split(","):
            add(form, ("country", code))
    for pair in _REGION_DEMONYMS.split():
        word, _, name = pair.partition("=")
        add(word, ("name", name.replace("_", " ")))
    return found


AMBIGUOUS_DEMONYMS = {"georgian": "Georgia", "georgians": "Georgia"}
"""Demonyms of a country and of a region: both are candidates, the story decides."""

# ── abbreviations ────────────────────────────────────────────────────────────────────────────────────────────

_STATES = """
AL,Ala.=Alabama AK,Alaska=Alaska AZ,Ariz.=Arizona AR,Ark.=Arkansas CA,Calif.,Cal.=California CO,Colo.=Colorado
CT,Conn.=Connecticut DE,Del.=Delaware DC,D.C.=District_of_Columbia FL,Fla.=Florida GA,Ga.=Georgia HI,Hawaii=Hawaii
ID,Idaho=Idaho IL,Ill.=Illinois IN,Ind.=Indiana IA,Iowa=Iowa KS,Kan.,Kans.=Kansas KY,Ky.=Kentucky LA,La.=Louisiana
ME,Maine=Maine MD,Md.=Maryland MA,Mass.=Massachusetts MI,Mich.=Michigan MN,Minn.=Minnesota MS,Miss.=Mississippi
MO,Mo.=Missouri MT,Mont.=Montana NE,Neb.,Nebr.=Nebraska NV,Nev.=Nevada NH,N.H.=New_Hampshire NJ,N.J.=New_Jersey
NM,N.M.=New_Mexico NY,N.Y.=New_York NC,N.C.=North_Carolina ND,N.D.=North_Dakota OH,Ohio=Ohio OK,Okla.=Oklahoma
OR,Ore.=Oregon PA,Pa.,Penn.=Pennsylvania RI,R.I.=Rhode_Island SC,S.C.=South_Carolina SD,S.D.=South_Dakota
TN,Tenn.=Tennessee TX,Tex.=Texas UT,Utah=Utah VT,Vt.=Vermont VA,Va.=Virginia WA,Wash.=Washington
WV,W.Va.=West_Virginia WI,Wis.=Wisconsin WY,Wyo.=Wyoming
"""
_PROVINCES = """
ON,Ont.=Ontario QC,Que.=Quebec NS,N.S.=Nova_Scotia NB,N.B.=New_Brunswick MB,Man.=Manitoba BC,B.C.=British_Columbia
PE,P.E.I.=Prince_Edward_Island SK,Sask.=Saskatchewan AB,Alta.=Alberta NL,N.L.=Newfoundland_and_Labrador
"""


@cache
def postal_codes() -> dict[str, tuple[str, str]]:
    """Two capitals after a comma ("Austin, TX") -> (country, region)."""
    found = {}
    for country, text in (("CA", _PROVINCES), ("US", _STATES)):
        for pair in text.split():
            forms, _, name = pair.partition("=")
            found[forms.split(",")[0]] = (country, name.replace("_", " "))
    return found


@cache
def abbreviations() -> dict[str, tuple[str, str]]:
    """Written abbreviation, dots and all ("Calif.", "N.Y.") -> (country, region)."""
    found = {}
    for country, text in (("CA", _PROVINCES), ("US", _STATES)):
        for pair in text.split():
            forms, _, name = pair.partition("=")
            for form in forms.split(",")[1:]:
                if form.endswith("."):
                    found[form] = (country, name.replace("_", " "))
    found["W. Va."] = ("US", "West Virginia")
    return found


COUNTRY_SHORT = {
    "US": "US", "U.S.": "US", "U.S": "US", "USA": "US", "U.S.A.": "US", "UK": "GB", "U.K.": "GB", "U.K": "GB",
    "UAE": "AE", "U.A.E.": "AE", "DRC": "CD", "D.R.C.": "CD", "PRC": "CN", "DPRK": "KP", "U.S.S.R.": "RU",
    "USSR": "RU", "KSA": "SA", "CAR": "CF", "ROK": "KR",
}  # fmt: skip
"""Abbreviations of countries, in capitals as written. The Soviet Union is placed at Russia, its legal successor."""

COUNTRY_NAMES = {
    "america": "US", "united states": "US", "united states of america": "US", "the united states": "US",
    "britain": "GB", "great britain": "GB", "russian federation": "RU", "soviet union": "RU", "holland": "NL",
    "burma": "MM", "ivory coast": "CI", "cote divoire": "CI", "south korea": "KR", "north korea": "KP",
    "czech republic": "CZ", "czechia": "CZ", "macedonia": "MK", "swaziland": "SZ", "turkiye": "TR", "turkey": "TR",
    "palestinian territories": "PS", "palestinian authority": "PS", "vatican": "VA", "holy see": "VA",
    "democratic republic of congo": "CD", "democratic republic of the congo": "CD", "dr congo": "CD",
    "republic of congo": "CG", "congo": "CD", "east timor": "TL", "cape verde": "CV", "georgia": "GE", "jordan": "JO",
    "chad": "TD", "gambia": "GM", "the gambia": "GM", "bahamas": "BS", "uk": "GB", "persia": "IR", "siam": "TH",
    "ussr": "RU", "people s republic of china": "CN", "peoples republic of china": "CN", "republic of ireland": "IE",
    "kingdom of saudi arabia": "SA", "republic of georgia": "GE", "emirates": "AE", "taiwan": "TW", "kosovo": "XK",
}  # fmt: skip
"""Common names of countries that gazetteers file under longer ones: added to the candidates, never replacing them."""

METONYMS = {
    "kremlin": ("Moscow", "RU"), "white house": ("Washington", "US"), "pentagon": ("Washington", "US"),
    "capitol hill": ("Washington", "US"), "downing street": ("London", "GB"), "10 downing street": ("London", "GB"),
    "whitehall": ("London", "GB"), "buckingham palace": ("London", "GB"), "elysee": ("Paris", "FR"),
    "wall street": ("New York City", "US"), "holyrood": ("Edinburgh", "GB"), "bundestag": ("Berlin", "DE"),
}  # fmt: skip
"""Seats that stand for a government: placed in their city."""

# ── feature words ────────────────────────────────────────────────────────────────────────────────────────────

FEATURE_WORDS: dict[str, str] = {
    **dict.fromkeys(
        ("region", "oblast", "province", "governorate", "prefecture", "krai", "voivodeship", "republic", "state",
         "canton", "wilayat", "regency", "regions", "oblasts", "provinces", "governorates", "states",
         "область", "области", "області", "край"), "region"),
    **dict.fromkeys(
        ("county", "parish", "district", "raion", "rayon", "borough", "municipality", "commune", "counties",
         "districts", "township", "shire", "subdistrict", "division", "район", "района", "району"), "county"),
    **dict.fromkeys(("river", "rivers", "creek", "stream", "canal", "bayou", "река", "ріка", "річка"), "river"),
    **dict.fromkeys(("lake", "lakes", "reservoir", "lagoon", "dam", "loch"), "lake"),
    **dict.fromkeys(("sea", "ocean", "gulf", "bay", "strait", "straits", "channel", "sound"), "sea"),
    **dict.fromkeys(
        ("city", "town", "village", "settlement", "hamlet", "suburb", "capital", "port", "cities", "towns", "villages",
         "township", "місто", "город", "село"), "city"),
    **dict.fromkeys(("island", "islands", "isle", "peninsula", "archipelago", "atoll"), "land"),
    **dict.fromkeys(
        ("mountain", "mountains", "mount", "desert", "valley", "plateau", "hills", "hill", "volcano", "glacier",
         "forest", "plain", "basin", "delta", "highlands", "steppe"), "land"),
    **dict.fromkeys(("country", "nation", "kingdom"), "country"),
}  # fmt: skip
"""Feature word -> class: region, county, river, lake, sea, city, land, country."""

LOWER_FEATURES = _set(
    "region oblast province governorate prefecture krai voivodeship republic state county parish district raion rayon "
    "river creek canal lake reservoir sea bay city town village island islands peninsula mountains valley desert "
    "область области області край район района району"
)
"""Feature words that belong to a name even in lower case: "Kharkiv region", "Dnipro river", "Kherson city"."""

LEADING_FEATURES = _set("lake mount river cape fort port camp gulf isle loch lough")

FEATURE_PREFIXES: dict[str, tuple[str, ...]] = {
    "region": ("A.ADM1", "A.ADM2", "A.ADM3", "A.ADM", "L."),
    "county": ("A.ADM2", "A.ADM3", "A.ADM", "A.ADM1"),
    "river": ("H.STM", "H.CNL"),
    "lake": ("H.LK", "H.RSV", "H.LGN", "S.DAM"),
    "sea": ("H.",),
    "city": ("P.",),
    "land": ("T.", "L.", "V."),
    "country": ("A.PCL",),
}
"""Class of a feature word -> prefixes of GeoNames codes that it means."""

POI_WORDS = _set(
    "street st avenue ave road rd boulevard blvd drive dr lane ln highway hwy interstate route parkway pike way court "
    "ct place plaza square bridge park school university college hospital airport church cemetery center centre mall "
    "library museum stadium hotel station hall building theatre theater academy institute high elementary middle "
    "courthouse jail prison clinic club inn market farm farms trail golf arena chapel temple mosque cathedral field"
)
"""Second halves of names that are no settlement: streets, buildings, institutions."""

ORG_WORDS = _set(
    "post times news herald tribune gazette journal daily star press chronicle observer telegraph express mail sun "
    "university college bank police department council commission committee board association authority agency "
    "company co corp inc ltd llc corporation group partners united fc city rovers wanderers athletic club team "
    "party union league foundation society institute center centre trust fund court ministry army navy guard corps "
    "bureau office service services system systems industries airlines airways motors energy power electric oil gas "
    "hospital medical health clinic church school schools district academy dispatch examiner independent republican "
    "sentinel record register standard tv radio broadcasting network media rangers raiders tigers lions bears eagles "
    "bulldogs giants jets kings warriors cowboys texans saints falcons panthers steelers ravens browns bengals"
)
"""Next words that make an organisation or a team of a place name."""

TITLES = _set(
    "mr mrs ms miss dr sir lady lord dame sen sens senator rep reps representative gov governor president minister "
    "judge justice sheriff chief officer sgt sergeant lt lieutenant capt captain col colonel gen general maj major cpl "
    "detective deputy mayor councilman councilwoman commissioner chairman chairwoman coach pastor rev reverend father "
    "bishop pope prince princess king queen professor prof attorney director spokesman spokeswoman spokesperson "
    "secretary ambassador chancellor congressman congresswoman superintendent principal manager agent trooper"
)
"""Words before a person's name."""

LOCATIVE = _set(
    "in near at from to around outside inside across into toward towards through throughout between over within via "
    "beyond of along north south east west northeast northwest southeast southwest off leaving visiting entering "
    "reach reached enter entered left visit visited outskirts against upon on above below"
)

PARTICLES = _set(
    "of the de la le les du des del da do dos das di della el al en et and upon on in sur sous am im an der die den "
    "van aan by na nad under over y e a o ash ad with near next st au aux ez as ar ed er ul los las dei degli delle "
    "i wa dell dello sul sulla bei ob pri pod lez pres at din den dels unter devant op"
)
"""Lower-case words that may stand inside a name."""

DIRECTIONS = _set(
    "north south east west northern southern eastern western central northeast northwest southeast southwest "
    "northeastern northwestern southeastern southwestern upper lower"
)

MONTHS_DAYS = _set(
    "january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun"
)

NEVER = _set(
    "the a an and or but if so as at by in of on to up us it its is are was were be been he she his her him we our you "
    "your they their them this that these those i my me who what when where why how which while all any some no not "
    "one two three four five six seven eight nine ten first second third last next new old more most many much few "
    "western eastern northern southern central west east north south brexit internet online telegram twitter facebook "
    "reuters interfax tass afp ap bbc cnn nato god christmas easter covid english "
    "taliban hamas hezbollah hizbollah fatah shabaab isis isil daesh houthi houthis kgb fsb cia fbi mossad"
)
"""Single words that are no place by themselves in English news whatever a gazetteer holds; "US" is an abbreviation,
met before this list is asked."""

SPEECH_VERBS = _set(
    "said says say told tells announced announces claimed claims denied denies insisted insists warned warns accused "
    "accuses agreed agrees rejected rejects demanded demands vowed vows pledged pledges wants wanted hopes hoped "
    "believes believed thinks expects expected fears feared has had have is was were will would could should may might "
    "must can does did failed fails invaded launched started began begun signed signs sent sends refused refuses "
    "struggled continues continued responded called calls recaptured annexed seized withdrew retaliated supports "
    "supported backs backed opposes opposed criticized criticised condemned imposed imposes considers casts received "
    "alleged urged urges asked asks acknowledged confirmed reported reports admitted conceded blamed blames threatened "
    "threatens declared declares ordered orders plans planned needs holds held lost won achieved faces faced became "
    "makes made takes took gave gives used uses put puts remains stopped tried tries decided decides appears seems "
    "also reportedly still now never yesterday today been"
)
"""What governments do: a capital or country before one of these speaks or acts."""

GOVERNMENT_NOUNS = _set(
    "forces troops army military soldiers government officials official authorities ministry minister president "
    "spokesman spokeswoman spokesperson leader leaders leadership parliament ambassador embassy administration regime "
    "command commander chief defence defense foreign intelligence backers allies ally gains losses advances advance "
    "advances offensive counteroffensive campaign invasion attack attacks narrative ability concern bid demand "
    "demands claim claims response reserves supply tank tanks nuclear weapons arsenal policy position decision plan "
    "plans prime envoy delegation navy fleet air secretary king queen state-owned state general interior economy "
    "governor parliament's think strongman most biggest full war western"
)
"""What a government has: "Moscow's forces", "Russia's defence ministry"."""

GOVERNOR_WORDS = _set("governor governors regional council administration prosecutor prosecutors legislature")

BACKED_WORDS = _set(
    "backed installed appointed led controlled friendly sponsored funded brokered imposed allied aligned supplied made"
)
"""Second halves of "Moscow-backed": the place is a government."""

GROUND_NOUNS = _set(
    "territory soil east west north south border borders coast coastline capital city cities region regions town towns "
    "airspace land shore shores northeast northwest southeast southwest village villages province provinces frontier "
    "countryside interior heartland waters islands population outskirts suburbs"
)
"""What a country has that is ground: "Ukraine's east" is the place."""

COMPOUND_NOUNS = _set(
    "forces troops army military officials government ministry minister president intelligence media embassy diplomats "
    "backers allies authorities leaders leadership command soldiers strongman regime spokesman navy parliament "
    "think nuclear defence defense foreign administration congress senate sanctions weapons envoy bid concern"
)
"""What follows the bare name of a state used as an adjective: "Kremlin forces", "US intelligence agencies"."""

POLITICAL_VERBS = _set(
    "criticized criticised accused blamed urged told asked support supporting supported warned pressured helping help "
    "arming sanctioned condemned backing defeated fighting"
)
"""What is done to a government: "criticized Berlin"."""

AGENT_WORDS = _set("by from against between with for")
"""Prepositions before one who acts: "held by Moscow"."""

PLURAL_FEATURES = _set(
    "regions oblasts provinces governorates states counties districts rivers lakes cities towns villages islands"
)

CITY_HINTS = _set("near outside toward towards around")
"""Before a bare name that a city and its region share, these mean the city: nobody stands outside a region's middle."""

REGION_HINTS = _set("annexed annexing annex governor throughout")

ABBREVIATED_WORDS = _set("saint sainte mount fort pt n s e w no so co cape")
"""Normalised words whose dot does not end a name: "St. Petersburg", "N. Korea"."""

NO_STOP = _set(
    "mr mrs ms dr sen rep gov gen col lt sgt capt maj rev prof jr sr vs no jan feb mar apr aug sept oct nov dec inc "
    "ltd co corp dept ave blvd rd hon pres supt saint sainte mount fort ala ariz ark calif colo conn del fla ga ill "
    "ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo ont alta sask"
)
"""Abbreviations whose dot seldom ends a sentence."""

GOVERNED_NOUNS = _set(
    "forces army navy military deputies president government command leader leaders future citizens parliament allies "
    "allied ambassador minister ministry spokesman spokeswoman enemies interests constitution behalf armed services"
)
"""What is had by a state as such: "armed forces of Ukraine"."""

SENT_NOUNS = _set(
    "statement statements plea pleas message messages orders weapons supplies support pressure letter call calls aid "
    "response permission assurances guarantees threats demands signals funding independence withdrawal"
)
"""What a government sends: "a statement from Moscow"."""

SOCIETIES = _set(
    "initiative association society foundation institute federation observatory legion league academy corp inc journal "
    "airlines airways"
)
"""Bodies whose names hold a people but act for none: "American Heart Association"; a ministry does."""

TAKING_VERBS = _set(
    "took take takes taking taken captured capture capturing seized seize seizing liberated liberate liberating retook "
    "retake recaptured recapture recapturing overran overrunning besieged besieging stormed storming shelled shelling "
    "bombed bombing evacuated evacuating reached reaching entered entering fled occupied surrounded encircled"
)
"""What armies do to places, and fires and floods to towns."""

FIGHTING_VERBS = _set("lost lose loses losing pounded pounding abandoned control controls controlled")
"""What armies do to places and others to things: these speak for words that are neither English nor names of people.
No "attacked" or "defended", which is what is done to politicians whom no list of names has yet."""

BEING = _set("is was has had remains remained stays stayed")
HOLDS = _set("hands control occupation")
TAKEN = _set(
    "retaken recaptured liberated occupied shelled bombed bombarded encircled besieged stormed annexed overrun"
)
"""What befalls towns and not people, after a form of to be; either may be captured, seized or surrounded."""

STATE_SUFFIXES = BACKED_WORDS | _set(
    "based held wide born occupied run annexed bound style speaking registered flagged"
)
"""Second halves of compounds with the name of a place: "U.S.-based", "Russia-occupied"."""
