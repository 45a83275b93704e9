"""An orchestration that works under a lock, for a test: two writes, each with the token."""

import azure.durable_functions as df

from orchestrators.flow import Steps
from orchestrators.locks import locked

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration="guarded")
def guarded(context: df.DurableOrchestrationContext) -> Steps:
    """Input: {"lock": name, "client": name}; returns the token."""
    told = context.get_input()

    def write_twice(tokens):
        for part in (1, 2):
            yield context.call_activity("guarded_write", {**told, "token": tokens[told["lock"]], "part": part})
        return tokens[told["lock"]]

    return (yield from locked(context, [told["lock"]], write_twice, lease_seconds=30))
