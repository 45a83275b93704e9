"""`python -m tests.recovery.lock_clients`: jobs in a process of their own that take locks over HTTP, and write down what they see and do.

It knows the app and the API by their addresses only, so that it can be killed and stopped like any job elsewhere.
"""

import argparse
import json
import random
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

LEASE_SECONDS, WAIT_SECONDS, POLL_SECONDS = 4, 8, 1.5


class Job(threading.Thread):
    """One client: takes the lock once, writes three times under it, gives it back."""

    def __init__(self, name: str, lock: str, hosts: list[str], api: str) -> None:
        super().__init__(name=name, daemon=True)
        self._lock, self._hosts, self._api = lock, hosts, api
        self._chance = random.Random(name)

    def run(self) -> None:
        time.sleep(self._chance.uniform(0, 3))
        token = self._acquire()
        self._note("holds", token=token)
        for part in range(3):
            time.sleep(self._chance.uniform(0.2, 0.5))
            if self._write(token, part) != 200:
                return
        self._ask("release", {"token": token})
        self._note("gives_up")

    def _acquire(self) -> int:
        while True:
            self._note("asks")
            asked = {"owner": self.name, "lease_seconds": LEASE_SECONDS, "wait_seconds": WAIT_SECONDS}
            status, body = self._ask("acquire", asked)
            if status == 200:
                return int(body["token"])
            if status == 202:
                self._note("waits", patience=WAIT_SECONDS, ticket=body["ticket"])
            elif status != 409:
                self._note("unheard", patience=LEASE_SECONDS)
            time.sleep(self._chance.uniform(POLL_SECONDS / 2, POLL_SECONDS))

    def _ask(self, action: str, body: dict[str, Any]) -> tuple[int, Any]:
        url = f"{self._chance.choice(self._hosts)}/api/locks/{self._lock}/{action}"
        return _post(url, body, {})

    def _write(self, token: int, part: int) -> int:
        number = f"{self.name}-{token}-{part}"
        body = {
            "id": number, "relay": "guarded", "operation": "insert", "version": 1, "key": {"Id": number}, "data": {"client": self.name},
        }  # fmt: skip
        headers = {"Idempotency-Key": f'"{number}"', "X-Fencing-Token": str(token)}
        return _post(f"{self._api}/{self._lock}", body, headers)[0]

    def _note(self, kind: str, **facts: Any) -> None:
        event = {
            "at": time.monotonic(),
            "wall": time.time(),
            "client": self.name,
            "kind": kind,
            "lock": self._lock,
            **facts,
        }
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()


def _post(url: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
    """Return status and answer; 0: there was none."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, None
    except OSError:
        return 0, None


def main() -> None:
    """Run as a program until all jobs are done."""
    parser = argparse.ArgumentParser(prog="python -m tests.recovery.lock_clients", description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--locks", nargs="+", required=True)
    parser.add_argument("--hosts", nargs="+", required=True)
    parser.add_argument("--api", required=True)
    told = parser.parse_args()
    jobs = [
        Job(f"{told.name}-{number}", told.locks[number % len(told.locks)], told.hosts, told.api)
        for number in range(told.jobs)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()


if __name__ == "__main__":
    main()
