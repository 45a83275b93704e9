"""What a database in memory leaves behind: nothing, also when its process is killed."""

import os
import subprocess
import sys
from pathlib import Path

from mssql_standin.store.file import in_memory, remove_left_behind


def killed_with_a_database() -> Path:
    """Let a process make one and be killed; return its folder."""
    program = "import os; from mssql_standin.store.file import in_memory; s = in_memory('d'); print(s.path.parent, flush=True); os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip())


def test_what_a_killed_process_left_goes_when_somebody_tidies_up() -> None:
    left = killed_with_a_database()
    assert left.is_dir()

    remove_left_behind(left.parent)

    assert not left.exists()


def test_a_new_process_tidies_up() -> None:
    left = killed_with_a_database()

    killed_with_a_database()

    assert not left.exists()


def test_what_a_living_process_has_stays() -> None:
    mine = in_memory("mine")

    remove_left_behind(mine.path.parent.parent)

    assert mine.path.parent.is_dir()
    assert str(os.getpid()) in mine.path.parent.name
    mine.release()
    assert not mine.path.parent.exists()
