"""What a browser keeps of chats comes back whole; what somebody else put there costs nothing but itself."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chat import browser_records
from assistant.chat.browser_records import MOST_BYTES, Kept, chat_record, exchange_record, read_records
from assistant.chat.conversation import Chat
from assistant.chat.transcript import chat_to_json
from assistant.inference.decoding import Decoding


def records_of(*chats: Chat) -> dict[str, str]:
    records = {}
    for age, each in enumerate(chats):
        records[each.uid] = chat_record(each, 1000.0 - age)
        records |= {f"{each.uid}/{exchange.number}": exchange_record(exchange) for exchange in each.exchanges}
    return records


def asked(question: str) -> Chat:
    made = Chat()
    made.ask(question, Decoding(), 3).state = "done"
    return made


def test_chats_come_back_as_they_were_the_last_changed_first(chat):
    other = asked("What is Adam?")
    records = records_of(chat, other)
    kept = read_records(dict(reversed(records.items())))
    assert kept.chats == (chat, other) and kept.unreadable == 0
    assert [each.uid for each in kept.chats] == [chat.uid, other.uid]


def test_records_of_version_1_come_back_as_they_were_meant(chat):
    """They kept lead, sources, text and sentences beside the answer as well as in it."""
    records = json.loads(Path(__file__).with_name("data").joinpath("browser-records-version-1.json").read_text())
    assert read_records(records) == Kept((chat,), 0)


def test_records_are_short(chat):
    exchange = chat.exchanges[2]
    exchange.draft.text = "Dropout sets random units to zero during training. " * 40
    assert len(exchange_record(exchange)) < len(chat_to_json(chat)) / 3


def test_an_exchange_that_was_never_written_costs_only_itself(chat):
    records = records_of(chat)
    del records[f"{chat.uid}/2"]  # it is still shown by the record of the chat
    (back,) = read_records(records).chats
    assert [exchange.question for exchange in back.path()] == ["edited"]


def test_two_tabs_that_went_on_with_one_chat_leave_a_chat_that_can_be_read(chat):
    records = records_of(chat)
    twin = read_records(records).chats[0]
    twin.show(twin.exchanges[0])
    twin.ask("in the other tab", Decoding(), 3).state = "done"
    records |= {f"{chat.uid}/3": exchange_record(twin.exchanges[3])}
    (back,) = read_records(records).chats
    assert [exchange.question for exchange in back.path()] == ["edited", "follow-up"]
    back.show(back.exchanges[0])
    assert [exchange.question for exchange in back.path()] == ["What is dropout?", "in the other tab"]


def test_a_chat_that_was_deleted_in_another_tab_stays_away_without_a_word(chat):
    records = records_of(chat)
    del records[f"{chat.uid}/0"], records[f"{chat.uid}/1"]
    assert read_records(records) == Kept((), 0)


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


GOOD = asked("Does it come back?")


@pytest.mark.parametrize(
    "key, record",
    [
        ("", "no json"),
        ("", "[]"),
        ("", '{"name": 1, "shown": [], "at": 0}'),
        ("", '{"name": "", "shown": [[]], "at": 0}'),
        ("", '{"name": "", "shown": [], "at": 1e999}'),
        ("", "[" * 100_000),
        ("/0", "no base64 ü"),
        ("/0", base64.b64encode(b"no zlib").decode()),
        ("/0", packed("no json")),
        ("/0", packed('{"exchange": {}}')),
        ("/0", exchange_record(GOOD.exchanges[0])[:-8]),
        ("/0", packed(" " * (MOST_BYTES + 1))),  # 16 MB of JSON in 16 KB
        ("/0", packed('{"exchange": ' + "[" * 100_000)),
    ],
)
def test_a_spoilt_record_costs_its_own_chat_alone(key, record):
    bad = asked("Spoilt?")
    records = records_of(GOOD, bad)
    records[bad.uid + key] = record
    kept = read_records(records)
    assert kept.chats == (GOOD,) and kept.unreadable == 1


def test_a_key_that_is_no_uid_is_no_chat():
    records = {"etc": chat_record(GOOD, 0), "etc/0": exchange_record(GOOD.exchanges[0])}
    assert read_records(records).chats == () and read_records(records).unreadable == 1


def test_all_chats_together_have_a_limit():
    large = asked("Large?")
    large.exchanges[0].problem = "x" * (MOST_BYTES * 2 // 3)
    twin = asked("Twin?")
    twin.exchanges[0].problem = large.exchanges[0].problem
    kept = read_records(records_of(large, twin, GOOD))
    assert kept.chats == (large, GOOD) and kept.unreadable == 1


def test_nothing_is_asked_because_a_record_says_so():
    waiting = asked("Waiting?")
    waiting.exchanges[0].state = "asked"
    assert read_records(records_of(waiting)).chats[0].exchanges[0].state == "writing"


@pytest.mark.slow
@given(st.dictionaries(st.text(max_size=40), st.text(max_size=200), max_size=5))
def test_whatever_is_there_nothing_breaks(records):
    assert read_records(records_of(GOOD) | records).chats == (GOOD,)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner), max_leaves=8))
def test_whatever_an_exchange_holds_nothing_breaks(value):
    content = json.loads(zlib.decompress(base64.b64decode(exchange_record(GOOD.exchanges[0]))))
    for name in content["exchange"]:
        changed = {**content["exchange"], name: value}
        records = records_of(GOOD) | {f"{GOOD.uid}/0": packed(json.dumps({"exchange": changed}))}
        assert len(read_records(records).chats) <= 1


def test_the_records_of_all_chats_may_unfold_to_the_limit_and_no_further(monkeypatch):
    other = asked("Another?")
    records = records_of(GOOD, other)
    sizes = [len(zlib.decompress(base64.b64decode(records[f"{each.uid}/0"]))) for each in (GOOD, other)]
    monkeypatch.setattr(browser_records, "MOST_BYTES", sum(sizes))
    assert read_records(records) == Kept((GOOD, other), 0)
    monkeypatch.setattr(browser_records, "MOST_BYTES", sum(sizes) - 1)
    assert read_records(records) == Kept((GOOD,), 1)


def test_the_exchanges_of_a_chat_share_the_limit(monkeypatch):
    chat = asked("First?")
    chat.ask("Second?", Decoding(), 3).state = "done"
    records = records_of(chat)
    sizes = [len(zlib.decompress(base64.b64decode(records[f"{chat.uid}/{at}"]))) for at in (0, 1)]
    monkeypatch.setattr(browser_records, "MOST_BYTES", sum(sizes))
    assert read_records(records) == Kept((chat,), 0)
    monkeypatch.setattr(browser_records, "MOST_BYTES", sum(sizes) - 1)
    assert read_records(records) == Kept((), 1)
