"""What our parser accepts, Microsoft's accepts: nobody learns a T-SQL here that SQL Server refuses."""

import pytest

from mssql_standin.parser.statements import parse_batch
from mssql_standin.results import SqlError
from mssql_standin.testing.microsoft_parser import refused
from mssql_standin_tests.unit.parser.generator import Generator

BATCHES, MUTANTS = 1200, 5


def is_accepted(batch: str) -> bool:
    try:
        parse_batch(batch, {"@a", "@b", "@tv"})
    except SqlError:
        return False
    return True


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_microsofts_parser_accepts_whatever_ours_accepts(seed: int) -> None:
    generator = Generator(seed)
    originals = [generator.batch() for _ in range(BATCHES)]
    batches = [*originals, *(mutant for batch in originals for mutant in generator.mutants(batch, MUTANTS))]
    accepted = [batch for batch in dict.fromkeys(batches) if is_accepted(batch)]

    assert sum(map(is_accepted, originals)) > BATCHES * 0.8, "the grammar of the test is not ours any more"
    assert len(accepted) > BATCHES * 0.7
    assert refused(accepted) == []


def test_the_check_finds_a_refused_batch_among_others() -> None:
    batches = [*["SELECT 1"] * 50, "SELECT 1 FROM (t)", *["SELECT 2"] * 50]

    assert [found.splitlines()[0] for found in refused(batches)] == ["SELECT 1 FROM (t)"]
