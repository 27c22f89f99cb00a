"""Text into expressions: one grammar, two doors (RFC 7644 §3.4.2.2 for filters, §3.5.2 for paths)."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from attrs import define, frozen

from hub.scim.errors import InvalidFilter, InvalidPath, InvalidSyntax, ScimError
from hub.scim.expressions import And, Compare, Filter, Has, Literal, Not, Operator, Or, Path, Present
from hub.scim.strictjson import loads


@frozen(kw_only=True)
class Limits:
    """How much of an expression is read: characters, comparisons, and levels of brackets."""

    length_max: int = 4096
    terms_max: int = 50
    depth_max: int = 20


DEFAULT_LIMITS = Limits()

# Each alternative starts with another character and gives back nothing it took (++, *+), so reading is
# linear. A word ends where no quote follows, a text where a blank or a bracket does: eq"x" is neither.
TOKEN = re.compile(
    r"""
      (?P<open> \[ )
    | (?P<tail> (?<=\]) \. [^ ()\[\]"]++ )
    | [ ]*+ (?:
          (?P<word> [^ ()\[\]"]++ ) (?! ")
        | (?P<text> " [^"\\\x00-\x1f]*+ (?: \\. [^"\\\x00-\x1f]*+ )*+ " ) (?! [^ )\]] )
        | (?P<sign> [()\]] )
        | (?P<end> \Z )
    )
    """,
    re.VERBOSE,
)
NAME = re.compile(r"(\$?[A-Za-z][A-Za-z0-9_-]*+)(?:\.(\$?[A-Za-z][A-Za-z0-9_-]*+))?")
URN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:[!-~]++")
HALF = re.compile("[\ud800-\udfff]")
GROUP = re.compile(r"[ ]*+\(")
# What providers ask before each push, and all day: for this one shape there is no need of a parser.
EQUAL = re.compile(rf'{NAME.pattern} eq "([^"\\\x00-\x1f]*+)"')
OPERATORS = {operator.value: operator for operator in Operator}
SHOWN_MAX = 40


def parse_filter(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Filter:
    """Return the filter that *text* says, or raise `InvalidFilter` naming the character where it stops."""
    _check(text, limits, InvalidFilter)
    if equal := EQUAL.fullmatch(text):
        name, sub, value = equal.groups()
        return Compare(path=_named(name, sub), operator=Operator.EQ, value=value)
    parser = _opened(text, limits, InvalidFilter)
    found = parser.either()
    parser.close()
    return found


# A provider writes the same few paths again and again.
@lru_cache(maxsize=1024)
def parse_path(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Path:
    """Return the path that *text* says, or raise `InvalidPath` naming the character where it stops."""
    _check(text, limits, InvalidPath)
    parser = _opened(text, limits, InvalidPath)
    found = parser.path()
    if parser.kind == "open":
        found = parser.chosen(found)
    if parser.kind == "tail":
        found = parser.narrowed(found)
    parser.close()
    return found


@lru_cache(maxsize=1024)
def _named(name: str, sub: str | None) -> Path:
    return Path(name=name, sub=sub)


def _check(text: str, limits: Limits, refusal: type[ScimError]) -> None:
    if len(text) > limits.length_max:
        raise refusal(f"an expression has at most {limits.length_max} characters, this one {len(text)}")
    if not text.isascii() and (half := HALF.search(text)):
        raise refusal(f"half of a surrogate pair at character {half.start() + 1}")


def _opened(text: str, limits: Limits, refusal: type[ScimError]) -> _Parser:
    parser = _Parser(text=text, limits=limits, refusal=refusal)
    parser.advance()
    return parser


@define(kw_only=True)
class _Parser:
    """One token ahead of what is understood; each method reads one rule of the grammar."""

    text: str
    limits: Limits
    refusal: type[ScimError]
    kind: str = ""
    piece: str = ""
    start: int = 0
    end: int = 0
    terms: int = 0
    depth: int = 0
    within: bool = False

    # filter = both *("or" both)
    def either(self) -> Filter:
        """Read what `or` joins, the weakest bond."""
        terms = [self.both()]
        while self.kind == "word" and self.piece.lower() == "or":
            self.advance()
            terms.append(self.both())
        return Or(terms=tuple(terms)) if len(terms) > 1 else terms[0]

    # both = one *("and" one)
    def both(self) -> Filter:
        """Read what `and` joins."""
        terms = [self.one()]
        while self.kind == "word" and self.piece.lower() == "and":
            self.advance()
            terms.append(self.one())
        return And(terms=tuple(terms)) if len(terms) > 1 else terms[0]

    # one = ["not"] "(" filter ")" / path "pr" / path operator value / path "[" filter "]"
    def one(self) -> Filter:
        """Read one term or one group."""
        if self.piece == "(":
            return self.group()
        # RFC 7644 errata 7319: the blank between `not` and its group may be there or not.
        if self.piece.lower() == "not" and GROUP.match(self.text, self.end):
            self.advance()
            return Not(term=self.group())
        self.count()
        path = self.path()
        if self.kind == "open":
            return Has(path=self.chosen(path))
        return self.comparison(path)

    def group(self) -> Filter:
        """Read a filter in parentheses."""
        self.descend()
        found = self.either()
        self.ascend(")")
        return found

    def comparison(self, path: Path) -> Filter:
        """Read what follows *path*: `pr`, or an operator and a value."""
        name = self.piece.lower()
        operator = OPERATORS.get(name)
        if self.kind != "word" or (operator is None and name != "pr"):
            raise self.fault("an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr")
        self.advance()
        if operator is None:
            return Present(path=path)
        value = self.literal()
        self.advance()
        return Compare(path=path, operator=operator, value=value)

    def literal(self) -> Literal:
        """Understand the value of a comparison: a JSON text, number, true, false or null."""
        if self.kind == "text" and "\\" not in self.piece:
            return self.piece[1:-1]
        if self.kind in {"word", "text"}:
            with suppress(InvalidSyntax):
                value = loads(self.piece.encode())
                if not isinstance(value, list | dict):
                    return value
        raise self.fault("a value: a text in double quotes, a number, true, false or null")

    # path = [schema ":"] name ["." sub]
    def path(self) -> Path:
        """Read the name of an attribute, perhaps with a schema before it and a sub-attribute behind."""
        schema, colon, name = self.piece.rpartition(":")
        match = NAME.fullmatch(name)
        if self.kind != "word" or match is None or (colon and not URN.fullmatch(schema)):
            raise self.fault("the name of an attribute")
        self.advance()
        return Path(schema=schema or None, name=match[1], sub=match[2])

    def chosen(self, path: Path) -> Path:
        """Read the filter in brackets that chooses among the elements at *path*."""
        if self.within or path.sub is not None:
            raise self.fault("no second choice within a choice")
        self.descend()
        self.within = True
        where = self.either()
        self.within = False
        self.ascend("]")
        return Path(schema=path.schema, name=path.name, where=where)

    def narrowed(self, path: Path) -> Path:
        """Understand the sub-attribute behind a bracket."""
        match = NAME.fullmatch(self.piece[1:])
        if match is None or match[2] is not None:
            raise self.fault("the name of a sub-attribute")
        self.advance()
        return Path(schema=path.schema, name=path.name, where=path.where, sub=match[1])

    def descend(self) -> None:
        """Step over an opening bracket, unless it is one too many."""
        self.depth += 1
        if self.depth > self.limits.depth_max:
            raise self.refusal(f"an expression has at most {self.limits.depth_max} levels of brackets")
        self.advance()

    def ascend(self, bracket: str) -> None:
        """Step over the closing *bracket*."""
        if self.kind != "sign" or self.piece != bracket:
            raise self.fault(f"and, or, or a closing {bracket}")
        self.depth -= 1
        self.advance()

    def count(self) -> None:
        """Count one more term, unless it is one too many."""
        self.terms += 1
        if self.terms > self.limits.terms_max:
            raise self.refusal(f"an expression has at most {self.limits.terms_max} comparisons")

    def close(self) -> None:
        """Make sure that nothing is left over."""
        if self.kind != "end":
            raise self.fault("and, or, or the end")

    def advance(self) -> None:
        """Step to the next token."""
        match = TOKEN.match(self.text, self.end)
        if match is None:
            raise self.refusal(
                f"what starts at character {self.end + 1} cannot be read: a quote too many or too few"
            )
        self.kind = match.lastgroup or ""
        self.start, self.end = match.span(self.kind)
        self.piece = match[self.kind]

    def fault(self, expected: str) -> ScimError:
        """Return the refusal that says that something else was *expected* here."""
        found = "the end" if self.kind == "end" else ascii(self.piece[:SHOWN_MAX])
        return self.refusal(f"expected {expected} at character {self.start + 1}, found {found}")
