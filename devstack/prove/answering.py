"""People who answer tokens, each after a random while, until somebody has heard it; some answer twice."""

import random
import time
from collections.abc import Callable

from devstack.demo.app_client import ask
from devstack.prove.desk import Asked, Desk
from devstack.repeating import Repeating

LONGEST_SECONDS = 2.0
ANSWERS_TWICE = 0.2  # of those who were heard
_STORED, _GONE = 202, 410


class Answering(Repeating):
    """Answers what the desk is asked until it is told to end. `wrong` is what an answer may not come to."""

    pause_seconds = 0.05

    def __init__(self, desk: Desk, host_url: Callable[[], str], seed: int) -> None:
        """Do nothing yet."""
        super().__init__()
        self.wrong: list[str] = []
        self._desk = desk
        self._host_url = host_url
        self._chance = random.Random(seed)
        self._due: dict[str, float] = {}
        self._heard: set[str] = set()

    def go_round(self) -> None:
        """Answer what is due."""
        with self._desk.lock:
            waiting = [each for each in self._desk.questions.values() if each.token not in self._heard]
        for each in waiting:
            due = self._due.setdefault(each.token, time.monotonic() + self._chance.uniform(0, LONGEST_SECONDS))
            if time.monotonic() >= due and not self.over.is_set():
                self._say(each)

    def _say(self, asked: Asked) -> None:
        path = f"{self._host_url()}/api/tasks/{asked.token}"
        status, _ = ask("POST", f"{path}/{asked.verb}", asked.answer)
        if status not in {_STORED, _GONE}:
            if status == 404:
                self.wrong.append(f"{asked.effect.execution} {asked.effect.of}: nobody knows its token")
            self._due[asked.token] = time.monotonic() + 0.5  # the host is down, or the database
            return
        self._heard.add(asked.token)
        if status == _STORED and self._chance.random() < ANSWERS_TWICE:
            second, _ = ask("POST", f"{path}/success", {"output": "another answer"})
            if second == _STORED:
                self.wrong.append(f"{asked.effect.execution} {asked.effect.of}: a second answer was taken")
