"""`./dev sql enable`, or `python -m prepare_database` beside function_app.py: prepares the database of SqlConnectionString for the relays.

Prints what it did; safe to repeat, also while the app runs. Exit status 1 if something is wrong, with the reason.
"""

import sys

import wiring
from adapters.sql_server.enable import enable
from relay.errors import RelayError


def main() -> int:
    """Run as a program; return the exit status."""
    try:
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
