"""What the effects of tasks say: what was not done, what was done as if it were another, and what was done again though nothing had died."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Effect(NamedTuple):
    """One request for a task: of which execution, state and attempt, under which key and token, and when."""

    execution: str
    state: str
    attempt: int
    key: str
    token: str
    at: float

    @property
    def of(self) -> str:
        """Return what it is an effect of, as the cases count."""
        return f"{self.state} {self.attempt}"


class Crash(NamedTuple):
    """From when to when something died, was started again, or went on though it was lost."""

    begins: float
    ends: float


def missing(expected: Mapping[str, int], effects: Iterable[Effect]) -> list[str]:
    """Return which effects one execution lacks."""
    keys = _keys(effects)
    return [f"{of}: {len(keys[of])} of {number}" for of, number in expected.items() if len(keys[of]) < number]


def doubled(expected: Mapping[str, int], effects: Iterable[Effect]) -> list[str]:
    """Return which effects one execution has had under more keys than it has tasks, or under more tokens than keys."""
    effects = list(effects)
    keys, tokens = _keys(effects), defaultdict(set)
    for each in effects:
        tokens[each.key, each.of].add(each.token)
    under_keys = [f"{of}: {len(keys[of])}, not {most}" for of, most in expected.items() if len(keys[of]) > most]
    return under_keys + [f"{of}: {len(found)} tokens" for (_, of), found in tokens.items() if len(found) > 1]


def repeats(effects: Iterable[Effect]) -> list[tuple[Effect, Effect]]:
    """Return each effect that came again under its key, with the one before."""
    last: dict[tuple[str, str], Effect] = {}
    found = []
    for each in effects:
        if (before := last.get((each.key, each.of))) is not None:
            found.append((before, each))
        last[each.key, each.of] = each
    return found


def without_reason(again: Iterable[tuple[Effect, Effect]], crashes: Sequence[Crash]) -> list[str]:
    """Return what was done again though nothing had died in between."""
    return [
        f"{first.execution} {first.of}, {second.at - first.at:.1f} s later"
        for first, second in again
        if not any(crash.begins < second.at and first.at < crash.ends for crash in crashes)
    ]


def _keys(effects: Iterable[Effect]) -> defaultdict[str, set[str]]:
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for each in effects:
        keys[each.of].add(each.key)
    return keys
