"""From the pieces of a body to a file in the tree: to the disk as they come, looked into, written down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from gateway.errors import GatewayError
from gateway.http.work import Work
from gateway.model import Access, Stored
from gateway.service.archives import Member, members
from gateway.service.checking import AT_ONCE
from gateway.service.incoming import Incoming, Received, receive_all
from gateway.service.intake import Intake, Members, Outcome, Wish, concluded, is_opened, wish_for

_QUICK: Final = 128 * 1024  # bytes that go to memory alone


class Receiving:
    """Takes bodies; ``begin`` gives a place for each."""

    def __init__(self, intake: Intake, begin: Callable[[], Incoming], work: Work) -> None:
        self._intake = intake
        self._begin = begin
        self._work = work

    async def take(self, access: Access, pieces: AsyncIterator[bytes], wish: Wish) -> Stored | Members:
        """Take a body; an archive without a path gives the outcome of each member. Raises what it was refused for."""
        received = await self._received(pieces)
        async with self._settling(received):
            if is_opened(wish, received):
                return await self._unpack(access, received, wish)
            outcome = await self._keep(access, received, wish)
        if isinstance(outcome, GatewayError):
            raise outcome
        return outcome

    @asynccontextmanager
    async def _settling(self, received: Received) -> AsyncIterator[None]:
        """Settle a body when its write has ended; one that was cut off may be committed yet, so clean-up does it."""
        try:
            yield
        except asyncio.CancelledError:
            raise
        except BaseException:
            await self._work.read(self._intake.settle, received)
            raise
        await self._work.read(self._intake.settle, received)

    async def _received(self, pieces: AsyncIterator[bytes]) -> Received:
        incoming = self._begin()
        try:
            async for piece in pieces:
                if incoming.size + len(piece) <= _QUICK:
                    incoming.write(piece)
                else:
                    await self._work.read(incoming.write, piece)
            return await self._work.read(incoming.finish)
        except BaseException:
            incoming.abort()
            raise

    async def _keep(self, access: Access, received: Received, wish: Wish) -> Outcome:
        look = self._work.read if received.content.size <= AT_ONCE else self._work.long
        return await self._work.commit(await look(self._intake.take, access, received, wish))

    async def _unpack(self, access: Access, received: Received, wish: Wish) -> Members:
        """Take the members of an archive one by one; a fault of the archive ends it, and leaves what was taken."""
        results: Members = []
        with received.open() as source:
            found = members(source, wish.name or "")
            try:
                while (member := await self._work.read(next, found, None)) is not None:
                    results.append((member.name, await self._member(access, member, wish_for(member, wish))))
            except GatewayError as error:
                results.append(("", error))
        return concluded(results)

    async def _member(self, access: Access, member: Member, wish: Wish) -> Outcome | GatewayError:
        if member.source is None:
            assert member.error is not None
            return member.error
        try:
            received = await self._work.read(receive_all, member.source, self._begin())
        except GatewayError as error:
            return error
        try:
            async with self._settling(received):
                return await self._keep(access, received, wish)
        except GatewayError as error:
            return error
