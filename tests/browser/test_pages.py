"""Every page in a real browser: hostile names, both themes, a phone, the keyboard, no scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.filled import filled
from tests.browser.place import place
from tests.browser.watched import watched
from tests.scale import scale

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

#: In which theme and at which width axe looks: both of each, and at full scale each with each.
SIGHTS = scale(
    [("light", DESK), ("dark", PHONE)],
    trust=[("light", DESK), ("dark", PHONE), ("light", PHONE), ("dark", DESK)],
)

#: What axe may find that keeps somebody out.
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def team(tmp_path_factory, openid_provider):
    """A team with something on each page."""
    data = tmp_path_factory.mktemp("filled")
    with place(f"sqlite://{data / 'hub.sqlite'}", data) as made:
        yield filled(made, openid_provider, scale(20, trust=150))


@pytest.fixture(scope="module")
def session(team, browser):
    """What a browser keeps that was let in by the link."""
    with watched(browser) as made:
        assert 200 == made.goto(team.link)
        yield made.context.storage_state()


def each_of(team):
    """Return one page of each sort, under its path without ids."""
    found = {}
    for page in team.pages:
        sort = "/".join(part if part.isalpha() else "*" for part in page.split("/"))
        found.setdefault(sort, page)
    return sorted(found.values())


def test_no_name_is_more_than_text(team, session, browser):
    """No script runs, no request leaves, nothing is opened, no error: on every page of everybody."""
    with watched(browser, storage_state=session) as seen:
        for page in team.pages:
            assert 200 == seen.goto(f"{team.place.url}/teams/{team.team}{page}"), page
            seen.page.mouse.move(300, 300)
            assert [] == seen.wrong, page
    assert len(team.pages) > 60


#: Cells of a table whose words lie over those of the next, and tables that run out of what they are in.
SPILT = """
() => [...document.querySelectorAll("td[data-label]")]
  .filter((each) => each.scrollHeight > each.clientHeight + 1)
  .concat([...document.querySelectorAll("main table")].filter((each) =>
    each.getBoundingClientRect().right + parseFloat(getComputedStyle(each.parentElement).paddingRight) >
      each.parentElement.getBoundingClientRect().right + 1))
  .map((each) => each.outerHTML.slice(0, 200))
"""


@pytest.mark.parametrize(("theme", "size"), SIGHTS)
def test_nobody_is_kept_out(team, session, browser, theme, size):
    """Axe finds nothing grave on any page."""
    with watched(browser, storage_state=session, color_scheme=theme, viewport=size) as seen:
        for page in each_of(team):
            seen.goto(f"{team.place.url}/teams/{team.team}{page}")
            found = Axe().run(seen.page).response["violations"]
            grave = [
                (each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in GRAVE
            ]

            assert [] == grave, page


def test_nothing_runs_over_the_edge(team, session, browser):
    """On a phone, a tablet held either way, and a desk, a page has its width, and its tables have theirs."""
    with watched(browser, storage_state=session) as seen:
        for page in each_of(team):
            seen.goto(f"{team.place.url}/teams/{team.team}{page}")
            for width in (320, 390, 768, 1024, 1280):
                seen.page.set_viewport_size({"width": width, "height": 844})
                wide, there = seen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

                assert wide <= there, (page, width)
                assert [] == seen.page.evaluate(SPILT), (page, width)


def test_a_phone_shows_all_the_ways(team, session, browser):
    """Where one is, and where else one can go, is in sight without scrolling sideways."""
    with watched(browser, storage_state=session, viewport=PHONE, java_script_enabled=False) as seen:
        seen.goto(f"{team.place.url}/teams/{team.team}/audit")
        boxes = [each.bounding_box() for each in seen.page.locator(".ways a").all()]

        assert len(boxes) > 8
        assert all(0 <= box["x"] and box["x"] + box["width"] <= PHONE["width"] for box in boxes)
        assert all(box["height"] >= 24 for box in boxes)


def test_the_keyboard_reaches_what_there_is(team, session, browser):
    """The first stop leads to the content; every link, button and field is reached, and is seen to be."""
    with watched(browser, storage_state=session) as seen:
        seen.goto(f"{team.place.url}/teams/{team.team}/admins")
        seen.page.keyboard.press("Tab")
        assert "Skip to content" == seen.page.evaluate("document.activeElement.textContent.trim()")
        wanted = seen.page.locator(":is(a[href], button, input, select, textarea):not([type=hidden])")
        reached = set()
        for _ in range(wanted.count() + 5):
            reached.add(seen.page.evaluate("document.activeElement.outerHTML"))
            drawn = seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert drawn != "none" or seen.page.evaluate("document.activeElement === document.body")
            seen.page.keyboard.press("Tab")

        shown = [each for each in wanted.all() if each.is_visible()]
        assert {each.evaluate("node => node.outerHTML") for each in shown} <= reached


def test_the_overview_goes_on_while_one_looks(team, browser):
    """What others do meanwhile is seen without a reload: a step that is done, and seats that are bought."""
    team.place.command("team", "create", "late", "--seats", "1", "--plan", "enterprise")
    with watched(browser) as seen:
        seen.goto(team.place.link("late"))
        assert 1 == seen.page.get_by_role("link", name="Set up sign-in").count()
        team.place.command("team", "set", "late", "--sso-issuer", "https://sign-in.example")
        team.place.command("seat-kind", "buy", "late", "standard", "41")
        seen.page.locator(".figure", has_text="42").first.wait_for()
        seen.page.locator("li.done", has_text="Set up sign-in").wait_for()


def test_pages_work_without_scripts(team, session, browser):
    """An admin is added and removed, a mistake is told, and people are found, by links and forms alone."""
    with watched(browser, storage_state=session, java_script_enabled=False) as seen:
        seen.goto(f"{team.place.url}/teams/{team.team}/admins")
        seen.page.get_by_label("Address").fill("bo@acme.example")
        seen.press("Add admin")
        seen.says("There is a problem")
        assert "bo@acme.example" == seen.page.get_by_label("Address").input_value()
        seen.page.get_by_label("Address").fill("cy@acme.example")
        seen.press("Add admin")
        seen.says("cy@acme.example can sign in")
        seen.page.get_by_role("link", name="Remove cy@acme.example").click()
        seen.page.get_by_role("button", name="Remove").click()
        seen.says("is no admin any more")
        seen.goto(f"{team.place.url}/teams/{team.team}/settings/security/authentication/sso/new/oidc")
        seen.page.get_by_label("Issuer").fill("nonsense")
        seen.press("Set up OpenID Connect")
        seen.says("There is a problem")
        seen.goto(f"{team.place.url}/teams/{team.team}/people?q=p3@acme.example")
        assert 1 == seen.page.locator("tbody tr").count()
        seen.follow("Activity")
        assert 0 < seen.page.locator("tbody tr").count()
