"""The recordings of the real host beside this one: the same requests leave the same rows, messages, blobs and answers.

The recordings lie in tests/recordings; its README says how they were made.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from functions_standin.durable.hub.names import HubNames
from functions_standin_tests.contract.durable.hosts import scene as open_scene
from functions_standin_tests.contract.durable.recordings.compare import Difference, differences
from functions_standin_tests.contract.durable.recordings.driver import Player, Trail
from functions_standin_tests.contract.durable.recordings.normal import normal
from functions_standin_tests.contract.durable.recordings.stored import Stored, messages, writes
from functions_standin_tests.contract.durable.recordings.tap import tapped

HERE = Path(__file__).parent
RECORDED = HERE.parents[2] / "recordings" / "durable.json.gz"
REAL: Mapping[str, Any] = json.loads(gzip.decompress(RECORDED.read_bytes()))
HUB = HubNames("RecHub", 4)

# What stays different: where (scenario, and path of the difference), and why.
LEFT: Mapping[tuple[str, str], str] = {
    ("payload-.*", "/writes/.* put blob .*"): (
        "the extension opens a blob, writes its blocks and closes it, six requests; the stand-in writes it with one"
    ),
    ("call-http", r".*(Result.*|Output.*|output.*|/order/\d+)"): (
        "the app calls itself: the answer has the headers of the stand-in's own HTTP server"
    ),
    (
        "management-answers",
        "/writes/.* POST Tables ",
    ): "a query of another hub makes its tables; the stand-in serves its own",
    ("retries", "/writes/.*"): "the recording also caught the end of retries-exhausted, whose id begins the same",
}
# Their events have to come before a timer fires.
FIRST = ("event-two-early", "event-early", "event-over-continue-as-new", "suspend-resume")
NEVER_AT_REST = {"race-timer-cancelled"}  # its timer is due much later
LATE_SECONDS = "20"  # for them, long enough for a busy machine; 3 when they were recorded


@pytest.fixture(scope="module")
def ours(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    """All scenarios as this host plays them, side by side on one hub, by their names."""
    with (
        tapped(azurite) as tap,
        open_scene(tmp_path_factory.mktemp("recordings"), tap.connection_string, time_scale=0.2) as scene,
        ThreadPoolExecutor(12) as threads,
    ):
        host = scene.host(app=HERE / "recordings" / "app", environment={"LATE_SECONDS": LATE_SECONDS})
        trail = Trail(tap, list(REAL))
        players = {name: Player(host, trail, name) for name in dict.fromkeys([*FIRST, *REAL])}
        answers = dict(
            zip(
                players,
                threads.map(lambda name: players[name].play(REAL[name]["management"]), players),
                strict=True,
            )
        )
        for name in players.keys() - NEVER_AT_REST:
            players[name].rest(for_good=True)
        stored = Stored(azurite, HUB)
        blob_host = tap.connection_string.split("BlobEndpoint=")[1].split("/devstore")[0]
        hosts = ((host.url, "http://HOST"), (blob_host, "http://BLOB-HOST"))
        yield {
            name: normal(
                {
                    "management": answers[name],
                    **stored.of(lambda key, name=name: trail.is_of(name, key)),
                    "queue_messages": messages(trail.of(name)[players[name].begun :]),
                    "writes": writes(trail.of(name)[players[name].begun :]),
                },
                *hosts,
            )
            for name in REAL
        }


@pytest.fixture(scope="module")
def found(ours: Mapping[str, Any]) -> Mapping[str, list[Difference]]:
    return {name: list(differences(name, REAL[name], ours[name])) for name in REAL}


def is_left(scenario: str, difference: Difference, entry: tuple[str, str]) -> bool:
    return all(re.fullmatch(pattern, text) for pattern, text in zip(entry, (scenario, difference.path), strict=True))


@pytest.mark.parametrize("scenario", REAL)
def test_a_scenario_shows_what_it_showed_on_the_real_host(scenario: str, found: Mapping[str, list[Difference]]) -> None:
    unexpected = [each for each in found[scenario] if not any(is_left(scenario, each, entry) for entry in LEFT)]

    assert [str(each) for each in unexpected] == []


def test_every_difference_that_is_left_is_still_one(found: Mapping[str, list[Difference]]) -> None:
    gone = [entry for entry in LEFT if not any(is_left(name, each, entry) for name in found for each in found[name])]

    assert gone == []


def test_answers_are_compact(ours: Mapping[str, Any]) -> None:
    wide = [
        f"{name}: {step['step']}"
        for name, played in ours.items()
        for step in played["management"]
        if step["path"].startswith("/runtime/") and not step["is_compact"]
    ]

    assert wide == []
