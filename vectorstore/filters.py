"""A filter such as `type = pdf and year >= 2020` becomes a condition in SQL. Runs none.

docs/filters.md describes the language. Values are always bound, never written into the SQL.
"""

from __future__ import annotations

import difflib
import functools
import glob
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from quoth.errors import FilterError
from vectorstore.facts import OTHER_TYPE_NAMES, iso_date

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LENGTH = 2000
# SQLite's own parser holds a hundred things that have begun and not ended.
MAX_DEPTH = 24

_GRAMMAR = r"""
    ?start: any_of
    ?any_of: all_of (_OR all_of)*
    ?all_of: term (_AND term)*
    ?term: _NOT term                                    -> negation
        | "(" any_of ")"
        | FIELD OPERATOR value                          -> comparison
        | FIELD _LIKE value                             -> likeness
        | FIELD _NOT _LIKE value                        -> unlikeness
        | FIELD _IN "(" value ("," value)* ")"          -> membership
        | FIELD _NOT _IN "(" value ("," value)* ")"     -> absence
        | _HAS _TAG value                               -> having
    ?value: QUOTED | BARE

    _OR.2: /or(?!\w)/i
    _AND.2: /and(?!\w)/i
    _NOT.2: /not(?!\w)/i
    _IN.2: /in(?!\w)/i
    _LIKE.2: /like(?!\w)|~/i
    _HAS.3: /has(?=\s+tag\s)/i
    _TAG.3: /tag(?=\s)/i
    FIELD: /[a-z_]\w*/i
    OPERATOR: /!=|<>|<=|>=|==|=|<|>/
    QUOTED: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/
    BARE: /[^\s()=!<>~,'"]+/
    %import common.WS
    %ignore WS
"""
_NAMES = {
    "_OR": "or",
    "_AND": "and",
    "_NOT": "not",
    "_IN": "in",
    "_LIKE": "like",
    "_HAS": "has tag",
    "_TAG": "tag",
    "FIELD": "a field",
    "OPERATOR": "= != < <= > >=",
    "QUOTED": "a value",
    "BARE": "a value",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": "a comma",
    "$END": "the end",
}
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)

Condition = tuple[str, tuple[Any, ...]]
Kind = Literal["text", "exact", "number", "date", "path", "tag", "collection"]


@dataclass(frozen=True, slots=True)
class Field:
    """Something to filter by: its kind, and its column among `d` (documents) and `f` (facts)."""

    kind: Kind
    column: str


FIELDS = {
    "title": Field("text", "f.title"),
    "author": Field("text", "f.author"),
    "type": Field("text", "f.type"),
    "language": Field("text", "f.language"),
    "year": Field("number", "f.year"),
    "pages": Field("number", "f.n_pages"),
    "created": Field("date", "f.created"),
    "modified": Field("date", "f.modified"),
    "added": Field("date", "d.added_at"),
    "id": Field("exact", "d.id"),
    "path": Field("path", "source"),
    "tag": Field("tag", "tag"),
    "collection": Field("collection", "name"),
}
# A document has several of these: they are looked up in tables of their own.
_LOOKUPS: dict[Kind, str] = {
    "path": "d.row IN (SELECT document FROM sources WHERE {})",
    "tag": "d.row IN (SELECT document FROM tags WHERE {})",
    "collection": "d.collection IN (SELECT id FROM collections WHERE {})",
}


@functools.lru_cache(maxsize=64)
def condition(expression: str) -> Condition:
    """The condition over documents `d` and facts `f` in SQL, and the values to bind, in order.

    It is 0 or 1, never NULL: a document that does not tell a date or a year fulfils no comparison
    with it, and the negation of each. Raises FilterError, which says at which character.
    """
    if len(expression) > MAX_LENGTH:
        raise FilterError(
            f"the filter has {len(expression)} characters and {MAX_LENGTH} are the most; shorten it"
        )
    try:
        found: Any = _parser().parse(expression)
    except UnexpectedInput as error:
        raise _syntax_error(expression, error) from error
    sql, values = found
    if max(itertools.accumulate((c == "(") - (c == ")") for c in sql)) > MAX_DEPTH:
        raise FilterError("the filter is nested too deep; write it flatter")
    return sql, values


@functools.cache
def _parser() -> Lark:
    # The conditions are built while it reads: no nesting is too deep for that.
    return Lark(_GRAMMAR, parser="lalr", transformer=_Conditions())


