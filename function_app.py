"""The Azure Functions app: builds it and registers the rooms' blueprints, nothing else."""

from importlib import import_module

import azure.durable_functions as df
import azure.functions as func

import activities
import entities
import orchestrators
import triggers
import wiring
from triggers.sql_changes import sql_changes

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(sql_changes(wiring.settings()))
for room in (triggers, orchestrators, activities, entities):
    for name in room.MODULES:
        app.register_functions(import_module(f"{room.__name__}.{name}").blueprint)
