"""Expressions and their canonical text."""

import pytest
from hypothesis import given

from hub.scim.expressions import And, Compare, Has, Not, Operator, Or, Path, Present, terms_of
from hub.scim.parsing import Limits, parse_filter, parse_path
from tests.scim.strategies import filters, patch_paths

WIDE = Limits(length_max=100_000, terms_max=1000, depth_max=100)
A, B, C = (Present(path=Path(name=name)) for name in "abc")


@given(filters)
def test_filter_is_what_it_says(filter_):
    """The canonical text of a filter says that filter."""
    assert filter_ == parse_filter(str(filter_), limits=WIDE)


@given(patch_paths)
def test_path_is_what_it_says(path):
    """The canonical text of a path says that path."""
    assert path == parse_path(str(path), limits=WIDE)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a pr", A),
        ("a pr and b pr or c pr", Or(terms=(And(terms=(A, B)), C))),
        ("a pr and (b pr or c pr)", And(terms=(A, Or(terms=(B, C))))),
        ("(a pr and b pr) and c pr", And(terms=(And(terms=(A, B)), C))),
        ("not (a pr or b pr)", Not(term=Or(terms=(A, B)))),
        ('a.b eq "c\\"d"', Compare(path=Path(name="a", sub="b"), operator=Operator.EQ, value='c"d')),
        ("a[b pr]", Has(path=Path(name="a", where=B))),
        ("urn:x:y:a pr", Present(path=Path(schema="urn:x:y", name="a"))),
    ],
)
def test_canonical_text(text, expression):
    """Parentheses stand where they are needed, and nowhere else."""
    assert text == str(expression)


def test_truth_is_not_one():
    """A comparison with true is not a comparison with 1, though Python's true is."""
    true, one = (Compare(path=Path(name="a"), operator=Operator.EQ, value=value) for value in (True, 1))

    assert true != one
    assert 2 == len({true, one})


def test_terms_through_all_levels():
    """What is joined in groups is joined all the same."""
    grouped = Or(terms=(Or(terms=(A, B)), C))

    assert (A, B, C) == terms_of(grouped, Or)
    assert (grouped,) == terms_of(grouped, And)
