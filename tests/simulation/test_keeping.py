"""A long run that was interrupted goes on where it was; with other code it begins anew."""

from pathlib import Path

from tests.simulation.keeping import Kept, code_of


def test_what_was_found_is_there_after_an_interruption(tmp_path: Path) -> None:
    before = Kept(tmp_path / "seeds.jsonl", "code")
    before.add("1", {"violations": [], "hits": {"weather 500": 2}})

    after = Kept(tmp_path / "seeds.jsonl", "code")

    assert ("1" in after, "2" in after) == (True, False)
    assert after["1"] == {"violations": [], "hits": {"weather 500": 2}}


def test_a_line_that_was_cut_by_a_kill_is_found_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "seeds.jsonl", "code")
    kept.add("1", {})
    kept.add("2", {})
    text = (tmp_path / "seeds.jsonl").read_text()
    (tmp_path / "seeds.jsonl").write_text(text[:-4])

    after = Kept(tmp_path / "seeds.jsonl", "code")
    after.add("3", {})

    assert [each in Kept(tmp_path / "seeds.jsonl", "code") for each in "123"] == [True, False, True]


def test_other_code_begins_anew(tmp_path: Path) -> None:
    Kept(tmp_path / "seeds.jsonl", "code").add("1", {})

    assert "1" not in Kept(tmp_path / "seeds.jsonl", "other code")
    assert "1" not in Kept(tmp_path / "seeds.jsonl", "code")


def test_a_complete_run_leaves_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "seeds.jsonl", "code")
    kept.over()

    assert not list(tmp_path.iterdir())


def test_code_is_other_code_after_any_edit_of_a_source(tmp_path: Path) -> None:
    (tmp_path / "relay").mkdir()
    (tmp_path / "relay" / "names.py").write_text("A = 1")
    first = code_of(tmp_path)
    (tmp_path / "README.md").write_text("words")
    assert code_of(tmp_path) == first

    (tmp_path / "relay" / "names.py").write_text("A = 2")

    assert code_of(tmp_path) != first
