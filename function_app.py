"""The Azure Functions app: builds it and registers the rooms' blueprints, nothing else."""

from importlib import import_module

import azure.durable_functions as df
import azure.functions as func

import activities
import entities
import orchestrators
import triggers
import wiring
from triggers.refused import refused
from triggers.sql_changes import sql_changes
from triggers.watchdog import watchdog_timer


def build() -> df.DFApp:
    """Return the app; if it cannot be put together, one that can only say why: a host without functions tells nobody anything."""
    built = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
    try:
        built.register_functions(sql_changes(wiring.settings()))
        built.register_functions(watchdog_timer(wiring.settings()))
        for room in (triggers, orchestrators, activities, entities):
            for name in room.MODULES:
                built.register_functions(import_module(f"{room.__name__}.{name}").blueprint)
        for name in wiring.workflow_names():
            for room in (orchestrators, activities):
                built.register_functions(import_module(f"{room.__name__}.{name}").blueprint)
    except Exception as error:  # noqa: BLE001 - whatever it is, health has to answer
        built = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
        built.register_functions(refused(error))
    return built


app = build()
