"""What the host relies on in Azure Storage, of Azurite and of the account in memory."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions_standin.storage.azure import AzureStorage
from functions_standin.storage.memory import MemoryAccount, MemoryStorage
from functions_standin.storage.odata import literal
from functions_standin.storage.port import Container, Queue, Storage, StorageFailed, Table, Write

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


class Account:
    """An account, opened anew by every `run`; `pass_a_moment` lets a little time pass, on whatever clock it has."""

    def __init__(self, open_storage: Callable[[], Storage], pass_a_moment: Callable[[], None]) -> None:
        self._open = open_storage
        self.pass_a_moment = pass_a_moment

    def run(self, work: Callable[[Storage], Coroutine[Any, Any, Any]]) -> Any:
        async def opened() -> Any:
            storage = self._open()
            try:
                return await work(storage)
            finally:
                await storage.close()

        return asyncio.run(opened())


@pytest.fixture(params=["azurite", "memory"])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    if request.param == "azurite":
        connection_string = request.getfixturevalue("azurite")
        yield Account(lambda: AzureStorage(connection_string), lambda: time.sleep(0.1))
        return
    clock = [AT]

    def pass_a_moment() -> None:
        clock[0] += timedelta(seconds=0.1)

    memory = MemoryAccount(lambda: clock[0])
    yield Account(lambda: MemoryStorage(memory), pass_a_moment)


def on_table(account: Account, name: str, work: Callable[[Table], Coroutine[Any, Any, Any]]) -> Any:
    async def opened(storage: Storage) -> Any:
        table = storage.table(name)
        await table.create()
        await table.create()  # twice does no harm
        return await work(table)

    return account.run(opened)


def on_queue(account: Account, name: str, work: Callable[[Queue], Coroutine[Any, Any, Any]]) -> Any:
    async def opened(storage: Storage) -> Any:
        queue = storage.queue(name)
        await queue.create()
        await queue.create()
        return await work(queue)

    return account.run(opened)


async def refused(request: Coroutine[Any, Any, Any]) -> tuple[int, str]:
    with pytest.raises(StorageFailed) as caught:
        await request
    return caught.value.status, caught.value.code


def row(partition: str, key: str, **columns: Any) -> dict[str, Any]:
    return {"PartitionKey": partition, "RowKey": key, **columns}


def test_a_row_comes_back_with_its_types_and_without_what_is_none(account: Account, unique: str) -> None:
    async def work(table: Table) -> Any:
        await table.insert(row("p", "", Text="it's", Number=7, Yes=True, At=AT, Nothing=None))
        return await table.get("p", "")

    found = on_table(account, unique, work)

    assert found.pop("odata.etag")
    assert found.pop("Timestamp").tzinfo is UTC
    assert found == row("p", "", Text="it's", Number=7, Yes=True, At=AT)


def test_what_is_missing_is_none_or_refused(account: Account, unique: str) -> None:
    async def work(table: Table) -> Any:
        await table.delete("p", "k")
        return (
            await table.get("p", "k"),
            await refused(table.merge(row("p", "k", A=1), etag="*")),
            await refused(table.replace(row("p", "k", A=1), etag='W/"1"')),
        )

    assert on_table(account, unique, work) == (None, (404, "ResourceNotFound"), (404, "ResourceNotFound"))


def test_an_etag_guards_a_row(account: Account, unique: str) -> None:
    async def work(table: Table) -> Any:
        first = await table.insert(row("p", "k", A=1, B=1))
        twice = await refused(table.insert(row("p", "k")))
        second = await table.merge(row("p", "k", A=2), etag=first)
        late = await refused(table.merge(row("p", "k", A=3), etag=first))
        merged = await table.get("p", "k")
        await table.replace(row("p", "k", C=1), etag=second)
        replaced = await table.get("p", "k")
        assert merged is not None
        assert replaced is not None
        return twice, late, (merged["A"], merged["B"]), ("A" in replaced, replaced["C"])

    assert on_table(account, unique, work) == (
        (409, "EntityAlreadyExists"),
        (412, "UpdateConditionNotSatisfied"),
        (2, 1),
        (False, 1),
    )


def test_a_batch_is_written_whole_or_not_at_all(account: Account, unique: str) -> None:
    async def work(table: Table) -> Any:
        etag = await table.batch([Write(row("p", "a", A=1)), Write(row("p", "s", A=1), must_be_new=True)])
        status, _ = await refused(table.batch([Write(row("p", "b")), Write(row("p", "s"), must_be_new=True)]))
        late, _ = await refused(table.batch([Write(row("p", "b")), Write(row("p", "s", A=2), "PATCH", 'W/"other"')]))
        absent = await table.get("p", "b")
        await table.batch([Write(row("p", "b")), Write(row("p", "s", A=3), "PATCH", etag)])
        await table.batch([Write(row("p", "a"), "DELETE", "*")])
        return status, late, absent, [each["RowKey"] async for each in table.query("")]

    assert on_table(account, unique, work) == (409, 412, None, ["b", "s"])


def test_filters_select_rows_in_the_order_of_their_keys(account: Account, unique: str) -> None:
    rows = [
        row("b", "1", State="Running", At=AT),
        row("a", "2", State="Failed", At=AT + timedelta(seconds=1)),
        row("a", "10", State="Running", At=AT - timedelta(seconds=1)),
        row("@c'", "", State="Completed", At=AT),
    ]
    queries = {
        "PartitionKey eq 'a'": ["a10", "a2"],
        "PartitionKey eq '@c'''": ["@c'"],
        f"At ge {literal(AT)} and (State eq 'Running' or State eq 'Failed')": ["a2", "b1"],
        "PartitionKey ge 'a' and PartitionKey lt 'b'": ["a10", "a2"],
        "Missing eq 'x'": [],
        "": ["@c'", "a10", "a2", "b1"],
    }

    async def work(table: Table) -> Any:
        for each in rows:
            await table.insert(each)
        return {
            query: [each["PartitionKey"] + each["RowKey"] async for each in table.query(query)] for query in queries
        }

    assert on_table(account, unique, work) == queries


def test_pages_follow_each_other(account: Account, unique: str) -> None:
    async def work(table: Table) -> Any:
        await table.batch([Write(row("p", f"{number}")) for number in range(5)])
        pages, start = [], None
        while True:
            page = await table.page("", top=2, start=start)
            pages.append([each["RowKey"] for each in page.rows])
            start = page.next_keys
            if start is None:
                return pages

    assert on_table(account, unique, work) == [["0", "1"], ["2", "3"], ["4"]]


def test_a_message_is_hidden_from_others_while_somebody_has_it(account: Account, unique: str) -> None:
    async def work(queue: Queue) -> Any:
        await queue.put("<one> & é")
        [taken] = await queue.get(32, 30)
        return taken.text, taken.dequeue_count, list(await queue.get(32, 30))

    assert on_queue(account, unique, work) == ("<one> & é", 1, [])


def test_a_message_that_is_given_back_comes_again_and_its_old_receipt_is_worth_nothing(
    account: Account, unique: str
) -> None:
    async def work(queue: Queue) -> Any:
        await queue.put("text")
        [first] = await queue.get(1, 30)
        await queue.hide(first, 0)
        [second] = await queue.get(1, 30)
        late = await refused(queue.hide(first, 5))
        await queue.delete(first)
        await queue.hide(second, 5)
        await queue.delete(second)
        gone = await refused(queue.hide(second, 5))
        return second.dequeue_count, late[0], gone

    assert on_queue(account, unique, work) == (2, 400, (404, "MessageNotFound"))


def test_a_delayed_message_comes_when_its_seconds_have_passed(account: Account, unique: str) -> None:
    async def put(queue: Queue) -> Any:
        await queue.put("late", delay_seconds=4.9)  # longer than a busy machine takes for the two requests that follow
        await queue.put("now", delay_seconds=0.9)
        return [each.text for each in await queue.get(32, 30)]

    async def get(queue: Queue) -> Any:
        return [each.text for each in await queue.get(32, 30)]

    assert on_queue(account, unique, put) == ["now"]
    for _ in range(100):
        account.pass_a_moment()
        if found := on_queue(account, unique, get):
            break
    assert found == ["late"]


def test_a_taken_message_comes_again_when_its_time_is_over(account: Account, unique: str) -> None:
    async def put(queue: Queue) -> Any:
        await queue.put("text")
        return [each.dequeue_count for each in await queue.get(32, 0.5)]

    async def get(queue: Queue) -> Any:
        return [each.dequeue_count for each in await queue.get(32, 30)]

    assert on_queue(account, unique, put) == [1]
    for _ in range(100):
        account.pass_a_moment()
        if found := on_queue(account, unique, get):
            break
    assert found == [2]


def test_a_queue_that_is_missing_says_so(account: Account, unique: str) -> None:
    async def work(storage: Storage) -> Any:
        return await refused(storage.queue(unique).get(1, 1))

    assert account.run(work) == (404, "QueueNotFound")


def test_messages_can_be_cleared(account: Account, unique: str) -> None:
    async def work(queue: Queue) -> Any:
        await queue.put("text")
        await queue.clear()
        return list(await queue.get(1, 1))

    assert on_queue(account, unique, work) == []


def test_blobs_are_kept_listed_and_deleted(account: Account, unique: str) -> None:
    async def work(storage: Storage) -> Any:
        container = storage.container(unique)
        nothing = await container.list("")
        await container.put("a/1 é", b"one")
        await container.put("a/2", b"two")
        await container.put("b", b"")
        await container.put("a/2", b"second")
        url = container.url("a/1 é")
        found = await container.get("a/1 é"), await container.get("a/2"), list(await container.list("a/"))
        await container.delete("b")
        await container.delete("b")
        return nothing, found, container.name_of(url), container.name_of("elsewhere"), await refused(container.get("b"))

    nothing, found, name, elsewhere, missing = account.run(work)

    assert (list(nothing), name, elsewhere) == ([], "a/1 é", None)
    assert found == (b"one", b"second", ["a/1 é", "a/2"])
    assert missing == (404, "BlobNotFound")


def test_a_lease_is_one_holders_until_he_gives_it_free(account: Account, unique: str) -> None:
    me, other = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"

    async def statuses(container: Container) -> list[int]:
        async def status(request: Coroutine[Any, Any, None]) -> int:
            try:
                await request
            except StorageFailed as failed:
                return failed.status
            return 200

        missing = await status(container.acquire_lease("lock", me, 15))
        await container.put("lock", b"")
        return [
            missing,
            await status(container.renew_lease("lock", me)),
            await status(container.acquire_lease("lock", me, 15)),
            await status(container.acquire_lease("lock", other, 15)),
            await status(container.renew_lease("lock", me)),
            await status(container.renew_lease("lock", other)),
            await status(container.release_lease("lock", other)),
            await status(container.put("lock", b"new")),
            await status(container.release_lease("lock", me)),
            await status(container.acquire_lease("lock", other, 15)),
        ]

    async def work(storage: Storage) -> Any:
        container = storage.container(unique)
        await container.create()
        return await statuses(container)

    assert account.run(work) == [404, 409, 200, 409, 200, 409, 409, 412, 200, 200]
