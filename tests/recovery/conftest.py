from collections.abc import Iterator

import pytest

from tests.recovery.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where people are told; its URL is that of a webhook channel."""
    with receiving() as receiver:
        yield receiver
