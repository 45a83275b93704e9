"""Why people are told something, and in which words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Occasion(StrEnum):
    """Why people are told something."""

    LONG_OUTAGE = "long_outage"
    ENDPOINT_FAULT = "endpoint_fault"
    LONG_PAUSE = "long_pause"
    DEAD_LETTERS = "dead_letters"
    RECOVERED = "recovered"
    SUSPENDED = "suspended"
    HALTED = "halted"
    GAP = "gap"
    UNREPAIRED = "unrepaired"
    AHEAD = "ahead"
    RETENTION = "retention"
    SILENT = "silent"
    REMOVED = "removed"
    ANOTHERS_HUB = "anothers_hub"
    CHANNEL = "channel"
    STUCK = "stuck"
    EXECUTION_STUCK = "execution_stuck"
    MAILING_REFUSED = "mailing_refused"


class Words(NamedTuple):
    """A title, with {relay}, {since} and {status} to be filled in, and what to do; the address to act at follows."""

    title: str
    what_to_do: str


WORDS: Mapping[Occasion, Words] = {
    Occasion.LONG_OUTAGE: Words(
        "{relay}: nothing gets through since {since}",
        "The recovery goes on by itself. Once the endpoint is up again, ask for a round at once:",
    ),
    Occasion.ENDPOINT_FAULT: Words(
        "{relay}: the endpoint answers {status}",
        "This does not pass by itself: correct address or credentials, then ask for a round at once:",
    ),
    Occasion.LONG_PAUSE: Words(
        "{relay}: the endpoint asks for longer pauses than are obeyed",
        "Nothing is sent until its pause is over, or the longest interval of the recovery (max_interval_seconds); then one change is tried. "
        "If the endpoint does not mean it, let requests through at once with close-breaker:",
    ),
    Occasion.DEAD_LETTERS: Words(
        "{relay}: changes were given up",
        "They are kept in the failure ledger with status and error. See what the relay says:",
    ),
    Occasion.RECOVERED: Words(
        "{relay}: recovered",
        "Everything that was waiting has been settled. See what the relay says:",
    ),
    Occasion.SUSPENDED: Words(
        "{relay}: its recovery is suspended",
        "Nothing is retried while it is suspended. Resume the orchestration, or see what the relay says:",
    ),
    Occasion.HALTED: Words(
        "{relay}: it stands still, for its table has changed",
        "The app's other relays go on. Changes wait in change tracking for as long as its retention. See what the relay says:",
    ),
    Occasion.GAP: Words(
        "{relay}: change tracking has forgotten changes that were not delivered",
        "A backfill sends every row anew, unless the relay says backfill_after_gap = false. Rows deleted in the meantime are not "
        "known. See how far it is:",
    ),
    Occasion.UNREPAIRED: Words(
        "{relay}: the backfill that repairs the gap does not begin",
        "It is tried at every look of the watchdog. One that is under way or paused has to end first. See what the relay says:",
    ),
    Occasion.AHEAD: Words(
        "{relay}: the SQL trigger's position is ahead of the database, and changes pass it by",
        "The database was restored, or the position comes from another one. Until its versions have caught up nothing is "
        "delivered, and it will never be. Stop the app, run docs/sql/position_ahead.sql, raise the relay's epoch, start the app. "
        "See what the relay says:",
    ),
    Occasion.RETENTION: Words(
        "{relay}: change tracking will forget changes before they are delivered",
        "Raise CHANGE_RETENTION of the database, or see that the changes get through. See what the relay says:",
    ),
    Occasion.SILENT: Words(
        "{relay}: the SQL trigger takes nothing up",
        "See that the app runs and its function is not disabled, that its login is right and may do what it needs "
        "(docs/operating.md), that its leases table in the schema az_func is there and that nobody holds locks on it, and restart the app: its log "
        "says why the trigger stopped. On Flex Consumption with a managed identity the platform may not wake it "
        "(azure-functions-sql-extension issue 1235). See what the relay says:",
    ),
    Occasion.REMOVED: Words(
        "{relay}: it is not in relays.toml any more, and changes of it are not settled",
        "Nobody delivers them. Put the relay back until they are settled, or give them up there; has it another name now, docs/moving.md says "
        "how its place is carried over. See what the app says:",
    ),
    Occasion.ANOTHERS_HUB: Words(
        "{relay}: nothing is retried, for the task hub is another app's",
        "See what the app says:",
    ),
    Occasion.CHANNEL: Words(
        "{relay}: it does not take notices",
        "Correct it in relays.toml; what it has not taken by then is not told over it again. See what the app says:",
    ),
    Occasion.STUCK: Words(
        "{relay}: what works for it ends again and again",
        "It is started anew, ever less often. The app's log says more; see what the relay says:",
    ),
    Occasion.EXECUTION_STUCK: Words(
        "{relay}: an execution of its workflow was started again and again, and rests",
        "Nothing of it is lost, and steps that were done are not done again. Put right what it failed for, then resume it (POST .../resume), or stop it:",
    ),
    Occasion.MAILING_REFUSED: Words(
        "{relay}: it is paused, for its provider refuses the account",
        "Correct the account in workflows.toml or at the provider, then resume the mailing; what waits goes on. See how it stands:",
    ),
}
