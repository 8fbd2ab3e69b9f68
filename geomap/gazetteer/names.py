"""Names as keys: one spelling for look-up whatever the case, accents, apostrophes and dashes; a looser one for script
and romanisation; feature words ("region", "river") told from the name they qualify.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

MAX_KEY = 200
"""Longest key in code points: the longest name in GeoNames cities500 has 118; longer text is no place name."""

# Letters that NFKD leaves whole, as news in English writes them.
_LETTERS = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ħ": "h",
    "ŋ": "n", "ə": "a", "ǝ": "a", "ĸ": "k", "ŧ": "t", "ƙ": "k", "ɓ": "b", "ɗ": "d", "ƴ": "y", "ɛ": "e", "ɔ": "o",
    "ґ": "г", "ς": "σ",
}  # fmt: skip
# Apostrophes, primes, modifier letters that stand for soft signs, ain and hamza; and dots of abbreviations.
_DROPPED = "'`´‘’‛ʻʼʽʾʿˈʹʺ′″‵\"“”„«»ˮꞌ·\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_TABLE: dict[int, str | None] = {ord(k): v for k, v in _LETTERS.items()}
_TABLE.update(dict.fromkeys(map(ord, _DROPPED)))
_ASCII_TABLE: dict[int, str | None] = {c: " " for c in range(128) if not chr(c).isalnum()}
_ASCII_TABLE[ord(".")] = "."
_ASCII_TABLE.update(dict.fromkeys(map(ord, "'`\"")))
_TABLE.update({k: v for k, v in _ASCII_TABLE.items() if k not in _TABLE})
# Vowel points of Latin, Greek, Cyrillic, Hebrew and Arabic; marks of Indic scripts are letters and stay.
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u0655\u0670]")
_NOT_WORD = re.compile(r"[^\w.]|_")
_SHORT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_ACRONYM = re.compile(r"(?:\w\.)+\w?")


def normalise(name: str) -> str:
    """The key of a name: folded case, no accents, apostrophes or soft-sign marks, dashes and dots as spaces.

    Works word by word, so that ``normalise(a + " " + b) == normalise(a) + " " + normalise(b)`` for words without
    punctuation at the seam; "U.S." gives "us", "St. Petersburg" gives "saint petersburg". Idempotent. Text longer
    than ``MAX_KEY`` is cut: no name is that long.
    """
    name = name[:MAX_KEY]
    if name.isascii():
        text = name.lower().translate(_ASCII_TABLE)
    else:
        text = unicodedata.normalize("NFKD", name).casefold()
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFC", _NOT_WORD.sub(" ", text.translate(_TABLE)))
    words = []
    for word in text.split():
        if "." in word:
            if _ACRONYM.fullmatch(word):
                letters = word.replace(".", "")
                words.append(_SHORT.get(letters, letters))
            else:
                words += [_SHORT.get(part, part) for part in word.replace(".", " ").split()]
        else:
            words.append(_SHORT.get(word, word))
    return " ".join(words)


# Cyrillic in one neutral romanisation; what languages write differently is folded afterwards.
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "є": "e", "ж": "zh", "з": "z", "и": "i", "і": "i",
        "й": "i", "ы": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "",
        "э": "e", "ю": "iu", "я": "ia", "ђ": "d", "ј": "i", "љ": "l", "њ": "n", "ћ": "ch", "џ": "dzh", "ѓ": "g",
        "ќ": "k", "ѕ": "z", "қ": "k", "ғ": "g", "ү": "u", "ұ": "u", "ө": "o", "ң": "n", "һ": "h", "ә": "a",
    }
)  # fmt: skip
# German, Polish, French, Czech and English ways to write the same sound, folded to one letter each; longest first.
_SOUNDS = (
    ("ck", "k"), ("schtsch", "s"), ("shch", "s"), ("szcz", "s"), ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("cz", "c"),
    ("tz", "c"), ("ts", "c"), ("ch", "h"), ("kh", "h"), ("sh", "s"), ("sz", "s"), ("zh", "z"), ("dj", "z"),
    ("gh", "g"), ("ph", "f"), ("th", "t"), ("ou", "u"), ("oo", "u"), ("ee", "i"),
)  # fmt: skip
_LATIN_FOLD = str.maketrans({"y": "i", "j": "i", "w": "v", "q": "k", "x": "h"})
_DOUBLE = re.compile(r"([a-z])\1+")
_IS_CYRILLIC = re.compile("[\u0400-\u052f]")
_GLIDE = re.compile(r"i(?=[aeou])|(?<=[aeou])i")


_ENDING = re.compile(r"(?<=[aeiou])h(?![a-z])")
"""Arabic's feminine ending is written -a, -ah and -eh."""
_ARTICLE = re.compile(r"^(?:al|el|a[dnrstz]|e[dnrstz]|ash|esh|adh|edh|ath)[ ](?=[^ ]{3})", re.MULTILINE)
"""The Arabic article, assimilated or not, before a name: "Ash Shaddadah" is "Shadadah" too."""


def without_article(key: str) -> str:
    """A normalised key without the Arabic article before it."""
    return _ARTICLE.sub("", key)


def skeleton(key: str) -> str:
    """A looser key: romanisations of one Cyrillic or Arabic name that differ only by habit share it.

    Takes and gives a normalised key. "izyum", "izium", "ізюм", "изюм" and "isium"... fold together; so do Balakliya and
    Balakliia, Krasny, Krasnyi and Krasnyy; Qayara and Al Qayyarah. Keys in other scripts come back as they are.
    """
    text = key.translate(_CYRILLIC)
    return _skeletons(text) if text.isascii() else text


