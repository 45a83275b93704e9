"""Looks at mailings again and again while they are killed: whether their reports add up, and when their account paused."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC

from devstack.demo.app_client import ask
from devstack.demo.audit import Entry
from devstack.prove.database import Database
from devstack.prove.mail_record import Pause, wrong_in

_PAUSE_SECONDS = 0.3
_PAUSED = "SELECT PausedUntil FROM relay.MailAccount WHERE PausedUntil IS NOT NULL"


class MailWatch:
    """Looks until it is told to end. `sizes` are the mailings, with how many mails each has."""

    def __init__(
        self,
        connection_string: str,
        host_url: Callable[[], str],
        record: Callable[[], Sequence[Entry]],
        sizes: Mapping[str, int],
    ) -> None:
        """Do nothing yet."""
        self.looks = 0
        self.wrong: list[str] = []
        self.pauses: dict[float, Pause] = {}
        self._database = Database(connection_string)
        self._host_url = host_url
        self._record = record
        self._sizes = sizes
        self._over = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._watch, name="mail watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, if it has begun; raise what went wrong."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._error:
            raise self._error

    def _watch(self) -> None:
        try:
            while not self._over.wait(_PAUSE_SECONDS):
                self._see_pauses()
                for mailing, size in self._sizes.items():
                    self._see_report(mailing, size)
        except Exception as error:  # noqa: BLE001 - told by stop
            self._error = error
        finally:
            self._database.close()

    def _see_pauses(self) -> None:
        for (until,) in self._database.run(_PAUSED):
            ends = until.replace(tzinfo=UTC).timestamp()
            self.pauses.setdefault(ends, Pause(time.time(), ends))

    def _see_report(self, mailing: str, size: int) -> None:
        status, report = ask("GET", f"{self._host_url()}/api/mailings/{mailing}")
        if status != 200 or report["state"] == "loading":
            return  # the host is down, or dies just now
        accepted = [entry["to"] for entry in self._record() if entry["accepted"]]
        ours = [to for to in accepted if to.startswith(f"{mailing}-")]
        self.looks += 1
        if problem := wrong_in(report["counts"], size, ours):
            self.wrong.append(f"{mailing}: {problem}")
