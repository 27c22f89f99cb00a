"""One question for all that is asked in one turn, and nobody is told what was found before they came."""

from __future__ import annotations

import asyncio

import pytest

from storage.sharing import SHARED_MAX, Overhearing, Sharing

KEY = ("a",)


class Desk:
    """Answers what is asked for, when it is let; remembers the questions."""

    def __init__(self):
        self.asked, self.waiting, self.sharing = [], [], Sharing(self.question, none="none")

    async def question(self, key, ones):
        """Wait to be let answer."""
        self.asked.append((*key, *ones))
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        said = await answer
        return {} if said is None else dict.fromkeys(ones, said)

    async def ask(self, *ones, key=KEY):
        """Begin to ask for each of *ones*, and let the turn end."""
        tasks = [asyncio.create_task(self.sharing.ask(key, one)) for one in ones]
        await turns()
        return tasks

    async def answer(self, what):
        """Answer the oldest question, and let whoever heard it go on."""
        answer = self.waiting.pop(0)
        if isinstance(what, Exception):
            answer.set_exception(what)
        elif not answer.cancelled():
            answer.set_result(what)
        await turns()


async def turns():
    """Let pass as many turns of the loop as it takes to ask, or to be told."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_in_the_same_turn_shares_the_question():
    """It is asked once, after the last of them has come; what two ask for is asked for once."""
    desk = Desk()
    asking = await desk.ask("x", "y", "x")
    await desk.answer("answer")

    assert ["answer"] * 3 == [await each for each in asking]
    assert [("a", "x", "y")] == desk.asked


async def test_who_comes_later_is_not_told_what_was_asked_before():
    """An answer on its way may have been found before they came, and miss what has changed since."""
    desk = Desk()
    (first,) = await desk.ask("x")
    (other,) = await desk.ask("x")
    await desk.answer("old")
    await desk.answer("new")

    assert ("old", "new") == (await first, await other)


async def test_each_key_is_a_question_of_its_own():
    """Nobody is told what others look for by other words."""
    desk = Desk()
    asking = [asyncio.create_task(desk.sharing.ask((key,), "x")) for key in "ab"]
    await turns()
    await desk.answer(1)
    await desk.answer(2)

    assert [("a", "x"), ("b", "x")] == desk.asked
    assert [1, 2] == [await each for each in asking]


async def test_what_there_is_not_is_told_as_such():
    """The question says nothing of it."""
    desk = Desk()
    (asking,) = await desk.ask("x")
    await desk.answer(None)

    assert "none" == await asking


async def test_one_question_is_of_so_many_at_the_most():
    """Those who come after them in the same turn share the next."""
    desk = Desk()
    asking = await desk.ask(*map(str, range(SHARED_MAX + 1)))
    await desk.answer("one")
    await desk.answer("two")

    assert [SHARED_MAX + 1, 2] == [len(each) for each in desk.asked]
    assert ["one"] * SHARED_MAX + ["two"] == [await each for each in asking]


async def test_nothing_is_kept_of_a_question():
    """Once it is answered, whoever comes asks anew, and no key is remembered."""
    desk = Desk()
    for number in range(2):
        (asking,) = await desk.ask("x")
        await desk.answer(number)
        assert number == await asking

    assert ({}, set()) == (desk.sharing._next, desk.sharing._tasks)


async def test_a_database_that_is_away_is_away_for_all_who_share_the_question():
    """Each of them knows how long to try again."""
    desk = Desk()
    asking = await desk.ask("x", "y")
    await desk.answer(OSError("away"))

    for each in asking:
        with pytest.raises(OSError, match="away"):
            await each
    assert 1 == len(desk.asked)


async def test_no_other_is_refused_for_what_one_asks():
    """What fails of several is asked again of each alone, and of one it has failed."""
    desk = Desk()
    good, bad = await desk.ask("good", "bad")
    await desk.answer(ValueError("one of them"))
    await desk.answer("well")
    await desk.answer(ValueError("bad"))

    assert [("a", "good", "bad"), ("a", "good"), ("a", "bad")] == desk.asked
    assert "well" == await good
    with pytest.raises(ValueError, match="bad"):
        await bad


@pytest.mark.parametrize("who", [0, 1])
async def test_who_leaves_takes_nobody_along(who):
    """Neither the first nor another keeps the rest from their answer."""
    desk = Desk()
    asking = await desk.ask("x", "y", "z")
    asking[who].cancel()
    await turns()
    await desk.answer("answer")
    left = [each for each in asking if each is not asking[who]]

    assert ["answer"] * 2 == [await each for each in left]


class Sign:
    """Says at once what stands on it; remembers who looked for what."""

    def __init__(self):
        self.says, self.looks, self.overhearing = "old", [], Overhearing(self.question, none="none")

    async def question(self, key, ones):
        """Look, and find nothing of `nobody`; fail where that is what it says."""
        self.looks.append((*key, *ones))
        if isinstance(self.says, Exception):
            raise self.says
        return {one: self.says for one in ones if one != "nobody"}

    async def ask(self, one, key=KEY):
        """Ask for *one*."""
        return await self.overhearing.ask(key, one)


async def test_what_one_finds_is_heard_by_those_who_come_in_the_same_turn():
    """Each thing is looked for once, also what there is not."""
    sign = Sign()
    found = await asyncio.gather(*map(sign.ask, ["x", "nobody", "x", "nobody"]), sign.ask("x", ("b",)))

    assert ["old", "none", "old", "none", "old"] == found
    assert [("a", "x"), ("a", "nobody"), ("b", "x")] == sign.looks


async def test_nobody_hears_what_was_found_before_they_came():
    """Whoever is told of a change sees it, however little later they ask; nothing is remembered."""
    sign = Sign()

    async def first():
        said = await sign.ask("x")
        sign.says = "new"
        # As whoever waits for a commit goes on.
        return said, await asyncio.create_task(sign.ask("x"))

    assert ("old", "new") == await first()
    await turns()
    assert {} == sign.overhearing._found


async def test_what_fails_is_asked_by_each():
    """No error is overheard, nor kept."""
    sign = Sign()
    sign.says = OSError("away")
    found = await asyncio.gather(*map(sign.ask, "xx"), return_exceptions=True)

    assert ["away", "away"] == [str(each) for each in found]
    assert 2 == len(sign.looks)
    sign.says = "back"
    assert "back" == await sign.ask("x")
