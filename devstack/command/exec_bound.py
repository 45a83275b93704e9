"""Run as `python exec_bound.py PARENT_PID COMMAND...`: becomes COMMAND, which Linux kills when the parent dies.

A program in between, and no code between fork and exec (`preexec_fn`): that is unsafe in a process with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h; it outlives exec

ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
if os.getppid() == int(sys.argv[1]):  # else it died before we asked
    try:
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - that is its purpose
    except OSError as error:
        sys.exit(f"{sys.argv[2]} cannot be started: {error.strerror}")
