"""The whole story: a long outage, attempts that run out, a recovery, a crash in the middle of it, a notice, and no loss."""

import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from devstack.command.errors import CommandError
from devstack.demo.notices import Notice, Receiver
from devstack.demo.operator_view import OperatorView, State
from devstack.demo.stage import ROOT, Stage

RELAYS = ("orders", "customers")
PATIENCE_SECONDS = 120
ROUNDS_BEFORE_NOTICE = 10
# The times of relays.toml, shortened.
SHORTENED = """\
recovery = { first_interval_seconds = 2, coefficient = 1.2, max_interval_seconds = 5, notify_after_rounds = ROUNDS }
breaker_seconds = 2
"""
CHANNEL = '\n[[channel]]\nname = "people"\nkind = "webhook"\nurl = "%NOTICES_URL%"\n'


def write_relays(folder: Path, notify_after_rounds: int = ROUNDS_BEFORE_NOTICE) -> Path:
    """Write the project's own relays file with shortened times, and a channel that reaches the demo; return its path."""
    lines = (ROOT / "relays.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / "relays.toml"
    shortened = SHORTENED.replace("ROUNDS", str(notify_after_rounds))
    path.write_text(
        "".join(line + shortened if line == "[[relay]]\n" else line for line in lines) + CHANNEL, encoding="utf-8"
    )
    return path


@dataclass
class Outage:
    """The API is down while the changes come; `view` and `receiver` see what the app makes of it."""

    stage: Stage
    view: OperatorView
    receiver: Receiver
    restarts: int = 0

    def attempts_run_out(self) -> None:
        """Wait until the trigger has given up and the recoveries have begun."""
        self.stage.chapter("The SQL trigger tries five times, then it would forget the changes")
        self._watch(
            lambda states: all(s["situation"]["exhausted"] and s["situation"]["rounds"] for s in states.values()),
            "the trigger's attempts to run out",
        )
        self.stage.say("the attempts are used up; from here on the recoveries watch over the changes")

    def host_dies_in_a_round(self) -> None:
        """Let a request hang, kill the host while the recovery waits for its answer, start it again.

        With no attempts left, nobody but a recovery sends anything.
        """
        self.stage.chapter("The host is killed with SIGKILL in the middle of a round")
        self.stage.set_mode("hang")
        already = len(self.stage.log())
        self._watch(
            lambda _: any(entry["status"] is None for entry in self.stage.log()[already:]),
            "a round that waits for the API",
        )
        self.stage.say("a round has begun; the API takes its request and does not answer")
        pid = self.stage.stack.pid("functions_host")
        self.stage.stack.kill("functions_host")
        status = self.stage.stack.exit_status("functions_host")
        if status != -signal.SIGKILL:
            raise CommandError(f"the Functions host ended with {status} before it could be killed")
        self.stage.say(f"killed: process {pid} is gone; what it knew is in Azurite and in SQL Server")
        self.stage.set_mode("500")
        self.stage.stack.restart("functions_host")
        self.restarts += 1
        self.stage.say(
            "a new host runs; nobody tells it anything; what the killed one had begun comes back to it in some 15 s"
        )

    def people_are_told(self) -> None:
        """Wait for the notice that every recovery sends after its tenth round."""
        self.stage.chapter(f"The recoveries go on where they were; after {ROUNDS_BEFORE_NOTICE} rounds people are told")
        self._watch(lambda _: self.receiver.relays_told("long_outage") == set(RELAYS), "the notices")

    def recoveries_end(self) -> None:
        """Wait until both recoveries are over and people have heard it."""
        for relay in RELAYS:
            self._wait(partial(self._is_over, relay), f"the end of the recovery of {relay}")
        self._wait(lambda: self.receiver.relays_told("recovered") == set(RELAYS), "the notices of the end")

    def _is_over(self, relay: str) -> bool:
        states = self.view.look()
        return bool(states) and self.view.output(relay, states[relay]["recovery"]["instance"]) is not None

    def _watch(self, reached: Callable[[Mapping[str, State]], bool], what: str) -> None:
        """Show every change of what an operator sees until something is reached."""
        shown: dict[str, str] = {}

        def looked() -> bool:
            states = self.view.look()
            for relay, state in states.items():
                line = _line(relay, state)
                if shown.get(relay) != line:
                    shown[relay] = line
                    self.stage.say(line)
            return bool(states) and reached(states)

        self._wait(looked, what)

    def _wait(self, reached: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            if not self.stage.stack.is_running("functions_host"):
                raise CommandError(f"the Functions host ended:\n{self.stage.stack.log_tail('functions_host')}")
            if time.monotonic() > deadline:
                raise CommandError(f"waited {PATIENCE_SECONDS} s for {what} in vain; the logs are in .data/demo/logs")
            time.sleep(0.3)


def tell(stage: Stage, notice: Notice) -> None:
    """Show a notice as people get it."""
    stage.say(f"notice to people, after {notice['rounds']} rounds: {notice['title']}")


def _line(relay: str, state: State) -> str:
    found = state["situation"]
    parts = [f"{relay}: {found['open']} changes wait"]
    if found["retrying"]:
        parts.append(f"the trigger still tries {found['retrying']}")
    if found["exhausted"]:
        parts.append(f"{found['exhausted']} without attempts left")
    if found["rounds"]:
        parts.append(f"round {found['rounds']} is done")
    if found["last_status"]:
        parts.append(f"the API says {found['last_status']}")
    return ", ".join(parts)
