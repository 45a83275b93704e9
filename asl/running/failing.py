"""What an execution does when a state fails: try again, go on elsewhere, or fail itself."""

from asl.definition import Catcher, Retrier, State
from asl.expressions import Language
from asl.failures import TIMEOUT, StateFailure, answers_to
from asl.moments import later
from asl.paths.writing import put
from asl.running.context import scope_of
from asl.running.effects import Effect, Failed, WaitUntil
from asl.running.evaluating import evaluate
from asl.running.given import Given
from asl.running.leaving import leave, moved
from asl.running.position import Phase, Position
from asl.running.shaping import assigned, checked

LONGEST_SECONDS = 99_999_999


def fail(state: State, position: Position, failure: StateFailure, given: Given) -> Effect:
    """Ask the retriers and catchers of a state what follows its failure."""
    for number, retrier in enumerate(state.retriers):
        if answers_to(retrier.errors, failure):
            tries = position.tries or (0,) * len(state.retriers)
            if tries[number] < retrier.max_attempts:
                return _try_again(retrier, number, tries, position, given)
            break  # the first that answers has the say, also that it is enough
    for catcher in state.catchers:
        if answers_to(catcher.errors, failure):
            return _catch(state, catcher, position, failure, given)
    return Failed(moved(position), failure.error, told(failure, position))


def told(failure: StateFailure, position: Position) -> str | None:
    """The cause of a failure, with the state in which it happened."""
    if failure.cause is None or failure.names_state:
        return failure.cause
    return (
        f"An error occurred while executing the state '{position.state}' "
        f"(entered at the event id #{position.entered_event}). {failure.cause}"
    )


def delay_seconds(retrier: Retrier, tries: int, random: float) -> float:
    """How long to wait before another try, after so many; `random` is from 0 to below 1."""
    longest = retrier.max_delay_seconds or LONGEST_SECONDS
    try:
        delay = min(retrier.interval_seconds * retrier.backoff_rate**tries, float(longest))
    except OverflowError:
        delay = float(longest)
    return delay * random if retrier.has_full_jitter else delay


def _try_again(retrier: Retrier, number: int, tries: tuple[int, ...], position: Position, given: Given) -> WaitUntil:
    random = given.random(None) if retrier.has_full_jitter else 0.0
    until = later(given.moment, delay_seconds(retrier, tries[number], random))
    counted = (*tries[:number], tries[number] + 1, *tries[number + 1 :])
    retrying = moved(position, phase=Phase.RETRYING, tries=counted, until=until)
    return WaitUntil(retrying, until if position.deadline is None else min(until, position.deadline))


def _catch(state: State, catcher: Catcher, position: Position, failure: StateFailure, given: Given) -> Effect:
    cause = told(failure, position)
    if cause is None and failure.error == TIMEOUT:
        cause = ""  # a timeout never has one; of other failures null says that nobody gave one
    error_output = {"Error": failure.error, "Cause": cause}
    scope = scope_of(state, position, given).with_result("errorOutput", error_output)
    variables = assigned(catcher.assign, scope, position, state)
    if state.language is Language.JSONPATH:
        path = catcher.result_path
        output = position.data if path is None else put(path, error_output, position.data)
    else:
        output = error_output if catcher.output is None else evaluate(catcher.output, scope, "Output")
    return leave(catcher.next, position, checked(state, output), variables)
