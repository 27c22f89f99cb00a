"""RFC 7644 §3.4.2.2: its examples of filters, asked of a few people."""

from __future__ import annotations

import pytest

from tests.rfc.provider import ENTERPRISE, USER

PEOPLE = {
    "bjensen": {
        "name": {"familyName": "Jensen"},
        "title": "Tour Guide",
        "userType": "Employee",
        "emails": [{"type": "work", "value": "bjensen@example.com"}],
        ENTERPRISE: {"employeeNumber": "701984"},
    },
    "john": {"userType": "Employee", "emails": [{"type": "home", "value": "john@example.org"}]},
    "omalley": {
        "name": {"familyName": "O'Malley"},
        "userType": "Intern",
        "emails": [{"type": "work", "value": "omalley@elsewhere.test"}],
    },
    "Jane": {"title": "Guest", "userType": "Contractor", "ims": [{"type": "xmpp", "value": "jane@foo.com"}]},
}
ALL = {*PEOPLE}


#: Filter → whom it finds.
EXAMPLES = [
    ('userName Eq "john"', {"john"}),
    ('Username eq "JOHN"', {"john"}),
    ('userName eq "bjensen"', {"bjensen"}),
    ('name.familyName co "O\'Malley"', {"omalley"}),
    ('userName sw "J"', {"john", "Jane"}),
    (f'{USER}:userName sw "J"', {"john", "Jane"}),
    ("title pr", {"bjensen", "Jane"}),
    ('meta.lastModified gt "2011-05-13T04:42:34Z"', ALL),
    ('meta.lastModified ge "2011-05-13T04:42:34Z"', ALL),
    ('meta.lastModified lt "2011-05-13T04:42:34Z"', set()),
    ('meta.lastModified le "2011-05-13T04:42:34Z"', set()),
    ('title pr and userType eq "Employee"', {"bjensen"}),
    ('title pr or userType eq "Intern"', {"bjensen", "Jane", "omalley"}),
    (f'schemas eq "{ENTERPRISE}"', {"bjensen"}),
    (
        'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
        {"bjensen", "john"},
    ),
    (
        'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
        {"omalley", "Jane"},
    ),
    ('userType eq "Employee" and (emails.type eq "work")', {"bjensen"}),
    ('userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', {"bjensen"}),
    (
        'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
        {"bjensen", "Jane"},
    ),
    # table 3, where no example has the operator
    ('userName ew "ensen"', {"bjensen"}),
    ('userName gt "jane"', {"john", "omalley"}),
    ('title ne "Guest"', {"bjensen", "john", "omalley"}),
    # tables 4 and 5: and binds closer than or, and not closest
    ('userName eq "john" or title pr and userType eq "Employee"', {"john", "bjensen"}),
    ('(userName eq "john" or title pr) and userType eq "Employee"', {"john", "bjensen"}),
    ('(userName eq "omalley" or title pr) and userType eq "Employee"', {"bjensen"}),
    ('not (title pr) and userType eq "Employee"', {"john"}),
    (f'{ENTERPRISE}:employeeNumber eq "701984"', {"bjensen"}),
]


async def test_section_3_4_2_2_examples(people):
    """Each example finds whom it should, and the total says how many these are."""
    told = {filter: await people.get("/Users", filter=filter) for filter, _ in EXAMPLES}

    assert dict(EXAMPLES) == {
        filter: {each["userName"] for each in page["Resources"]} for filter, page in told.items()
    }
    assert {filter: len(found) for filter, found in EXAMPLES} == {
        filter: page["totalResults"] for filter, page in told.items()
    }


@pytest.fixture
async def people(provider):
    """The people of the examples."""
    for name, attributes in PEOPLE.items():
        await provider.user(name, **attributes)
    return provider


NO_FILTERS = [
    "userName",
    'userName is "john"',
    'userName eq "john',
    'userName eq "john" and',
    '(userName eq "john"',
    'shoeSize eq "44"',
    'active gt "true"',
    "meta.lastModified gt 5",
    'emails[type eq "work"',
    'name eq "Jensen"',
    # longer, deeper and wider than the settings allow
    f'userName eq "{"x" * 4096}"',
    "not (" * 21 + "title pr" + ")" * 21,
    " or ".join(["title pr"] * 51),
]


async def test_section_3_4_2_2_what_cannot_be_asked(provider):
    """400 invalidFilter for what is no filter, what the schema has no answer to, and what is too much."""
    answers = {filter: await provider.refusal("GET", "/Users", filter=filter) for filter in NO_FILTERS}

    assert dict.fromkeys(NO_FILTERS, (400, "invalidFilter")) == answers


async def test_section_3_4_2_2_addresses(provider):
    """§3.4.2.2, RFC 7643 §2.3.7: who knows an address finds by it what is told with it."""
    boss = await provider.user("boss")
    ann = await provider.user("ann", **{ENTERPRISE: {"manager": {"value": boss["id"]}}})
    staff = await provider.group("Staff", ann["id"])
    where = {each["id"]: each["meta"]["location"] for each in (boss, ann, staff)}

    assert ["ann"] == await provider.names(filter=f'meta.location eq "{where[ann["id"]]}"')
    assert ["boss"] == await provider.names(filter=f'meta.location ne "{where[ann["id"]]}"')
    assert ["ann"] == await provider.names(filter=f'groups.$ref eq "{where[staff["id"]]}"')
    assert ["ann"] == await provider.names(filter=f'groups[$ref co "{where[staff["id"]]}"]')
    assert ["ann"] == await provider.names(filter=f'{ENTERPRISE}:manager.$ref ew "{where[boss["id"]]}"')
    assert ["Staff"] == await provider.names("/Groups", filter=f'members.$ref eq "{where[ann["id"]]}"')
    assert [] == await provider.names("/Groups", filter=f'members.$ref eq "{where[boss["id"]]}"')
    assert ["boss", "ann"] == await provider.names("/", filter=f'meta.location sw "{where[ann["id"]][:-36]}"')