class _Conditions(Transformer[Token, Condition]):
    """What each rule of the grammar becomes."""

    def any_of(self, parts: Sequence[Condition]) -> Condition:
        return _joined(" OR ", parts)

    def all_of(self, parts: Sequence[Condition]) -> Condition:
        return _joined(" AND ", parts)

    def negation(self, parts: Sequence[Condition]) -> Condition:
        return _not(parts[0])

    @v_args(inline=True)
    def comparison(self, name: Token, operator: Token, value: Token) -> Condition:
        match str(operator):
            case "=" | "==":
                return _equals(name, value)
            case "!=" | "<>":
                return _not(_equals(name, value))
            case order:
                return _ordered(name, order, value)

    @v_args(inline=True)
    def likeness(self, name: Token, value: Token) -> Condition:
        return _like(name, value)

    @v_args(inline=True)
    def unlikeness(self, name: Token, value: Token) -> Condition:
        return _not(_like(name, value))

    def membership(self, parts: Sequence[Token]) -> Condition:
        return _joined(" OR ", [_equals(parts[0], value) for value in parts[1:]])

    def absence(self, parts: Sequence[Token]) -> Condition:
        return _not(self.membership(parts))

    @v_args(inline=True)
    def having(self, value: Token) -> Condition:
        return "d.row IN (SELECT document FROM tags WHERE tag = ?)", (_text(value),)


def _joined(word: str, parts: Sequence[Condition]) -> Condition:
    sql = word.join(sql for sql, _ in parts)
    return f"({sql})", tuple(value for _, values in parts for value in values)


def _not(part: Condition) -> Condition:
    sql, values = part
    return sql.removeprefix("NOT ") if sql.startswith("NOT ") else f"NOT {sql}", values


def _field(name: Token) -> Field:
    found = FIELDS.get(name.lower())
    if found is not None:
        return found
    near = difflib.get_close_matches(name.lower(), FIELDS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the fields are {', '.join(FIELDS)}"
    raise _error(f"there is no field {name}", name, hint)


def _equals(name: Token, value: Token) -> Condition:
    field = _field(name)
    if field.kind in ("number", "date"):
        return _ordered(name, "=", value)
    if field.kind in ("text", "tag"):
        text = _text(value)
        known = OTHER_TYPE_NAMES.get(text, text) if field is FIELDS["type"] else text
        return _found_in(field, f"{field.column} = ?", known)
    if field.kind == "exact":
        return f"{field.column} = ?", (_unquoted(value),)
    return _found_in(field, _fitting(field), glob.escape(_unquoted(value)))


def _like(name: Token, value: Token) -> Condition:
    field = _field(name)
    if field.kind in ("number", "date"):
        raise _error(f"{name} takes no pattern", name, "use = != < <= > >= or in")
    return _found_in(field, _fitting(field), _unquoted(value))


def _fitting(field: Field) -> str:
    return f"{'fits_path' if field.kind == 'path' else 'fits'}({field.column}, ?)"


def _found_in(field: Field, sql: str, value: str) -> Condition:
    return _LOOKUPS.get(field.kind, "({})").format(sql), (value,)


def _ordered(name: Token, operator: str, value: Token) -> Condition:
    field = _field(name)
    text = _unquoted(value)
    if field.kind == "number":
        if not _NUMBER.fullmatch(text):
            raise _error(f"{text} is no number", value, f"{name} takes a number")
        return f"({field.column} IS NOT NULL AND {field.column} {operator} ?)", (float(text),)
    if field.kind == "date":
        if not _DATE.fullmatch(text) or iso_date(text) != text:
            raise _error(f"{text} is no date", value, "write 2020, 2020-03 or 2020-03-31")
        # A month holds its days, a year its months: as much is compared as is given.
        told = f"substr({field.column}, 1, {len(text)})"
        return f"({field.column} IS NOT NULL AND {told} {operator} ?)", (text,)
    raise _error(f"{name} has no order", name, "use = != like or in")


def _unquoted(value: Token) -> str:
    text = str(value)
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if value.type == "QUOTED" else text


def _text(value: Token) -> str:
    return _unquoted(value).casefold()


def _error(what: str, at: Token, remedy: str) -> FilterError:
    return FilterError(f"{what} (character {(at.start_pos or 0) + 1} of the filter); {remedy}")


def _syntax_error(expression: str, error: UnexpectedInput) -> FilterError:
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    position = len(expression) if ended else error.pos_in_stream or 0
    rest = expression[position:].split(maxsplit=1)
    found = f"“{rest[0]}”" if rest else "its end"
    names = dict.fromkeys(_NAMES.get(name, name) for name in sorted(_expected(error)))
    hint = f"expected {', '.join(names)}"
    if rest and "the end" in names and rest[0][0].isalnum():
        hint += "; a value with spaces goes in quotes"
    return FilterError(f"the filter breaks off at character {position + 1}, at {found}; {hint}")


def _expected(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    return set(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else set()
