"""Words of place names of all languages together: what stands around, inside and instead of them.

A text names places in more than one language ("the Kharkivska oblast"), so that the lists are joined; keys are
normalised words. ``README.md`` says what each list does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from geomap.errors import InputError
from geomap.lang import kept, languages, table

COUNTRY, PLACE = "country", "name"
"""What a demonym or state leads to: a country's code, or the name of a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLists:
    """The lists of ``[words]``, each the union of all languages'."""

    against_words: frozenset[str]
    agent_words: frozenset[str]
    aimed_nouns: frozenset[str]
    apposition_ends: frozenset[str]
    apposition_starts: frozenset[str]
    articles: frozenset[str]
    back_words: frozenset[str]
    backed_words: frozenset[str]
    being_verbs: frozenset[str]
    body_nouns: frozenset[str]
    by_words: frozenset[str]
    calendar: frozenset[str]
    calling_verbs: frozenset[str]
    city_hints: frozenset[str]
    compound_nouns: frozenset[str]
    conjunctions: frozenset[str]
    directions: frozenset[str]
    dotted_words: frozenset[str]
    far_fillers: frozenset[str]
    far_words: frozenset[str]
    fighting_verbs: frozenset[str]
    from_words: frozenset[str]
    governed_nouns: frozenset[str]
    government_nouns: frozenset[str]
    government_verbs: frozenset[str]
    governor_words: frozenset[str]
    ground_nouns: frozenset[str]
    ground_verbs: frozenset[str]
    heads_of_regions: frozenset[str]
    held_nouns: frozenset[str]
    in_words: frozenset[str]
    including_words: frozenset[str]
    inside_words: frozenset[str]
    km_words: frozenset[str]
    leading_features: frozenset[str]
    leading_parts: frozenset[str]
    leaving_verbs: frozenset[str]
    locatives: frozenset[str]
    loose_features: frozenset[str]
    loose_features_before: frozenset[str]
    loose_features_of: frozenset[str]
    loose_locatives: frozenset[str]
    lower_features: frozenset[str]
    mile_words: frozenset[str]
    ministry_words: frozenset[str]
    name_articles: frozenset[str]
    never_places: frozenset[str]
    of_words: frozenset[str]
    on_words: frozenset[str]
    open_articles: frozenset[str]
    org_words: frozenset[str]
    part_ends: frozenset[str]
    particles: frozenset[str]
    partisan_nouns: frozenset[str]
    peer_nouns: frozenset[str]
    plural_features: frozenset[str]
    poi_words: frozenset[str]
    political_verbs: frozenset[str]
    possessives: frozenset[str]
    region_hints: frozenset[str]
    republic_words: frozenset[str]
    said_verbs: frozenset[str]
    saying_words: frozenset[str]
    sent_nouns: frozenset[str]
    short_name_words: frozenset[str]
    societies: frozenset[str]
    state_suffixes: frozenset[str]
    taken_words: frozenset[str]
    taking_verbs: frozenset[str]
    titles: frozenset[str]
    to_words: frozenset[str]
    whole_links: frozenset[str]
    whole_words: frozenset[str]
    with_words: frozenset[str]


LISTS = tuple(field.name for field in fields(WordLists))
"""Names of the lists that a language may have in ``[words]`` of its ``names.toml``."""


@kept
def word_lists() -> WordLists:
    """All languages' word lists. InputError where a language has a list that nothing reads."""
    found: dict[str, set[str]] = {name: set() for name in LISTS}
    for language, names in _files():
        for name, words in names.get("words", {}).items():
            if name not in found:
                raise InputError(f"{language}/names.toml: found a list {name!r}; expected one of {', '.join(LISTS)}")
            found[name].update(words)
    return WordLists(**{name: frozenset(words) for name, words in found.items()})


@kept
def feature_words() -> Mapping[str, str]:
    """Feature word -> class: region, county, river, lake, sea, city, land, country."""
    return {word: sort for _, names in _files() for sort, words in names.get("features", {}).items() for word in words}


