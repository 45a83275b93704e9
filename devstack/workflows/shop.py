"""The shop of the example: an API that counts what it is asked for. It knows nothing of the app, and so it is who counts."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import NamedTuple

from devstack.serving import QuietHandler, serving


class Asked(NamedTuple):
    """One request that the shop has taken."""

    what: str  # reserve, charge, release, ship
    order: int
    key: str  # the idempotency key
    body: str


@dataclass(slots=True)
class Shop:
    """What it was asked for, and how it behaves: `share` of the requests get 503, a third of them after they were taken.

    `around` encloses what is done for a request; its answer goes out after that.
    """

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    share: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    around: Callable[[], AbstractContextManager[None]] = nullcontext

    def done(self, what: str) -> Counter[int]:
        """Return how often something was done for each order: under the same key it is the same one."""
        return Counter(order for order, _ in {(each.order, each.key) for each in list(self.asked) if each.what == what})

    def twice(self) -> Sequence[tuple[str, int]]:
        """Return what was done for an order more than once, under different keys."""
        return [
            (what, order)
            for what in ("reserve", "charge", "release", "ship")
            for order, times in sorted(self.done(what).items())
            if times > 1
        ]

    def repeated(self) -> int:
        """Return how many requests came again under a key that the shop had seen."""
        asked = list(self.asked)
        return len(asked) - len({(each.what, each.key) for each in asked})

    def take(self, what: str, body: str, key: str) -> int:
        """Take a request; return the status of the answer. Who is `broke` is not charged."""
        order = json.loads(body)
        failing, late = self.chance.random() < self.share, self.chance.random() < 1 / 3
        if not failing or late:
            self.asked.append(Asked(what, order["OrderId"], key, body))
        if failing:
            return 503
        return 422 if what == "charge" and order["Status"] == "broke" else 200


@contextmanager
def a_shop() -> Iterator[Shop]:
    """Listen on a free port; the shop ends with the block."""
    shop = Shop()

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 - the name that the library asks for
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with shop.around():
                status = shop.take(self.path.strip("/"), body, self.headers["Idempotency-Key"])
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with serving(Handler) as shop.url:
        yield shop
