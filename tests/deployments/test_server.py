"""The server's transactions on SQLite wait in line."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from deployments.server import WritersInLine


@pytest.fixture
def line(tmp_path: Path) -> WritersInLine:
    """A database of the test's own."""
    return WritersInLine(f"sqlite+aiosqlite:///{tmp_path}/line.db")


async def test_transactions_take_turns_in_the_order_in_which_they_asked(line: WritersInLine) -> None:
    """Each begins only when the one before has ended, the first to ask first."""
    happened: list[str] = []

    async def write(name: str) -> None:
        async with await line.session(await line.engine()) as session, line.begin_transaction(session):
            happened.append(f"{name} begins")
            await session.execute(text(f"create table {name} (x)"))
            await asyncio.sleep(0.01)
            happened.append(f"{name} ends")

    await asyncio.gather(*map(write, "abc"))
    assert happened == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_a_transaction_that_failed_lets_the_next_one_begin(line: WritersInLine) -> None:
    """Whatever happens within it, its turn ends with it, and nothing of it is kept."""
    engine = await line.engine()

    async def create(then: Exception | None = None) -> None:
        async with await line.session(engine) as session, line.begin_transaction(session):
            await session.execute(text("create table t (x)"))
            if then:
                raise then

    with pytest.raises(ZeroDivisionError):
        await create(then=ZeroDivisionError())
    await create()


async def test_a_transaction_within_another_does_not_wait_for_it(line: WritersInLine) -> None:
    """Code that opens a second session within a transaction goes on; its own begins with its first statement."""
    engine = await line.engine()
    async with (
        asyncio.timeout(10),
        await line.session(engine) as outer,
        line.begin_transaction(outer),
        await line.session(engine) as inner,
        line.begin_transaction(inner),
    ):
        pass
