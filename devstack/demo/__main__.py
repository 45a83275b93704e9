"""`./dev demo`: the main job from start to end, counted by a program that shares no code with the app; `./dev demo workflows`: the others."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack

import pyodbc

from devstack.command.errors import CommandError
from devstack.demo import workflows
from devstack.demo.audit import Audit, Entry, canonical
from devstack.demo.notices import receiving
from devstack.demo.operator_view import OperatorView
from devstack.demo.stage import ROOT, Stage, empty_folder
from devstack.demo.story import RELAYS, Outage, tell, write_relays
from devstack.demo.workload import ARRIVALS, CHANGES, Step

FOLDER = ROOT / ".data" / "demo"  # made anew by every run


class Count:
    """What the last line says."""

    def __init__(self) -> None:
        self.changes = self.filtered = 0
        self.audit = Audit(0, 0, 0, ())

    def line(self) -> str:
        """Return the counts of every demo."""
        return (
            f"demo: changes={self.changes} delivered={self.audit.delivered} filtered={self.filtered} "
            f"lost={len(self.audit.losses)} duplicates={self.audit.duplicates} reordered={self.audit.reordered}"
        )


def count_filtered(steps: Sequence[Step], log: Sequence[Entry], already: int) -> int:
    """Count the changes that were kept back: no delivery of their keys is in the log after its first `already` lines."""
    arrived = {(entry["stream"], canonical(entry["key"])) for entry in log[already:]}
    return sum((step.stream, key) not in arrived for step in steps if not step.sent for key in step.keys)


def short(stage: Stage, count: Count) -> str:
    """Play the fast path; return the last line."""
    stage.start()
    for title, steps in (("Rows arrive", ARRIVALS), ("Rows change and go", CHANGES)):
        stage.chapter(title)
        already = len(stage.log())
        count.changes += sum(stage.run(step) for step in steps)
        count.audit = stage.wait_until_arrived()
        count.filtered += count_filtered(steps, stage.log(), already)
    return count.line()


def long(stage: Stage, count: Count, outage: Outage) -> str:
    """Play the whole story; return the last line."""
    stage.start()
    stage.chapter("Rows arrive, the API takes them")
    count.changes += sum(stage.run(step) for step in ARRIVALS)
    stage.wait_until_arrived()
    already = len(stage.log())
    count.filtered += count_filtered(ARRIVALS, stage.log(), 0)

    stage.chapter("The API goes down (500 to everything) while rows change")
    stage.set_mode("500")
    count.changes += sum(stage.run(step) for step in CHANGES)
    outage.attempts_run_out()
    outage.host_dies_in_a_round()
    outage.people_are_told()

    stage.chapter("The API is back")
    stage.set_mode("ok")
    count.audit = stage.wait_until_arrived()
    if not count.audit.losses:
        outage.recoveries_end()
        count.audit = stage.wait_until_arrived()
    count.filtered += count_filtered(CHANGES, stage.log(), already)
    return (
        f"{count.line()} rounds={outage.view.rounds} notifications={len(outage.receiver.notices)} "
        f"restarts={outage.restarts}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; exit status 1 if anything is lost."""
    first, *rest = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if first == "workflows":
        return workflows.main(rest[:-1], FOLDER)
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the fast path only, without an outage")
    told = parser.parse_args(arguments)
    count = Count()
    with ExitStack() as ending:
        try:
            folder = empty_folder(FOLDER)
            if told.short:
                stage = Stage(folder)
                ending.callback(stage.stop)
                last_line = short(stage, count)
            else:
                receiver = ending.enter_context(receiving(lambda notice: tell(stage, notice)))
                stage = Stage(folder, relays=str(write_relays(folder)), settings={"NOTICES_URL": receiver.url})
                ending.callback(stage.stop)
                outage = Outage(stage, OperatorView(stage.stack.host_url, RELAYS), receiver)
                last_line = long(stage, count, outage)
        except (CommandError, OSError, pyodbc.Error) as error:
            sys.stderr.write(f"demo: {error}\n")
            return 1
        except KeyboardInterrupt:
            return 130
    for loss in count.audit.losses:
        stage.say(f"lost: {loss}")
    sys.stdout.write(f"{last_line}\n")
    return 1 if count.audit.losses else 0


if __name__ == "__main__":
    sys.exit(main())
