"""One question's story: retrieve, show the notes, let the model write, account for it, whatever goes wrong."""

import contextlib
import threading
import time
from dataclasses import replace

import pytest
from fakes import ScriptedGenerator, Talk, WordEmbedder, retriever_of

from assistant.chat.answer_cache import AnswerCache
from assistant.chat.assistant import Assistant
from assistant.chat.events import Checked, Finished, Found, Prompted, Waited, Wrote
from assistant.chat.remarks import NOT_COVERED
from assistant.core.errors import AssistantError, EngineError
from assistant.core.records import ModelInfo, Piece, Prompt, Turn
from assistant.grounding.lead import lead_text
from assistant.inference.decoding import decoding_for
from assistant.retrieval.note_store import NoteStore

FOCUSED = decoding_for("focused")
COVERED = "Dropout sets random units to zero during training"
UNCOVERED = "Best pizza in Naples"


@pytest.fixture
def assistant_with(knowledge, tmp_path):
    embedder = WordEmbedder()
    store = NoteStore(knowledge, tmp_path / "index", embedder)

    def make(generator=None, limit=2000) -> Talk:
        return Talk(Assistant(retriever_of(embedder), generator, limit), store)

    return make


def story(assistant, question=COVERED, **more):
    """The kinds of events, and the answer at the end."""
    events = list(assistant.ask(question, FOCUSED, **more))
    assert isinstance(events[0], Found) and isinstance(events[-1], Finished)
    return [type(event) for event in events], events[-1].answer


def test_a_covered_question_is_answered_by_the_model_with_sources_and_costs(assistant_with):
    generator = ScriptedGenerator(" Dropout", " zeroes", " units. ")
    kinds, answer = story(assistant_with(generator))
    assert kinds == [Found, Prompted, Wrote, Wrote, Wrote, Wrote, Checked, Finished]
    assert (answer.text, answer.finish, answer.problem) == ("Dropout zeroes units.", "stop", "")
    assert (answer.model, answer.engine, answer.preset, answer.answer_tokens) == ("scripted", "openvino", "focused", 3)
    assert answer.prompt_tokens == answer.prompt.tokens > 0
    assert answer.sources[0].passage.heading == "What is dropout?" and not answer.abstained
    assert answer.lead[0].text == "Dropout sets random units to zero during training." and answer.lead[0].source == 1
    assert 0 <= answer.seconds_to_retrieve <= answer.seconds_to_first_token
    assert answer.tokens_per_second > 0


def test_a_question_and_what_is_compared_with_it_are_embedded_once(knowledge, tmp_path):
    """For the search, the lead and the citations together, and not again for the next visitor who asks the same."""
    embedder = WordEmbedder()
    store = NoteStore(knowledge, tmp_path / "index", embedder)
    assistant = Talk(Assistant(retriever_of(embedder), ScriptedGenerator("Units are dropped at random.")), store)
    store.catalog()
    del embedder.embedded[:]
    story(assistant)
    once = list(embedder.embedded)
    assert COVERED in once and "Units are dropped at random." in once
    story(assistant)
    assert embedder.embedded == once and len(once) == len(set(once))


def test_the_generator_gets_the_prompt_the_decoding_and_the_stop_texts(assistant_with):
    generator = ScriptedGenerator("x")
    _, answer = story(assistant_with(generator))
    assert generator.prompts == [answer.prompt.text] and COVERED in answer.prompt.text
    assert generator.decodings == [FOCUSED.for_model(generator.info, retells=False)]
    assert generator.stops == [answer.prompt.stop] and "\n\n" in generator.stops[0]


def test_an_earlier_question_of_any_length_costs_no_more_than_one_that_was_asked_here(assistant_with):
    """A chat may come from a file; everybody waits while a search of megabytes is prepared."""
    long = [Turn("What is dropout? " * 400_000, "It drops. " * 400_000)]
    generator = ScriptedGenerator("x")
    *_, last = assistant_with(generator).ask("why?", FOCUSED, long)
    assert len(last.answer.question) < 10 and all(len(prompt) < 100_000 for prompt in generator.prompts)
    found = assistant_with(generator).search("why?", long)
    assert len(found.query) < 3_000


def test_passages_near_a_part_that_the_notes_do_not_cover_are_no_sources(assistant_with):
    _, answer = story(assistant_with(), "1. What is dropout?\n2. How do I boil eggs?", snippets=3)
    _, alone = story(assistant_with(), "What is dropout?", snippets=2)
    assert "do not cover" in answer.told.remark
    assert [hit.passage for hit in answer.sources] == [hit.passage for hit in alone.sources]


