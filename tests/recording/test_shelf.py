"""What lies on a shelf is found again, and nothing of it is left behind."""

from harness.kept import Kept
from harness.recording.shelf import shelves


def test_what_was_put_on_a_shelf_is_found_under_its_key(tmp_path):
    with shelves(tmp_path) as another:
        one, two = another(), another()
        assert one is not None
        assert two is not None
        one.put([("a", "1"), ("odd \ud800", "2")])
        one.put([("a", "3")])

        assert (one.peek("a"), one.peek("odd \ud800"), two.peek("a")) == ("3", "2", None)
        assert sorted(one.texts()) == [("a", "3"), ("odd \ud800", "2")]
        assert (one.take("a"), one.take("a")) == ("3", None)


def test_a_folder_with_shelves_in_it_is_empty_to_look_at(tmp_path):
    with shelves(tmp_path) as another:
        shelf = another()
        assert shelf is not None
        shelf.put((str(number), "x" * 1000) for number in range(20_000))

        assert list(tmp_path.iterdir()) == []

    assert list(tmp_path.iterdir()) == []


def test_a_mapping_with_a_shelf_holds_few_and_loses_none(tmp_path):
    with shelves(tmp_path) as another:
        kept: Kept[list[int]] = Kept(list, list, another(), most=8)
        for number in range(100):
            kept.put(str(number), [number])
        for number in range(0, 100, 7):
            found = kept.get(str(number))
            assert found is not None
            found.append(-number)
        kept.pop("50")

        assert len(kept._held) <= 8
        assert len(kept) == 99
        expected = {str(n): [n, -n] if n % 7 == 0 else [n] for n in range(100) if n != 50}
        assert dict(kept.items()) == expected
        assert kept.look("49") == [49, -49]
        assert kept.get("50") is None
