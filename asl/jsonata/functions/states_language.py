"""The functions that the Amazon States Language adds to JSONata, or changes."""

import hashlib
import json
from typing import Any

from jsonata.utils import Utils

from asl.jsonata.bounds import ELEMENTS_PER_STEP
from asl.jsonata.conversion import taken_in
from asl.jsonata.values import QueryError

ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def partition(values: Any, size: Any) -> Any:
    """An array in parts of a size, of which the last may be smaller."""
    if values is None or size is None:
        return None
    if not isinstance(size, int) or size < 1:
        raise QueryError("$partition takes as its second argument a whole number from 1")
    return [values[start : start + size] for start in range(0, len(values), size)]


def range_(engine: Any, first: Any, last: Any, step: Any) -> Any:
    """Numbers from one to another, both counted, at a distance; one alone is that number, as of any sequence."""
    if first is None or last is None or step is None:
        return None
    if not all(isinstance(value, int) for value in (first, last, step)) or step == 0:
        raise QueryError("$range takes three whole numbers, the third not 0")
    numbers = range(first, last + (1 if step > 0 else -1), step)
    engine.budget.foresee(elements=max(0, (last - first) // step + 1))
    return Utils.create_sequence_from_iter(numbers) if numbers else []


def hash_(text: Any, algorithm: Any) -> Any:
    """The hash of a text, in hexadecimal digits."""
    if text is None or algorithm is None:
        return None
    if algorithm not in ALGORITHMS:
        raise QueryError(f"$hash takes as its second argument one of {', '.join(ALGORITHMS)}")
    return hashlib.new(ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def random(engine: Any, seed: Any) -> Any:
    """A number from 0 to below 1, with a seed always the same."""
    return engine.sources.random(None if seed is None else int(seed))


def uuid(engine: Any) -> str:
    """A new UUID."""
    return str(engine.sources.uuid())


def parse(engine: Any, text: Any) -> Any:
    """The value that a text of JSON is."""
    if text is None:
        return None
    engine.budget.foresee(elements=ELEMENTS_PER_STEP * len(text) / 64)
    try:
        return taken_in(json.loads(text, parse_constant=_no_number))
    except ValueError as error:
        raise QueryError(f"$parse was given a text that is no JSON: {error}") from None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


FUNCTIONS = {
    "hash": ("<s-s:s>", hash_),
    "parse": ("<s-:x>", parse),
    "partition": ("<an:a>", partition),
    "random": ("<n?:n>", random),
    "range": ("<nnn:a>", range_),
    "uuid": ("<:s>", uuid),
}
