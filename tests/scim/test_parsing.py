"""Text into filters and paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.errors import InvalidFilter, InvalidPath
from hub.scim.expressions import And, Compare, Has, Not, Operator, Or, Path, Present
from hub.scim.parsing import Limits, parse_filter, parse_path
from tests.scim.counting import calls_of

# RFC 7644 §3.4.2.2, figure 2: the examples, each in its canonical text, which is its own
EXAMPLES = [
    'userName eq "bjensen"',
    'name.familyName co "O\'Malley"',
    'userName sw "J"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
    "title pr",
    'meta.lastModified gt "2011-05-13T04:42:34Z"',
    'meta.lastModified ge "2011-05-13T04:42:34Z"',
    'meta.lastModified lt "2011-05-13T04:42:34Z"',
    'meta.lastModified le "2011-05-13T04:42:34Z"',
    'title pr and userType eq "Employee"',
    'title pr or userType eq "Intern"',
    'schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"',
    'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
    'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
    'userType eq "Employee" and emails.type eq "work"',
    'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
    'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_rfc_7644_3_4_2_2(text):
    """The RFC's filters are read, and said again as they were."""
    assert text == str(parse_filter(text))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('userName EQ "x"', 'userName eq "x"'),
        ("a PR AND b Pr oR c pR", "a pr and b pr or c pr"),
        ("NOT(a pr)", "not (a pr)"),
        ("  (a pr)  ", "a pr"),
        (
            'userType eq "Employee" and (emails.type eq "work")',
            'userType eq "Employee" and emails.type eq "work"',
        ),
        ("not pr", "not pr"),
        ('a eq "\\u00e9\\n"', 'a eq "é\\n"'),
        ("a eq -1.5E+2", "a eq -150.0"),
        ("a eq null or a eq true or a eq false", "a eq null or a eq true or a eq false"),
    ],
)
def test_other_spellings(said, meant):
    """Operators have no case (RFC 7644 §3.4.2.2), and blanks around brackets do not matter."""
    assert meant == str(parse_filter(said))


def test_bonds():
    """Groups bind before not, not before and, and before or."""
    a, b, c = (Present(path=Path(name=name)) for name in "abc")

    assert Or(terms=(a, And(terms=(b, Not(term=c))))) == parse_filter("a pr or b pr and not (c pr)")


def test_value_path():
    """A choice among elements holds a filter of its own."""
    where = Compare(path=Path(name="type"), operator=Operator.EQ, value="work")

    assert Has(path=Path(name="emails", where=where)) == parse_filter('emails[type eq "work"]')


BROKEN = {
    "": "character 1, found the end",
    "userName": "character 9, found the end",
    "userName eq": "character 12, found the end",
    'userName eq "x': "character 12",
    'userName eq "x\\"': "character 12",
    "userName eq x": "character 13, found 'x'",
    'userName eq"x"': "character 9",
    'userName eq "x"and title pr': "character 12",
    'userName is "x"': "character 10, found 'is'",
    'userName "x"': "character 10",
    '"userName" eq "x"': "character 1",
    "(title pr": "character 10, found the end",
    "title pr)": "character 9, found ')'",
    "title pr and": "character 13, found the end",
    "title pr userType pr": "character 10, found 'userType'",
    "and title pr": "found 'title'",
    "not title pr": "character 5, found 'title'",
    "()": "found ')'",
    "emails[": "the end",
    "emails[]": "found ']'",
    "emails[type pr": "closing ]",
    "emails[type pr)": "closing ]",
    "(emails[type pr)]": "closing ]",
    "emails[type pr].value": "found '.value'",
    'emails[type pr].value eq "x"': "found '.value'",
    "emails [type pr]": "character 7",
    "emails.value[type pr]": "no second choice",
    "emails[type[value pr]]": "no second choice",
    "a.b.c pr": "found 'a.b.c'",
    "1a pr": "found '1a'",
    "a. pr": "found 'a.'",
    "ä pr": "name of an attribute",
    ":a pr": "name of an attribute",
    "urn: pr": "name of an attribute",
    "x:a pr": "name of an attribute",
    "a eq 01": "a value",
    "a eq 1e999": "a value",
    "a eq 9223372036854775808": "a value",
    "a eq NaN": "a value",
    "a eq True": "a value",
    "a eq {}": "a value",
    'a eq "\\x"': "a value",
    'a eq "\\u0000"': "a value",
    'a eq "\\ud800"': "a value",
    'a eq "\x00"': "character 5",
    'a eq "\ud800"': "surrogate pair at character 7",
    "a\teq 1": "name of an attribute",
    'a eq "x";drop': "character 5",
}


@pytest.mark.parametrize("text", BROKEN)
def test_broken_filter(text):
    """A filter that stops making sense is refused, and the sentence says where."""
    with pytest.raises(InvalidFilter) as refusal:
        parse_filter(text)

    assert BROKEN[text] in refusal.value.detail


