"""One question for many who ask at once, and none of them is told what was found before they came."""

from __future__ import annotations

import asyncio

import pytest

from storage.sharing import Sharing


class Desk:
    """Answers with the number of the question, when it is let; remembers what it was asked."""

    def __init__(self):
        self.asked, self.waiting, self.sharing = [], [], Sharing(self.question)

    async def question(self, key):
        """Wait to be let answer."""
        self.asked.append(key)
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        return await answer

    async def ask(self, key="a"):
        """Begin to ask, and get as far as one gets."""
        task = asyncio.create_task(self.sharing.ask(key))
        for _ in range(2):
            await asyncio.sleep(0)
        return task

    async def answer(self, what):
        """Answer the oldest question, and let whoever heard it go on."""
        answer = self.waiting.pop(0)
        if isinstance(what, Exception):
            answer.set_exception(what)
        elif not answer.cancelled():
            answer.set_result(what)
        for _ in range(5):
            await asyncio.sleep(0)


async def test_who_comes_meanwhile_shares_the_next_answer():
    """The one on its way was asked for before they came: it may miss what has changed since."""
    desk = Desk()
    first, *others = [await desk.ask() for _ in range(4)]
    assert ["a"] == desk.asked

    await desk.answer("old")
    assert "old" == await first
    assert ["a", "a"] == desk.asked
    assert not any(other.done() for other in others)
    late = await desk.ask()
    await desk.answer("new")
    assert ["new"] * 3 == [await other for other in others]
    await desk.answer("newest")
    assert "newest" == await late
    assert 3 == len(desk.asked)


async def test_each_key_is_a_question_of_its_own():
    """Nobody waits for what others ask."""
    desk = Desk()
    a, b = await desk.ask("a"), await desk.ask("b")
    await desk.answer(1)
    await desk.answer(2)

    assert [1, 2] == [await a, await b]


async def test_who_comes_in_the_same_turn_shares_the_question():
    """It is asked once all of them are there."""
    desk = Desk()
    asking = asyncio.gather(*(desk.sharing.ask("a") for _ in range(3)))
    for _ in range(2):
        await asyncio.sleep(0)
    await desk.answer("answer")

    assert ["answer"] * 3 == await asking
    assert ["a"] == desk.asked


async def test_nothing_is_kept_of_a_question():
    """Once it is answered, whoever comes asks anew, and no key is remembered."""
    desk = Desk()
    for number in range(2):
        asking = await desk.ask()
        await desk.answer(number)
        assert number == await asking

    assert ({}, {}) == (desk.sharing._next, desk.sharing._tasks)


async def test_an_error_is_told_to_all_who_share_it_and_to_nobody_else():
    """Whoever comes afterwards asks anew."""
    desk = Desk()
    first, *others = [await desk.ask() for _ in range(3)]
    await desk.answer(OSError("one"))
    with pytest.raises(OSError, match="one"):
        await first
    await desk.answer(OSError("two"))
    for other in others:
        with pytest.raises(OSError, match="two"):
            await other
    again = await desk.ask()
    await desk.answer("well")

    assert "well" == await again


@pytest.mark.parametrize("who", [0, 1])
async def test_who_leaves_takes_nobody_along(who):
    """Neither the one who asks nor one who shares keeps the others from their answer."""
    desk = Desk()
    asking = [await desk.ask() for _ in range(3)]
    asking[who].cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    while desk.waiting:
        await desk.answer("answer")
    left = [each for each in asking if each is not asking[who]]

    assert ["answer"] * 2 == [await each for each in left]
