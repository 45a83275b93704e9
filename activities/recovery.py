"""What a recovery does outside: look, try, give up, write down, have people told."""

import azure.durable_functions as df

import wiring
from activities.shell import for_relay
from relay.notification.notice import News
from relay.recovery.names import ANNOUNCE, CHECK, CLOSE, GIVE_UP, LIST, PROBE, RECORD, REDELIVER, RESET
from relay.recovery.situation import Record
from services.announce import announce
from services.close_recovery import close_recovery
from services.redeliver import probe, redeliver

_REASONS = {True: "given up by an operator", False: "given up: the window is over"}

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=CHECK)
def recovery_check(request: dict) -> dict:
    """{"relay": name} -> {"situation": {...}, "later": {...}, "policy": {...}}: an orchestrator must not read settings itself."""
    return for_relay(
        request,
        lambda outside: {
            **outside.recoveries.take_stock(works=True).to_result(),
            "policy": outside.relay.recovery.to_dict(),
        },
    )


@blueprint.activity_trigger(input_name="request", activity=PROBE)
def recovery_probe(request: dict) -> dict:
    """{"relay": name} -> Sent: counts and last failure."""
    return for_relay(request, lambda outside: probe(outside).to_dict())


@blueprint.activity_trigger(input_name="request", activity=RESET)
def recovery_reset(request: dict) -> dict:
    """{"relay": name} -> {"reset": rows}: the trigger gets its exhausted lease rows back."""
    return for_relay(request, lambda outside: {"reset": outside.recoveries.reset()})


@blueprint.activity_trigger(input_name="request", activity=LIST)
def recovery_list(request: dict) -> list:
    """{"relay": name, "limit": number} -> ids of the entries to deliver, least recently tried first."""
    return for_relay(request, lambda outside: list(outside.recoveries.list_ids(request["limit"])))


@blueprint.activity_trigger(input_name="request", activity=REDELIVER)
def recovery_redeliver(request: dict) -> dict:
    """{"relay": name, "ids": [...]} -> Sent. What is settled already is left out: it may run twice."""
    return for_relay(request, lambda outside: redeliver(request["ids"], outside).to_dict())


@blueprint.activity_trigger(input_name="request", activity=GIVE_UP)
def recovery_give_up(request: dict) -> dict:
    """{"relay": name, "everything": whether younger ones too} -> {"given_up": entries}."""
    everything = request["everything"]
    reason = _REASONS[everything]
    return for_relay(
        request, lambda outside: {"given_up": outside.recoveries.give_up(everything=everything, reason=reason)}
    )


@blueprint.activity_trigger(input_name="request", activity=RECORD)
def recovery_record(request: dict) -> dict:
    """{"relay": name} and Record -> {"command_waits": whether another command has come}."""
    return for_relay(request, lambda outside: {"command_waits": outside.recoveries.record(Record.from_dict(request))})


@blueprint.activity_trigger(input_name="request", activity=CLOSE)
def recovery_close(request: dict) -> bool:
    """{"relay": name} -> whether the recovery ended: not if something failed in the meantime. The good news is entered with it."""
    return for_relay(request, lambda outside: close_recovery(outside, wiring.settings()))


@blueprint.activity_trigger(input_name="request", activity=ANNOUNCE)
@blueprint.durable_client_input(client_name="client")
async def recovery_announce(request: dict, client: str) -> str:
    """News -> the notification's instance id: an orchestration of its own. The same news is never told twice."""
    return await announce(News.from_dict(request), wiring.app_outside(client))
