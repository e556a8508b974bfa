"""Text is handed out as soon as it is final: no half characters, nothing from a stop text on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.inference.engines.assembler import Assembler


def decode_bytes(tokens: list[int]) -> str:
    return bytes(tokens).decode("utf-8", errors="replace")


def run(text: str, *stop: str) -> tuple[list[str], Assembler]:
    """What comes out for each byte, and at the end."""
    assembler = Assembler(decode_bytes, stop)
    pieces = [assembler.add([byte]) for byte in text.encode()]
    return [*pieces, assembler.finish()], assembler


def test_plain_text_comes_out_token_by_token():
    assert run("abc")[0] == ["a", "b", "c", ""]


def test_half_a_character_is_held_back_until_it_is_whole():
    assert run("é€")[0] == ["", "é", "", "", "€", ""]


def test_half_a_character_at_the_end_is_shown_as_unknown():
    assembler = Assembler(decode_bytes)
    assert [assembler.add([0xE2, 0x82]), assembler.finish()] == ["", "\ufffd"]


def test_what_may_begin_a_stop_text_is_held_back_and_released_when_it_does_not():
    assert run("a\nb", "\n\n")[0] == ["a", "", "\nb", ""]
    assert run("a\n", "\n\n")[0] == ["a", "", "\n"]


def test_nothing_comes_out_from_a_stop_text_on():
    pieces, assembler = run("ab\nQuestion: c", "\nQuestion:", "\n\n")
    assert "".join(pieces) == "ab" and assembler.stopped
    assert assembler.add([65]) == "" and assembler.finish() == ""


def test_the_first_of_several_stop_texts_counts_even_within_one_call():
    assembler = Assembler(decode_bytes, ("zz", "b", ""))
    assert assembler.add(list(b"abczz")) == "a" and assembler.stopped


def test_tokens_are_counted_whether_shown_or_not():
    assert run("abé", "b")[1].count == 4


@given(st.text(alphabet="ab\n€", max_size=12), st.lists(st.text(alphabet="ab\n", min_size=1, max_size=3), max_size=3))
def test_the_pieces_are_the_text_up_to_its_first_stop(text, stop):
    pieces, assembler = run(text, *stop)
    cuts = [text.find(end) for end in stop if end in text]
    whole = "".join(pieces)
    assert text.startswith(whole) and assembler.stopped == bool(cuts)
    if cuts:
        assert not any(end in whole for end in stop)
        assert len(whole) >= min(cuts) - 3 and len(whole) <= max(cuts)
    else:
        assert whole == text


@pytest.mark.parametrize("count", [1, 3])
def test_finishing_is_idempotent(count):
    assembler = Assembler(decode_bytes, ("xy",))
    assembler.add(list(b"ax"))
    assert [assembler.finish() for _ in range(count + 1)] == ["x"] + [""] * count