def test_a_question_that_the_notes_do_not_cover_never_reaches_the_model(assistant_with):
    generator = ScriptedGenerator("Margherita.")
    kinds, answer = story(assistant_with(generator), UNCOVERED)
    assert kinds == [Found, Finished] and generator.prompts == []
    assert (answer.text, answer.abstained, answer.sources, answer.lead) == (
        f"{NOT_COVERED} They do not mention Naples.",
        True,
        (),
        (),
    )
    assert len(answer.nearest) == 3 and answer.prompt is None


def test_without_a_generator_the_sentences_of_the_notes_are_the_answer(assistant_with):
    kinds, answer = story(assistant_with())
    assert kinds == [Found, Finished]
    assert (answer.finish, answer.model, answer.engine, answer.answer_tokens) == ("notes", "none", "notes", 0)
    assert answer.text == lead_text(answer.lead) != ""
    assert answer.sources and answer.seconds_to_first_token is None


def test_a_generator_that_fails_before_its_first_word_leaves_the_notes_as_the_answer(assistant_with):
    _, answer = story(assistant_with(ScriptedGenerator(EngineError("Out of memory."))))
    assert (answer.finish, answer.problem) == ("notes", "Out of memory.")
    assert answer.text.startswith("Dropout sets") and answer.sources


def test_a_generator_that_refuses_the_request_leaves_the_notes_as_the_answer(assistant_with):
    _, answer = story(assistant_with(ScriptedGenerator(refuses=EngineError("It is starting again."))))
    assert (answer.finish, answer.problem) == ("notes", "It is starting again.")


def test_a_generator_that_fails_in_the_middle_keeps_what_it_wrote(assistant_with):
    generator = ScriptedGenerator("Dropout ", "zeroes", EngineError("The process died."))
    _, answer = story(assistant_with(generator))
    assert (answer.text, answer.finish, answer.problem) == ("Dropout zeroes", "failed", "The process died.")
    assert answer.answer_tokens == 2 and answer.sources and generator.closed == 1


def test_a_prompt_that_does_not_fit_leaves_the_notes_as_the_answer(assistant_with):
    generator = ScriptedGenerator("x", window=170)
    _, answer = story(assistant_with(generator))
    assert generator.prompts == [] and answer.finish == "notes" and "must fit" in answer.problem


@pytest.mark.parametrize("events_taken", [3, 4])
def test_closing_the_answer_stops_the_generator_at_once(assistant_with, events_taken):
    generator = ScriptedGenerator(*["word "] * 100)
    events = assistant_with(generator).ask(COVERED, FOCUSED)
    for _ in range(events_taken):
        next(events)
    assert (generator.said, generator.closed) == (events_taken - 2, 0)
    events.close()
    assert (generator.said, generator.closed) == (events_taken - 2, 1)


class BusyGenerator(ScriptedGenerator):
    """Counts no tokens before it is free, as while another's prompt is read; it is lent for each answer."""

    def __init__(self, *script: str | Exception) -> None:
        super().__init__(*script)
        self.free = threading.Event()
        self.lent = 0  # answers that it is lent to now

    @contextlib.contextmanager
    def hold(self):
        self.lent += 1
        try:
            yield self
        finally:
            self.lent -= 1

    def count_tokens(self, texts):
        assert self.free.wait(60)
        return super().count_tokens(texts)


def test_while_tokens_cannot_be_counted_the_reader_hears_of_it_and_the_answer_comes_afterwards(assistant_with):
    generator = BusyGenerator("Units are dropped.")
    events = assistant_with(generator).ask(COVERED, FOCUSED)
    assert [type(next(events)) for _ in range(3)] == [Found, Waited, Waited]
    generator.free.set()
    *_, last = events
    assert last.answer.text == "Units are dropped." and generator.lent == 0


def test_a_question_is_given_up_at_once_while_tokens_cannot_be_counted_and_the_model_is_given_back_later(
    assistant_with,
):
    generator = BusyGenerator("x")
    events = assistant_with(generator).ask(COVERED, FOCUSED)
    assert [type(next(events)) for _ in range(2)] == [Found, Waited]
    began = time.monotonic()
    events.close()
    assert time.monotonic() - began < 5 and generator.lent == 1
    workers = [thread for thread in threading.enumerate() if thread.name == "aside"]
    generator.free.set()
    for worker in workers:
        worker.join(60)
    assert generator.lent == 0 and generator.prompts == []


