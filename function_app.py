"""The Azure Functions app: builds it and registers the blueprints, nothing else."""

import azure.durable_functions as df
import azure.functions as func

from triggers import sql_changes

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(sql_changes.blueprint)
