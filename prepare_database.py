"""`./dev sql enable`, or `python -m prepare_database` beside function_app.py: prepares the database of SqlConnectionString for the relays.

Prints what it did; safe to repeat, also while the app runs. Exit status 1 if something is wrong, with the reason. With `--rights` it
only prints what the app's login needs, as T-SQL (`./dev sql rights`).
"""

import argparse
import sys
from collections.abc import Sequence

import wiring
from adapters.sql_server.enable import enable
from adapters.sql_server.rights import rights
from relay.errors import RelayError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m prepare_database", description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "--rights", action="store_true", help="print the least that the app's login needs, and do nothing"
    )
    asked = parser.parse_args(arguments)
    try:
        if asked.rights:
            sys.stdout.write(rights(relay.table for relay in wiring.settings().relays))
            return 0
        server = wiring.database()
        for line in enable(server, wiring.settings().app, wiring.settings().relays, wiring.trigger_batch_size()):
            sys.stdout.write(f"{line}\n")
        server.close()
    except RelayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