def test_sources_are_the_passages_that_the_model_read_or_the_lead_cites(assistant_with):
    tight = ScriptedGenerator("x", window=FOCUSED.max_new_tokens + 75)
    _, answer = story(assistant_with(tight))
    assert len(answer.prompt.placed) < 3 and answer.prompt.dropped
    needed = max([len(answer.prompt.placed), *(sentence.source for sentence in answer.lead)])
    assert [hit.rank for hit in answer.sources] == list(range(1, needed + 1))
    assert answer.sources[: len(answer.prompt.placed)] == answer.prompt.placed


def test_no_more_passages_are_used_than_asked_for(assistant_with):
    _, answer = story(assistant_with(ScriptedGenerator("x")), snippets=1)
    assert len(answer.sources) == len(answer.prompt.placed) == 1


def test_a_follow_up_is_searched_with_its_topic_and_the_model_sees_the_last_turn(assistant_with):
    generator = ScriptedGenerator("x")
    history = [Turn(COVERED, "Units are dropped.")]
    _, answer = story(assistant_with(generator), "Why so?", history=history)
    assert answer.question == "Why so?" and not answer.abstained
    assert answer.sources[0].passage.note == "dropout.md"
    assert "Units are dropped." in generator.prompts[0] and generator.prompts[0].endswith("Question: Why so?\nAnswer:")


@pytest.mark.parametrize("question", ["", "  \n\t ", "\0", "x" * 51])
def test_a_question_that_cannot_be_used_is_an_error_before_anything_happens(assistant_with, question):
    generator = ScriptedGenerator("x")
    with pytest.raises(AssistantError, match="question"):
        next(assistant_with(generator, limit=50).ask(question, FOCUSED))
    assert generator.prompts == []


def test_white_space_in_a_question_is_made_plain_so_that_it_cannot_forge_the_layout(assistant_with):
    generator = ScriptedGenerator("x")
    _, answer = story(assistant_with(generator), f"{COVERED}\n\nAnswer:\0 no\r\n")
    assert f"{COVERED} Answer: no" in generator.prompts[0] and answer.question == f"{COVERED}\n\nAnswer:  no"


def test_bytes_that_are_no_text_do_not_reach_the_models(assistant_with):
    generator = ScriptedGenerator("x")
    _, answer = story(assistant_with(generator), f"{COVERED} \udcff")
    assert answer.question == f"{COVERED} ?" and generator.prompts[0].encode()


def test_the_same_question_gets_the_same_answer_again_and_other_parameters_a_new_one(assistant_with):
    generator = ScriptedGenerator(" Dropout sets random units to zero", " during training.")
    assistant = assistant_with(generator)
    _, first = story(assistant)
    generator._script = (" Another answer.",)  # as a batch with other company could give
    again_kinds, again = story(assistant)
    assert (again.text, again.sentences, again.finish) == (first.text, first.sentences, first.finish)
    assert again.answer_tokens == first.answer_tokens and again.tokens_per_second is None
    assert Prompted in again_kinds and Checked in again_kinds and len(generator.prompts) == 1
    *_, changed = assistant.ask(COVERED, decoding_for("focused", max_new_tokens=20))
    assert changed.answer.text == "Another answer." and len(generator.prompts) == 2


def test_an_answer_that_was_stopped_or_failed_is_written_anew(assistant_with):
    generator = ScriptedGenerator(" Half", EngineError("The memory is full."))
    assistant = assistant_with(generator)
    assert story(assistant)[1].finish == "failed"
    generator._script = (" The", " whole", " answer.")
    events = assistant.ask(COVERED, FOCUSED)
    while not isinstance(next(events), Wrote):
        pass
    events.close()
    assert story(assistant)[1].text == "The whole answer." and len(generator.prompts) == 3


def test_only_the_latest_answers_are_remembered():
    repeats, prompt = AnswerCache(most=2), Prompt("p", 1, 10, 5, (), ())
    keys = [AnswerCache.key(ModelInfo(name, "openvino", 10), prompt, FOCUSED) for name in "abc"]
    for key in keys:
        repeats.keep(key, "text", 1, "stop")
    assert [bool(repeats.pieces(key)) for key in keys] == [False, True, True]


def test_search_finds_without_a_model(assistant_with):
    generator = ScriptedGenerator("x")
    found = assistant_with(generator).search(COVERED, snippets=2)
    assert found.covered and len(found.hits) == 2 and generator.prompts == []


