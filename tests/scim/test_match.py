"""Documents held against filters."""

import pytest
from hypothesis import given

from hub.scim.catalog import COMMON, ENTERPRISE_USER, GROUP_TYPE, USER_TYPE
from hub.scim.errors import InvalidFilter
from hub.scim.expressions import Not
from hub.scim.match import instant, matches
from hub.scim.parsing import parse_filter
from hub.scim.schema import Attribute, ResourceType, Schema, Type
from tests.scim.strategies import filters, users

BABS = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER.id],
    "id": "2819c223",
    "externalId": "bJensen",
    "userName": "bjensen@Example.com",
    "name": {"familyName": "O'Malley", "givenName": "Barbara"},
    "title": "Vice President",
    "userType": "Employee",
    "active": True,
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "ims": [{"value": "someone@foo.com", "type": "xmpp"}],
    "x509Certificates": [{"value": "MIIB"}],
    "groups": [{"value": "g1", "display": "Sales"}],
    "meta": {"lastModified": "2011-05-13T04:42:34Z"},
    ENTERPRISE_USER.id: {"employeeNumber": "701984", "manager": {"value": "26118915"}},
}

TRUE = [
    # RFC 7644 §3.4.2.2, figure 2
    'userName eq "BJENSEN@example.com"',
    'name.familyName co "o\'mall"',
    'userName sw "bj"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "B"',
    "title pr",
    'meta.lastModified ge "2011-05-13T04:42:34Z"',
    'meta.lastModified gt "2011-05-12T04:42:34Z"',
    'meta.lastModified le "2011-05-13T04:42:34Z"',
    'meta.lastModified lt "2011-05-13T06:42:35+02:00"',
    'title pr and userType eq "Employee"',
    'title pr or userType eq "Intern"',
    'schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"',
    'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
    'userType ne "Intern" and not (emails co "example.net" or emails.value co "example.net")',
    'userType eq "Employee" and (emails.type eq "work")',
    'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
    'emails[type eq "work" and value co "@example.org"] or ims[type eq "xmpp" and value co "@foo.com"]',
    # table 3, and what a complex attribute is compared by
    'userName ew ".COM"',
    'userName gt "a" and userName lt "c"',
    'userName ge "bjensen@example.com" and userName le "bjensen@example.com"',
    'title ne "Tour Guide"',
    'meta.lastModified eq "2011-05-13T06:42:34.000+02:00"',
    'meta.lastModified eq "2011-05-13T04:42:34"',
    "active eq true",
    "active ne false",
    "emails[primary eq true]",
    'emails eq "babs@jensen.org"',
    'emails ne "babs@jensen.org"',
    'emails.type ne "work"',
    'groups.display eq "sales"',
    'x509Certificates eq "MIIB"',
    "name pr and emails pr and emails.value pr",
    f'{ENTERPRISE_USER.id}:employeeNumber eq "701984"',
    f'{ENTERPRISE_USER.id}:manager eq "26118915"',
    f'{ENTERPRISE_USER.id}:manager.value eq "26118915"',
    f"{ENTERPRISE_USER.id} pr",
    'schemas[value sw "urn:ietf"]',
    'name[familyName pr and givenName eq "Barbara"]',
    'externalId eq "bJensen"',
    # null is unassigned (RFC 7643 §2.5)
    "nickName eq null",
    "title ne null",
    'nickName ne "Babs"',
    'nickName ne "Babs" and not (nickName eq "Babs")',
]
FALSE = [
    'userName eq "bjensen"',
    "nickName pr",
    'nickName eq ""',
    'nickName co ""',
    'nickName lt "x"',
    'externalId eq "bjensen"',
    'id eq "2819C223"',
    'emails[type eq "home" and value co "@example.com"]',
    'emails[type eq "home" and primary eq true]',
    'emails.value eq "bjensen@example.org"',
    'x509Certificates eq "miib"',
    'title ne "vice president"',
    "title eq null",
    "nickName ne null",
    "active eq false",
    "profileUrl pr",
    'phoneNumbers[type eq "work"]',
    'meta.lastModified gt "2011-05-13T04:42:34Z"',
    f'{ENTERPRISE_USER.id}:department eq "x"',
    'title pr and userType eq "Intern"',
    "not (title pr)",
]
INVALID = {
    'nonsense eq "x"': "no attribute nonsense",
    'name.nonsense eq "x"': "no attribute name.nonsense",
    'urn:example:other:userName eq "x"': "no attribute",
    'department eq "x"': "no attribute department",
    'emails[nonsense eq "x"]': "emails has no nonsense",
    'emails[value.x eq "x"]': "emails has no value.x",
    f'emails[{ENTERPRISE_USER.id}:value eq "x"]': "emails has no",
    'userName[type eq "x"]': "userName has no type",
    # RFC 7644 table 3: no order, no parts
    "active gt true": "gt does not apply",
    "active co true": "co does not apply",
    "active sw true": "sw does not apply",
    'x509Certificates gt "MIIB"': "gt does not apply",
    'meta.lastModified co "2011"': "co does not apply",
    'name eq "Barbara"': "no value of its own",
    'addresses eq "Vienna"': "no value of its own",
    'active eq "true"': "is of type boolean",
    "active eq 1": "is of type boolean",
    "userName eq true": "is of type string",
    "userName eq 1": "is of type string",
    "userName gt null": "is of type string",
    "userName co null": "is of type string",
    'meta.lastModified gt "yesterday"': "is of type dateTime",
    'meta.lastModified gt "2011-05-13"': "is of type dateTime",
    'meta.lastModified gt "2011-02-30T00:00:00Z"': "is of type dateTime",
    "meta.lastModified gt 2011": "is of type dateTime",
}


