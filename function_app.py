"""The Azure Functions app: builds it and registers the blueprints, nothing else."""

import azure.durable_functions as df
import azure.functions as func

from activities import (
    backfill_pages,
    recovery_announce,
    recovery_check,
    recovery_close,
    recovery_give_up,
    recovery_list,
    recovery_probe,
    recovery_record,
    recovery_redeliver,
    recovery_reset,
    replay_deliver,
    replay_list,
    send_notice,
)
from entities import breaker
from orchestrators import backfill, notification, recovery, replay
from triggers import backfill as backfill_routes
from triggers import dead_letters, operator, overview, sql_changes, starters, watchdog
from triggers import replay as replay_routes

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for module in (
    *(sql_changes, watchdog, starters, overview, operator, dead_letters, backfill_routes, replay_routes),
    *(recovery, notification, backfill, replay, breaker),
    *(recovery_check, recovery_probe, recovery_reset, recovery_list, recovery_redeliver),
    *(recovery_give_up, recovery_record, recovery_close, recovery_announce, send_notice),
    *(backfill_pages, replay_list, replay_deliver),
):
    app.register_functions(module.blueprint)
