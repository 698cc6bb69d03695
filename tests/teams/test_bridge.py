"""Sync threads around the SDK's async turn: each run has its own context, each thread its own loop, closed with it."""

import asyncio
import contextvars
import threading

from bots.teams.bridge import run_sync

asked_by: contextvars.ContextVar[str] = contextvars.ContextVar("asked_by", default="nobody")


async def who() -> str:
    """Sets the context's own value as well: the next run must not see it."""
    found = asked_by.get()
    asked_by.set(f"left behind by {found}")
    await asyncio.sleep(0)
    return found


async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_a_run_sees_the_context_of_its_own_request_never_of_an_earlier_one() -> None:
    seen = []
    for name in ("ana", "ben", "fay"):
        context = contextvars.copy_context()
        context.run(asked_by.set, name)
        seen.append(context.run(lambda: run_sync(who())))

    assert seen == ["ana", "ben", "fay"]
    assert run_sync(who()) == "nobody"


def test_a_thread_keeps_one_loop_and_closes_it_when_it_ends() -> None:
    found: list[asyncio.AbstractEventLoop] = []

    def work() -> None:
        found.extend(run_sync(loop()) for _ in range(2))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({id(each) for each in found}) == 2
    assert all(each.is_closed() for each in found)