def _skeletons(text: str) -> str:
    """Skeletons of ASCII keys, one a line."""
    text = _ENDING.sub("", _ARTICLE.sub("", text))
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    # z as s: German "Isjum". Glides go: ia, ya, ja and a are one.
    text = _DOUBLE.sub(r"\1", text.translate(_LATIN_FOLD).replace("z", "s"))
    return _GLIDE.sub("", text)


def skeletons(keys: list[str]) -> list[str]:
    """``skeleton`` of each normalised key, at a third of the time; those in other scripts come back as "".

    Keys must hold no line ends, which ``normalise`` never leaves in.
    """
    return _skeletons("\n".join(map(_in_latin, keys))).split("\n") if keys else []


_BONES = (
    ("kh", "h"), ("gh", "g"), ("sh", "s"), ("ch", "s"), ("th", "t"), ("dh", "d"), ("ph", "p"), ("zh", "z"), ("ts", "s"),
    ("q", "k"), ("g", "j"), ("z", "s"), ("v", "b"), ("x", "s"),
)  # fmt: skip
_VOWELS = re.compile(r"(?<=[a-z])(?:[aeiouyw]+|h(?![a-z]))")
_FIRST_VOWEL = re.compile(r"^[aeiouyw]+", re.MULTILINE)
BONES_MIN = 3
"""Consonants: fewer are shared by too many names, even within a country."""


def bones(key: str) -> str:
    """The consonants of an ASCII key, as scripts that leave vowels out keep them: "" where they are too few.

    Nubl and Nubul, Sheikh and Shaykh, Suheila and Sehaila, Mekelle and Mek'ele share theirs. Far looser than
    ``skeleton``: of use within one country alone.
    """
    found = _bones(key)
    return found if len(found.replace(" ", "")) >= BONES_MIN else ""


def _bones(text: str) -> str:
    text = _ARTICLE.sub("", text)
    for written, sound in _BONES:
        text = text.replace(written, sound)
    return _DOUBLE.sub(r"\1", _VOWELS.sub("", _FIRST_VOWEL.sub("a", text)))


def all_bones(keys: list[str]) -> list[str]:
    """``bones`` of each normalised key, "" for those in other scripts."""
    text = "\n".join([key if key.isascii() else "" for key in keys])
    lines = _bones(text).split("\n") if keys else []
    return [line if len(line.replace(" ", "")) >= BONES_MIN else "" for line in lines]


def _in_latin(key: str) -> str:
    """A Latin key as it is, one in Cyrillic in Latin letters; "" for another script."""
    if key.isascii():
        return key
    text = key.translate(_CYRILLIC) if _IS_CYRILLIC.search(key) else ""
    return text if text.isascii() else ""


# ── feature words ────────────────────────────────────────────────────────────────────────────────────────────

REGION = ("A.ADM1", "A.ADM2", "A.ADM", "L.RGN")
_FEATURE_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "region", "oblast", "province", "governorate", "state", "prefecture", "department", "territory", "krai",
            "voivodeship", "emirate", "canton", "wilayat", "vilayet", "republic", "division", "muhafazah", "velayat",
        ),
        REGION,
    ),
    **dict.fromkeys(
        ("county", "district", "raion", "rayon", "municipality", "parish", "borough", "commune", "hromada"),
        ("A.ADM2", "A.ADM1", "A.ADM", "P."),
    ),
    **dict.fromkeys(("river", "rivers", "canal", "creek", "stream", "estuary"), ("H.STM", "H.CNL")),
    **dict.fromkeys(("lake", "reservoir", "lagoon", "loch"), ("H.LK", "H.RSV", "H.LGN")),
    **dict.fromkeys(("sea", "ocean", "gulf", "bay", "strait", "straits", "channel"), ("H.",)),
    **dict.fromkeys(("city", "town", "village", "settlement", "hamlet", "suburb"), ("P.",)),
    **dict.fromkeys(("island", "islands", "isle", "archipelago"), ("T.ISL", "A.", "T.")),
    **dict.fromkeys(
        ("mountain", "mountains", "mount", "hills", "desert", "peninsula", "valley", "plateau"), ("T.", "V.")
    ),
    # the same in Ukrainian and Russian
    **dict.fromkeys(("область", "областi", "області", "области", "край", "республика", "республіка"), REGION),
    **dict.fromkeys(("район", "района", "району"), ("A.ADM2", "A.ADM1")),
    **dict.fromkeys(("река", "реки", "ріка", "річка", "річки"), ("H.STM", "H.CNL")),
    **dict.fromkeys(("город", "місто", "село", "посёлок", "селище"), ("P.",)),
}  # fmt: skip
_OF = re.compile(
    r"^(?:the )?(city|town|village|region|province|state|district|county|department|gulf|bay|island|isle|republic"
    r"|strait|governorate|oblast|prefecture|sea|canton|emirate|river|lake) of (?:the )?(.+)$"
)


@cache
def feature_words() -> dict[str, tuple[str, ...]]:
    """Normalised feature word -> prefixes of the GeoNames feature codes that it means."""
    return {normalise(word): codes for word, codes in _FEATURE_WORDS.items()}


def strip_feature_word(key: str) -> tuple[str, tuple[str, ...]] | None:
    """Split a normalised key into a name and the features that its feature word allows.

    "kharkiv region" -> ("kharkiv", ("A.ADM1", ...)); "city of london" -> ("london", ("P.",)); "river dnipro" ->
    ("dnipro", ("H.STM", ...)). None where there is no feature word, or nothing beside it.
    """
    if found := _OF.match(key):
        return found.group(2), feature_words()[found.group(1)]
    key = key.removeprefix("the ")
    words = feature_words()
    head, _, rest = key.partition(" ")
    body, _, tail = key.rpartition(" ")
    if body and tail in words:
        return body, words[tail]
    if rest and head in words:
        return rest, words[head]
    return None