@pytest.mark.parametrize(
    ("text", "path"),
    [
        # RFC 7644 §3.5.2, figure 7 and the examples below it
        ("members", Path(name="members")),
        ("name.familyName", Path(name="name", sub="familyName")),
        ("members[value pr]", Path(name="members", where=Present(path=Path(name="value")))),
        (
            "addresses[type pr].locality",
            Path(name="addresses", where=Present(path=Path(name="type")), sub="locality"),
        ),
        ("members.$ref", Path(name="members", sub="$ref")),
        ("urn:x:2.0:User:manager.value", Path(schema="urn:x:2.0:User", name="manager", sub="value")),
    ],
)
def test_path(text, path):
    """A path is a name, perhaps qualified, perhaps a choice, perhaps a part."""
    assert path == parse_path(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b",
        "a pr",
        "(a)",
        '"a"',
        "a.",
        ".a",
        "a..b",
        "a:b",
        "[a pr]",
        "a[",
        "a[]",
        "a[b]",
        "a[b pr",
    ],
)
def test_broken_path(text):
    """A path that stops making sense is refused."""
    with pytest.raises(InvalidPath):
        parse_path(text)


@pytest.mark.parametrize(
    "text",
    ["a[b pr].", "a[b pr].c.d", "a[b pr] .c", "a[b pr]c", "a[b pr][c pr]", "a.b[c pr]", "a[b pr].c[d pr]"],
)
def test_broken_choice(text):
    """A choice that stops making sense is refused."""
    with pytest.raises(InvalidPath):
        parse_path(text)


def _nested(depth: int) -> str:
    return "(" * depth + "a pr" + ")" * depth


@pytest.mark.parametrize(
    ("most", "over", "limit"),
    [
        ('a eq "' + "x" * (4096 - 7) + '"', 'a eq "' + "x" * (4097 - 7) + '"', "4096 characters"),
        (" or ".join(["a pr"] * 50), " or ".join(["a pr"] * 51), "50 comparisons"),
        (_nested(20), _nested(21), "20 levels"),
        ("not (" * 20 + "a pr" + ")" * 20, "not (" * 21 + "a pr" + ")" * 21, "20 levels"),
        ("(" * 19 + "a[b pr]" + ")" * 19, "(" * 20 + "a[b pr]" + ")" * 20, "20 levels"),
    ],
)
def test_limits(most, over, limit):
    """An expression may be so long, so many-termed, so deep, and no more."""
    parse_filter(most)
    with pytest.raises(InvalidFilter, match=limit):
        parse_filter(over)


def test_brackets_that_close_are_not_deep():
    """Groups beside each other are not groups within each other."""
    assert 40 == str(parse_filter(" or ".join(["(not (a pr))"] * 40))).count("not")


@given(st.text(st.sampled_from('ab eqprandnot()[].:"\\1-\x00é'), max_size=60))
def test_any_text(text):
    """Whatever the text, it is read or refused, and what is read can be said and read again."""
    for parse, refusal in ((parse_filter, InvalidFilter), (parse_path, InvalidPath)):
        try:
            expression = parse(text)
        except refusal:
            continue

        assert expression == parse(str(expression))


@given(
    st.from_regex(r"[$ab9_.:-]{1,5}|not|pr", fullmatch=True),
    st.sampled_from([" eq ", " EQ ", " ne ", "  eq ", " eq"]),
    st.text(st.sampled_from('a b"\\)]\x00\x1f\x7fé\ud800'), max_size=4),
    st.sampled_from(["", " ", ")"]),
)
def test_shortcut_says_what_the_grammar_says(name, operator, value, end):
    """What is asked most is read without the parser, to which brackets lead: it means the same."""

    def read(text):
        try:
            return parse_filter(text)
        except InvalidFilter:
            return InvalidFilter

    text = f'{name}{operator}"{value}"'

    assert read(f"({text})") == read(text)
    assert read(f"({text}{end})") == read(f"{text}{end}")


def _calls(text: str) -> int:
    return calls_of(lambda: parse_filter(text, limits=Limits(length_max=10**6, terms_max=10**5)))


@pytest.mark.parametrize("term", ["a pr", "not (a pr)", 'a[b eq "\\\\x"]', "(a pr)"])
def test_work_grows_with_the_text(term):
    """A filter ten times as long takes ten times the work, no more."""
    assert _calls(" and ".join([term] * 1000)) <= 10 * _calls(" and ".join([term] * 100))


@pytest.mark.parametrize(
    "text", ['a eq "' + "\\a" * 2**19, "a eq " + '"\\' * 2**19, "a" * 2**20, "(" * 2**20, " " * 2**20]
)
def test_no_text_is_slow(text):
    """A million characters that lead nowhere are given up in one pass (seconds would show the contrary)."""
    with pytest.raises(InvalidFilter):
        parse_filter(text, limits=Limits(length_max=2**21))
