"""Text as tokens with code-point offsets, in sentences. Every pass is linear in the text's length."""

from __future__ import annotations

import re

_CLITIC = r"(?:s|S|re|ve|ll|d|m)\b"
# A number, a word (letters first, then letters or digits: "km2", "M23"; an apostrophe inside: "п'ять"), an English
# clitic ("’s"), or any other single character. No alternative can match what another repeats: no backtracking.
TOKEN = re.compile(
    rf"\d+|[^\W\d_][^\W_]*(?:['’ʼ](?!{_CLITIC})[^\W\d_]+)*|['’]{_CLITIC}|\S",
)
_OPENERS = frozenset("\"“‘«([{„'")
_CLOSERS = frozenset("\"”’»)]}'")
_STOPS = frozenset(".!?…")
_ENDERS = _CLOSERS | _STOPS
_LONGEST = 250
"""Tokens after which a sentence is cut at the next gap: no writer's sentence is that long, and rules that look at a
whole sentence stay bounded."""
_WRAP_MIN, _WRAP_MAX = 45, 110
"""A hard-wrapped text has lines of about this many characters, most of them without a full stop at the end."""


def pieces(words: str) -> list[str]:
    """Words cut as a text is, in lower case: how a table of words is made to match tokens."""
    return [str(word) for word in TOKEN.findall(words.lower().replace("’", "'"))]


class Tokens:
    """Parallel lists: ``word`` as written, ``low`` for look-up, ``start``/``end`` offsets, ``sentences`` as ranges."""

    __slots__ = ("end", "low", "sentence_of", "sentences", "start", "text", "word", "wrapped")

    def __init__(self, text: str, abbreviations: frozenset[str], joiners: frozenset[str]) -> None:
        self.text = text
        self.word: list[str] = []
        self.start: list[int] = []
        self.end: list[int] = []
        for match in TOKEN.finditer(text):
            self.word.append(match.group())
            self.start.append(match.start())
            self.end.append(match.end())
        self.low = [w.lower() for w in self.word]
        if "’" in text or "ʼ" in text:
            self.low = [w.replace("’", "'").replace("ʼ", "'") for w in self.low]
        self.wrapped = "\n" in text and _wrapped(text)
        self.sentences = _sentences(self, abbreviations, joiners)
        self.sentence_of: list[int] = []
        for number, (first, last) in enumerate(self.sentences):
            self.sentence_of.extend([number] * (last - first))

    def __len__(self) -> int:
        return len(self.word)

    def touching(self, i: int) -> bool:
        """Whether token i follows token i - 1 without a gap."""
        return i > 0 and self.start[i] == self.end[i - 1]

    def slice(self, i: int, j: int) -> str:
        """The text of tokens i to j - 1, as given."""
        return self.text[self.start[i] : self.end[j - 1]]

    def capital(self, i: int) -> bool:
        return self.word[i][0].isupper()


def _wrapped(text: str) -> bool:
    """Whether line ends are mere wrapping: most lines near one width and not ended by a full stop."""
    lines = [line.rstrip() for line in text.split("\n")[:200]]
    body = [line for line in lines[:-1] if line]
    if len(body) < 4:
        return False
    full = [line for line in body if _WRAP_MIN <= len(line) <= _WRAP_MAX]
    running = [line for line in full if line[-1] not in '.!?”"’']
    return len(full) >= 0.7 * len(body) and len(running) >= 0.6 * len(full)


def _sentences(tk: Tokens, abbreviations: frozenset[str], joiners: frozenset[str]) -> list[tuple[int, int]]:
    """Tokens [first, stop) of each sentence."""
    text, start, end, word = tk.text, tk.start, tk.end, tk.word
    out: list[tuple[int, int]] = []
    first = 0
    for i in range(1, len(word)):
        gap_from, gap_to = end[i - 1], start[i]
        if gap_from == gap_to and i - first < 2 * _LONGEST:
            continue
        if i - first < _LONGEST:
            newlines = 0 if gap_to - gap_from == 1 and text[gap_from] == " " else text.count("\n", gap_from, gap_to)
            if newlines == 0 and word[i - 1] not in _ENDERS:
                continue
            broken = newlines >= 2 or (newlines == 1 and _line_ends(tk, i, joiners))
            if not broken and not _stops(tk, first, i, abbreviations):
                continue
        out.append((first, i))
        first = i
    if first < len(word):
        out.append((first, len(word)))
    return out


def _line_ends(tk: Tokens, i: int, joiners: frozenset[str]) -> bool:
    """Whether the line that ends before token i ends a sentence: a heading, an item of a list."""
    if tk.wrapped or tk.low[i - 1] in joiners or tk.word[i][0].islower():
        return False
    return tk.word[i][0] not in "([{" or tk.word[i - 1] in _STOPS


def _stops(tk: Tokens, first: int, i: int, abbreviations: frozenset[str]) -> bool:
    """Whether a full stop, with the brackets and quotes that close after it, ends a sentence before token i."""
    word = tk.word
    k = i - 1
    while k >= first and word[k] in _CLOSERS and k > i - 4:
        k -= 1
    if k < first or word[k] not in _STOPS:
        return False
    following = word[i + 1][0] if word[i][0] in _OPENERS and i + 1 < len(word) else word[i][0]
    if not (following.isupper() or following.isdigit() or following in "-–—•*"):
        return False
    if word[k] != "." or k != i - 1 or k <= first:
        return True
    before = tk.low[k - 1]
    if before in abbreviations or (len(before) == 1 and word[k - 1].isupper()):
        return False
    # "about 1. 5 metres", "no. 5": a figure broken by a space rather than two sentences
    figure = following.isdigit() and before.isdigit() and not word[i].isupper()
    return not figure or len(before) > 2