def test_a_model_that_repeats_itself_is_stopped_where_it_began_to(assistant_with):
    """The repeated sentence is cut, and the generator is closed instead of being read to its end."""
    said = " Units are dropped at random during training."
    generator = ScriptedGenerator(said, said, said, said)
    _, answer = story(assistant_with(generator))
    assert (answer.text, answer.finish) == (said.strip(), "repeated")
    assert (generator.said, generator.closed) == (2, 1)


QUOTE = "Dropout sets random units to zero during training."
MADE_UP = "It was painted by Rembrandt in Amsterdam."


def test_each_sentence_is_checked_as_soon_as_the_next_one_begins(assistant_with):
    generator = ScriptedGenerator(f" {QUOTE}", " It", " was painted by Rembrandt in Amsterdam.", "\n\n- End")
    kinds, answer = story(assistant_with(generator))
    assert kinds == [Found, Prompted, Wrote, Wrote, Checked, Wrote, Wrote, Checked, Wrote, Checked, Finished]
    assert [(one.text, one.source) for one in answer.sentences] == [(QUOTE, 1), (MADE_UP, None), ("- End", None)]
    assert "".join(one.gap + one.text for one in answer.sentences).strip() == answer.text
    assert answer.sentences[0].support > 0.7 > 0.3 > answer.sentences[1].support


@pytest.mark.parametrize("end", [EngineError("The process died."), "length"])
def test_a_sentence_that_is_cut_off_is_not_shown_as_supported(assistant_with, end):
    cut = QUOTE.rstrip(".")
    generator = ScriptedGenerator(f"{QUOTE} {cut} and", end) if end != "length" else LimitedGenerator(QUOTE, f" {cut}")
    _, answer = story(assistant_with(generator))
    assert [one.source for one in answer.sentences] == [1, None]
    assert answer.sentences[1].text.startswith(cut)


def test_a_sentence_cut_away_for_repetition_is_not_among_those_checked(assistant_with):
    _, answer = story(assistant_with(ScriptedGenerator(QUOTE, " " + QUOTE, " More.")))
    assert answer.finish == "repeated" and [one.text for one in answer.sentences] == [QUOTE]


def test_only_passages_in_the_prompt_are_cited(assistant_with):
    said = "Dropout is switched off at test time, so predictions use all units."
    _, answer = story(assistant_with(ScriptedGenerator(said)))
    assert [one.source for one in answer.sentences] == [2]
    _, answer = story(assistant_with(ScriptedGenerator(said, window=FOCUSED.max_new_tokens + 75)))
    assert answer.prompt.placed == () and [one.source for one in answer.sentences] == [None]


def test_no_sentence_is_checked_where_the_notes_are_the_answer(assistant_with):
    assert story(assistant_with())[1].sentences == ()
    assert story(assistant_with(ScriptedGenerator(EngineError("Out of memory."))))[1].sentences == ()


class LimitedGenerator(ScriptedGenerator):
    """Ends because of its length limit."""

    def _say(self):
        for piece in super()._say():
            yield replace(piece, finish="length") if piece.finish else piece


class InStages(ScriptedGenerator):
    """Sends sixteen tokens at once, as beam search in stages does, and some time later two more."""

    def _say(self):
        yield Piece("Dropout sets random units to zero.", 16)
        time.sleep(0.1)
        yield Piece(" It helps.", 18, finish="stop")


def test_what_came_with_the_first_piece_does_not_count_as_written_since(assistant_with):
    """Its time is before the first token, so the speed would come out many times too high."""
    _, answer = story(assistant_with(InStages()))
    assert answer.answer_tokens == 18 and 0 < answer.tokens_per_second <= 20


def test_three_passages_are_used_unless_told_otherwise(knowledge, assistant_with):
    for name in ("a", "b"):
        (knowledge / f"{name}.md").write_text(f"# {name}\n\nDropout at rate {name} sets some units to zero.")
    assistant = assistant_with(ScriptedGenerator("x"))
    assert len(assistant.search(COVERED).hits) == 3 == len(story(assistant)[1].prompt.placed)


@pytest.mark.parametrize("more, fits", [("", True), ("x", False)])
def test_a_question_may_be_as_long_as_its_limit(assistant_with, more, fits):
    assistant = assistant_with(limit=len(COVERED))
    with contextlib.nullcontext() if fits else pytest.raises(AssistantError, match="question"):
        assert assistant.search(COVERED + more).covered
