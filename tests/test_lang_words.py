"""No word of a language stands in code: what tokens are compared with are lists of ``lang/*/*.toml``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "geomap"
READERS = sorted([*(PACKAGE / "claims").rglob("*.py"), *(PACKAGE / "toponyms").rglob("*.py")])
LEFT: dict[str, str] = {
    "claims/tokens.py": "splits off what English writes together ('s, 're, 'll): before any language is known",
    "toponyms/small.py": "parts what Romance languages write together (l', d', qu') from a name",
}
"""Files that may compare with words, and why."""
LISTS = {"low", "word", "key", "full", "keys", "words"}
"""Names of lists of tokens, as written or in small letters."""
BESIDE = {"before", "before2", "after", "after2", "following", "opener"}
"""Names of single tokens beside another."""
ASKED = {"startswith", "endswith", "removeprefix", "removesuffix"}
CODES = re.compile(r"[A-Z]\.?[A-Z0-9]*\.?")
"""Feature classes and codes of GeoNames: "P.", "A.ADM1"."""


def literals(node: ast.AST, constants: dict[str, ast.expr]) -> Iterator[str]:
    """Words in a literal, a display of literals, or a module's constant made of them."""
    if isinstance(node, ast.Name) and node.id in constants:
        yield from literals(constants[node.id], {})
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and any(map(str.isalpha, node.value)) and not CODES.fullmatch(node.value):
            yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for part in node.elts:
            yield from literals(part, constants)
    elif isinstance(node, ast.Dict):
        for key in node.keys:
            yield from literals(key, constants) if key is not None else ()
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"frozenset", "set"}:
        for part in node.args:
            yield from literals(part, constants)
    elif isinstance(node, ast.BinOp):
        yield from literals(node.left, constants)
        yield from literals(node.right, constants)


def is_token(node: ast.AST, tokens: set[str]) -> bool:
    """Whether an expression is the text of a token, or a run of them."""
    if isinstance(node, ast.Subscript):
        held = node.value
        name = held.attr if isinstance(held, ast.Attribute) else held.id if isinstance(held, ast.Name) else ""
        return name in LISTS or is_token(held, tokens)
    if isinstance(node, ast.Name):
        return node.id in tokens or node.id in BESIDE
    if isinstance(node, ast.Attribute):
        return node.attr in BESIDE
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "at" or (
            node.func.attr in {"lower", "strip", "casefold"} and is_token(node.func.value, tokens)
        )
    return isinstance(node, ast.IfExp) and (is_token(node.body, tokens) or is_token(node.orelse, tokens))


def tokens_of(function: ast.AST) -> set[str]:
    """Names that hold a token in a function."""
    found: set[str] = set()
    for _ in range(2):  # one name may be made of another
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and is_token(node.value, found):
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
                over = node.iter
                if is_token(over, found) or (isinstance(over, ast.Attribute) and over.attr in LISTS):
                    found.add(node.target.id)
    return found


def compared(source: str) -> list[tuple[int, str]]:
    """(line, word) for each word of a language that a token is compared with."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: list[tuple[int, str]] = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        tokens = tokens_of(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                if any(is_token(side, tokens) for side in sides):
                    found += [(node.lineno, word) for side in sides for word in literals(side, constants)]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKED:
                if is_token(node.func.value, tokens):
                    found += [(node.lineno, word) for part in node.args for word in literals(part, constants)]
            elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                patterns = [part.value for part in node.args[:1] if isinstance(part, ast.Constant)]
                found += [(node.lineno, word) for pattern in patterns for word in words_of(str(pattern))]
    for value in constants.values():
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "re.compile":
            patterns = [part.value for part in value.args[:1] if isinstance(part, ast.Constant)]
            found += [(value.lineno, word) for pattern in patterns for word in words_of(str(pattern))]
    return sorted(set(found))


def words_of(pattern: str) -> list[str]:
    """Words in a regular expression: two letters and more outside of classes and escapes."""
    bare = re.sub(r"\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\.|\[(?:\\.|[^\]])*\]|\(\?P?[<:!=]+\w*>?", " ", pattern)
    return re.findall(r"[^\W\d_]{2,}", bare)


@pytest.mark.parametrize("path", READERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_tokens_are_compared_with_lists_of_a_language_only(path: Path) -> None:
    if str(path.relative_to(PACKAGE)) in LEFT:
        pytest.skip(LEFT[str(path.relative_to(PACKAGE))])
    assert not compared(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        'low[k] == "of"',
        'p.tk.low[k] in ("and", "or")',
        'line.at(k) != "до"',
        'keys[t].endswith("ing")',
        "word in NAMES",
        'any(w == "the" for w in tk.low)',
        're.match(r"\\bcapital\\b", text)',
    ],
)
def test_a_word_in_code_is_found(line: str) -> None:
    head = 'NAMES = frozenset({"north", "south"})\ndef f(low, p, line, keys, k, t, tk, text):\n    word = low[k]\n'
    source = f"{head}    return {line}\n"
    assert compared(source)


@pytest.mark.parametrize(
    "line", ['low[k] == ","', 'line.among(k, "of_words")', 'code == "same"', 'feature[:2] in ("H.", "T.")']
)
def test_signs_codes_and_names_of_lists_are_not(line: str) -> None:
    assert not compared(f"def f(low, line, code, feature, k):\n    return {line}\n")
