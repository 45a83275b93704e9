"""The app of a configuration that cannot be used: its health route says so, and nothing else is there."""

import logging

import azure.functions as func

from relay.errors import ConfigError
from triggers.http.answers import problem

_log = logging.getLogger(__name__)


def refused(error: Exception) -> func.Blueprint:
    """Return the health route alone, which answers 503 with every mistake; the log has them too."""
    if isinstance(error, ConfigError):
        problems = error.problems
        _log.error("The app does nothing before this is mended. %s", error)
    else:  # nobody has expected it, so its text may hold anything
        problems = (f"the app could not be put together ({type(error).__name__}); its log has the reason",)
        _log.error("The app could not be put together, and does nothing", exc_info=error)
    blueprint = func.Blueprint()

    @blueprint.route(route="health", methods=["GET"])
    async def health(req: func.HttpRequest) -> func.HttpResponse:
        """GET /api/health: what has to be mended."""
        del req  # it says nothing, and the worker passes it by name
        _log.error(
            "The app does nothing before this is mended: %s", " ".join(problems)
        )  # hosts drop lines of no invocation
        return problem(
            503,
            "The configuration cannot be used",
            "Nothing is relayed before this is mended and the app is restarted. " + ". ".join(problems) + ".",
            problems=list(problems),
        )

    return blueprint