@kept
def filed_words() -> Mapping[str, tuple[str, ...]]:
    """Class of a feature word -> words under which a gazetteer may file a place of it ("kharkiv oblast")."""
    found: dict[str, tuple[str, ...]] = {}
    for names in _parts("filed"):
        for sort, words in names.items():
            found[sort] = (*found.get(sort, ()), *words)
    return found


# ── countries, regions, cities ───────────────────────────────────────────────────────────────────────────────


@kept
def country_short() -> Mapping[str, str]:
    """Abbreviation of a country, in capitals as written -> alpha-2 code."""
    return _codes("countries", "short")


@kept
def country_names() -> Mapping[str, str]:
    """Key of a country's common name -> alpha-2 code."""
    return _codes("countries", "names")


def _codes(*path: str) -> dict[str, str]:
    return {form: code for names in _parts(*path) for code, forms in names.items() for form in forms}


@kept
def city_short() -> Mapping[str, str]:
    """Abbreviation of a city, in capitals as written -> key of its name."""
    return {short: key for names in _parts("cities", "short") for short, key in names.items()}


@kept
def postal_codes() -> Mapping[str, tuple[str, str]]:
    """Two capitals after a comma ("Austin, TX") -> (country, region)."""
    return {form: state for form, state in _states() if not form.endswith(".")}


@kept
def abbreviations() -> Mapping[str, tuple[str, str]]:
    """Written abbreviation of a state, dots and all ("Calif.", "N.Y.") -> (country, region)."""
    return {form: state for form, state in _states() if form.endswith(".")}


def _states() -> Iterator[tuple[str, tuple[str, str]]]:
    for states in _parts("states"):
        for country, regions in states.items():
            for region, forms in regions.items():
                for form in forms:
                    yield form, (country, region)


@kept
def seats() -> Mapping[str, tuple[str, str]]:
    """Key of a seat that stands for a government ("kremlin") -> its city and country."""
    return {seat: (city, country) for names in _parts("seats") for seat, (city, country) in names.items()}


@kept
def stand_ins() -> Mapping[str, str]:
    """Small letters of what stands for a country and is none ("kremlin", "idf") -> alpha-2 code."""
    bodies = {body: code for names in _parts("bodies") for body, code in names.items()}
    return {**{seat: country for seat, (_, country) in seats().items()}, **bodies}


# ── demonyms ─────────────────────────────────────────────────────────────────────────────────────────────────


@kept
def demonyms() -> Mapping[str, tuple[str, str]]:
    """Demonym key, singular and plural -> (COUNTRY, alpha-2 code) or (PLACE, its name)."""
    found: dict[str, tuple[str, str]] = {}
    for form, meaning in _demonyms():
        found.setdefault(form, meaning)
    return found


@kept
def shared_demonyms() -> Mapping[str, str]:
    """Demonyms of a country and of a region too ("georgian") -> the region's name: the story decides."""
    countries = {form for form, (sort, _) in _demonyms() if sort == COUNTRY}
    return {form: name for form, (sort, name) in _demonyms() if sort == PLACE and form in countries}


def _demonyms() -> Iterator[tuple[str, tuple[str, str]]]:
    for rules in _parts("demonyms"):
        for sort, part in ((COUNTRY, "countries"), (PLACE, "regions")):
            for target, words in rules.get(part, {}).items():
                for word in words:
                    for form in _forms(word.lower(), rules):
                        yield form, (sort, target)


def _forms(word: str, rules: Mapping[str, Any]) -> list[str]:
    """A demonym and its plural; none of those that are left out."""
    invariant = word.endswith(tuple(rules.get("invariant_endings", ()))) and word not in rules.get("regular", ())
    plural = rules.get("plural", "")
    forms = [word] if invariant or not plural else [word, word + plural]
    return [form for form in forms if form not in rules.get("left_out", ())]


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


def _files() -> list[tuple[str, Mapping[str, Any]]]:
    return [(language, table(language, "names")) for language in languages("names")]


def _parts(*path: str) -> Iterator[Mapping[str, Any]]:
    """The same part of every language's file, empty where it has none."""
    for _, names in _files():
        part: Mapping[str, Any] = names
        for name in path:
            part = part.get(name, {})
        yield part