@pytest.mark.parametrize("text", TRUE)
def test_matches(text):
    """These are true of Babs."""
    assert matches(USER_TYPE, BABS, parse_filter(text))


@pytest.mark.parametrize("text", FALSE)
def test_does_not_match(text):
    """These are not."""
    assert not matches(USER_TYPE, BABS, parse_filter(text))


@pytest.mark.parametrize("prefix", ["", "title pr or ", "nickName pr and "])
@pytest.mark.parametrize("text", INVALID)
def test_may_not_be_asked(text, prefix):
    """What the schema forbids to compare is refused, whether or not the rest would decide."""
    with pytest.raises(InvalidFilter) as refusal:
        matches(USER_TYPE, BABS, parse_filter(prefix + text))

    assert INVALID[text] in refusal.value.detail


def test_members_are_compared_by_value():
    """`members eq "u1"` asks for an id, exactly."""
    group = {"displayName": "Staff", "members": [{"value": "u1"}, {"value": "u2"}]}

    assert matches(GROUP_TYPE, group, parse_filter('displayName eq "STAFF" and members eq "u2"'))
    assert not matches(GROUP_TYPE, group, parse_filter('members eq "U2"'))


COUNTED = ResourceType(
    name="Thing",
    description="with numbers",
    endpoint="/Things",
    common=COMMON,
    schema=Schema(
        id="urn:example:Thing",
        name="Thing",
        description="with numbers",
        attributes=(
            Attribute(name="count", description="whole", type=Type.INTEGER),
            Attribute(name="sizes", description="many", type=Type.DECIMAL, multi_valued=True),
        ),
    ),
)


def test_numbers():
    """Integers and decimals have an order, and truth is no number."""
    thing = {"count": 3, "sizes": [1.5, 4]}

    assert matches(
        COUNTED, thing, parse_filter("count gt 2.5 and count le 3 and sizes eq 4.0 and sizes lt 2")
    )
    assert not matches(COUNTED, thing, parse_filter("count ge 4 or sizes gt 4"))
    for text in ("count eq true", 'count eq "3"', "count sw 3", "sizes co 4"):
        with pytest.raises(InvalidFilter):
            matches(COUNTED, thing, parse_filter(text))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2011-05-13T04:42:34Z", "2011-05-13T04:42:34.000000000+00:00"),
        ("2011-05-13T04:42:34", "2011-05-13T04:42:34Z"),
        ("2011-05-13T06:42:34.5+02:00", "2011-05-13T04:42:34.500Z"),
    ],
)
def test_instant(text, same):
    """One moment is one moment in every zone, and in UTC without any."""
    assert instant(same) == instant(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_no_moment_outside_of_all_years(text):
    """What is no moment of any year in UTC is none: refused as a value, and in a filter."""
    with pytest.raises(ValueError, match="T"):
        instant(text)
    with pytest.raises(InvalidFilter):
        matches(USER_TYPE, BABS, parse_filter(f'meta.created gt "{text}"'))


@given(filters, users)
def test_no_filter_breaks(filter_, user):
    """Whatever the filter, it is answered or refused, and its negation the other way round."""
    try:
        answer = matches(USER_TYPE, user, filter_)
    except InvalidFilter:
        return

    assert answer is not matches(USER_TYPE, user, Not(term=filter_))
