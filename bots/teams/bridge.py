"""The SDK's async turn from sync threads: one runner per thread, each run in a copy of the caller's context.

One loop for all threads would let one slow call stall every request of the process, and a runner without a fresh context leaks the
first request's context into all later ones (docs/adr/0005).
"""

import asyncio
import contextvars
import threading
import weakref
from collections.abc import Coroutine
from typing import Any, TypeVar

from botbuilder.core import BotFrameworkAdapter, BotFrameworkAdapterSettings, InvokeResponse, TurnContext
from botbuilder.schema import Activity as SdkActivity
from botbuilder.schema import ActivityTypes
from botframework.connector.auth import ClaimsIdentity

from bots.teams.listeners import Invoked, Listeners
from bots.teams.payloads import Activity, envelope

T = TypeVar("T")


class ThreadsRunner(threading.local):
    """This thread's runner, made when it is first needed and closed when the thread ends."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self._keeper = Keeper()
        weakref.finalize(self._keeper, self.runner.close)


class Keeper:
    """Dies with its thread's locals."""


_local = ThreadsRunner()


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine to its end in this thread, in a copy of the caller's context."""
    return _local.runner.run(coroutine, context=contextvars.copy_context())


class Bridge:
    """One turn of the SDK per activity; the listeners see the raw JSON, the SDK only carries the invoke's answer back."""

    def __init__(self, app_id: str, listeners: Listeners) -> None:
        self._adapter = BotFrameworkAdapter(BotFrameworkAdapterSettings(app_id, ""))
        self._listeners = listeners

    def turn(self, raw: Activity, claims: dict[str, Any]) -> Invoked | None:
        """Answer an authenticated activity; None for a plain 200."""
        incoming = SdkActivity().deserialize(envelope(raw))
        answered: list[Invoked | None] = []

        async def on_turn(context: TurnContext) -> None:
            found = self._listeners.on_activity(raw)
            answered.append(found)
            if found is not None:
                value = InvokeResponse(status=found.status, body=found.body)
                await context.send_activity(SdkActivity(type=ActivityTypes.invoke_response, value=value))

        identity = ClaimsIdentity(claims, is_authenticated=True)
        run_sync(self._adapter.process_activity_with_identity(incoming, identity, on_turn))
        return answered[0] if answered else None
