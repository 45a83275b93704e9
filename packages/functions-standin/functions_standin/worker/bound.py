"""For test stacks: a worker that outlives its host, as the real one does, but not the process that runs the tests."""

import os
import select
import threading

ENDS_WITH = "FUNCTIONS_STANDIN_WORKER_ENDS_WITH"


def end_with(pid: str | None) -> None:
    """End this process when the one with this pid ends, however that happens; elsewhere than on Linux it does nothing."""
    if not pid or not hasattr(os, "pidfd_open"):
        return
    try:
        watched = os.pidfd_open(int(pid))
    except ProcessLookupError:
        os._exit(1)

    def watch() -> None:
        select.select([watched], [], [])
        os._exit(1)

    threading.Thread(target=watch, name="ends-with", daemon=True).start()
