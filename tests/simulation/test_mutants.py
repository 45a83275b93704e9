"""The mutants fit the app as it is; that seeds find them, `./dev prove mutants` shows."""

import pytest

from tests.simulation.keeping import ROOT
from tests.simulation.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_a_mutant_differs_from_the_app_in_one_place(mutant: Mutant) -> None:
    for file, text in mutant.files.items():
        assert text != (ROOT / file).read_text(encoding="utf-8")
