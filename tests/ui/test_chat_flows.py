"""What a visitor does with answers and chats: versions, edits, ratings, parameters, and where each thing leads."""

import json
from functools import partial

import page
import pytest
from fakes import ScriptedGenerator, hit
from page import COVERED, UNCOVERED, ScriptedAssistant

from assistant.chat.events import Checked, Finished, Found, Wrote
from assistant.core.records import Answer, CheckedSentence, LeadSentence, ModelInfo, Piece, Retrieval
from assistant.inference.decoding import PRESETS

FOCUSED = PRESETS["focused"].decoding.for_model(ModelInfo("m", "openvino", 1024), retells=False)
SOURCE = hit("Dropout drops units.", 1, "Dropout", "What is dropout?", 0.7)
SENTENCES = (
    CheckedSentence("It drops units.", 1, 0.9, gap=""),
    CheckedSentence("It was found in 1900.", None, 0.1),
    CheckedSentence("It is on at test time.", None, 0.1, contradicted=True),
)


@pytest.fixture
def open_page(knowledge, tmp_path):
    return partial(page.open_page, knowledge, tmp_path)


def checked_answer():
    text = " ".join(sentence.text for sentence in SENTENCES)
    lead = (LeadSentence("Dropout drops units.", 1),)
    answer = Answer("q", text, False, (SOURCE,), "m", "openvino", "focused", lead, SENTENCES)
    retrieval = Retrieval("q", "q", (SOURCE,), True, 0.9)
    events = [Found(retrieval, lead, 0.1), Wrote(Piece(text, 9)), *map(Checked, SENTENCES), Finished(answer)]
    return ScriptedAssistant(*events)


def test_sentences_that_no_passage_supports_are_folded_away_with_a_legend_and_marked(open_page):
    page = open_page(assistant=checked_answer()).ask("q")
    fold = next(fold for fold in page.app.main.expander if "Not in the notes" in fold.label)
    assert fold.label == "Not in the notes (2, 1 of them against the notes)"
    assert "Shaded" in fold.markdown[0].value
    assert ":gray-background[It was found in 1900.]" in fold.markdown[1].value
    assert ":red-background[It is on at test time.]" in fold.markdown[1].value
    shown = page.text.replace(fold.markdown[1].value, "")
    assert "It drops units. :blue-badge[1]" in shown and "1900" not in shown and "test time" not in shown


def test_a_source_opens_its_note_with_the_passage_marked_its_references_and_what_stands_before(open_page):
    page = open_page(ScriptedGenerator("x")).ask("Dropout switched off at test time, predictions use all units")
    assert "Dropout at test time" in page.chips[0].label
    page.chips[0].click()
    page.run()
    assert ":blue-background[**Dropout at test time**]" in page.dialog
    assert "so predictions use all units" in page.dialog
    assert "[Dropout\\: A Simple Way](<https://jmlr.org/papers/v15/srivastava14a.html>)" in page.dialog
    assert "What is dropout?" in page.dialog


def test_a_source_whose_note_has_changed_still_shows_the_passage(open_page):
    page = open_page(assistant=checked_answer()).ask("q")
    page.chips[0].click()
    page.run()
    assert "Dropout drops units." in page.dialog and "no longer among the notes" in page.dialog


def test_follow_up_questions_are_offered_and_asked_with_a_click(open_page):
    page = open_page(ScriptedGenerator("x"), snippets=1).ask("What happens to dropout at test time?")
    (pills,) = page.pills
    assert pills.options == ["What is dropout?"]
    pills.set_value("What is dropout?")
    page.run()
    assert page.questions[1] == "What is dropout?"
    assert "What is dropout?" not in str(page.pills)


def test_again_makes_another_version_with_the_chosen_preset_and_the_first_stays_reachable(open_page):
    page = open_page(ScriptedGenerator("Same words.")).ask(COVERED).choose("chat1_0_again", "creative")
    assert page.generator.decodings == [FOCUSED, PRESETS["creative"].decoding]
    assert "2/2" in page.text and len(page.questions) == 1
    page.click("chat1_1_version_-1")
    assert "1/2" in page.text and page.app.button(key="chat1_0_version_-1").disabled
    page.click("chat1_0_version_1")
    assert "2/2" in page.text


def test_a_version_keeps_what_followed_it(open_page):
    page = open_page(ScriptedGenerator("Words.")).ask(COVERED).ask("Why so?").choose("chat1_0_again", "seed")
    assert len(page.questions) == 1
    page.click("chat1_2_version_-1")
    assert page.questions == [COVERED, "Why so?"]


def test_an_answer_is_copied_with_its_sources(open_page):
    page = open_page(ScriptedGenerator("Units drop.")).ask(COVERED).click("chat1_0_copy")
    assert "during training. Dropout prevents units from relying on one another. [1]" in page.dialog
    assert "- [1] Dropout › What is dropout? (dropout.md, line 12, strong)" in page.dialog


def test_details_show_the_window_in_its_parts_and_the_exact_prompt(open_page):
    page = open_page(ScriptedGenerator("Units drop.")).ask(COVERED).click("chat1_0_details")
    rows = [line.split("|")[1].strip() for line in page.dialog.splitlines() if line.startswith("| ")][1:]
    assert rows == ["instructions", "source 1", "source 2", "source 3", "question", "answer", "free"]
    assert page.generator.prompts[0] in page.dialog
    assert "Nothing was left out." in page.dialog


def test_details_say_what_did_not_fit_and_why(open_page):
    page = open_page(ScriptedGenerator("x", window=260)).ask(COVERED).click("chat1_0_details")
    assert "did not fit into 100 tokens, the window of 260 less 160 for the answer" in page.dialog


def test_ratings_are_kept_with_a_word_and_can_be_withdrawn(open_page, tmp_path):
    file = tmp_path / "ratings.jsonl"
    page = open_page(ScriptedGenerator("x"), feedback=str(file)).ask(COVERED)
    page.app.feedback(key="chat1_0_thumbs").set_value(0)
    page.run()
    page.app.text_input(key="chat1_0_word").set_value("too short")
    page.run()
    page.app.feedback(key="chat1_0_thumbs").set_value(None)
    page.run()
    records = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(record["rating"], record["word"]) for record in records] == [
        ("down", ""),
        ("down", "too short"),
        ("withdrawn", "too short"),
    ]
    assert len({record["answer_id"] for record in records}) == 1


def test_a_rating_that_cannot_be_kept_is_said(open_page, tmp_path):
    (tmp_path / "file").write_text("x")
    page = open_page(ScriptedGenerator("x"), feedback=str(tmp_path / "file" / "below")).ask(COVERED)
    page.app.feedback(key="chat1_0_thumbs").set_value(1)
    page.run()
    assert "could not be kept" in page.text and "Thank you" not in page.text


def test_ratings_can_be_turned_off(open_page):
    page = open_page(ScriptedGenerator("x"), feedback="off").ask(COVERED)
    assert not page.app.feedback


def test_chats_stand_side_by_side_with_titles_of_their_own(open_page):
    page = open_page(ScriptedGenerator("x")).ask(COVERED).click("new_chat").ask("What is Adam?")
    chats = page.app.sidebar.radio[0]
    assert [option.replace("\\", "") for option in chats.options] == [
        "What is Adam?",
        "Dropout sets random units to zero during …",
    ]
    chats.set_value(1)
    page.run()
    assert page.questions == [COVERED]


def test_chats_that_begin_with_the_same_question_are_told_apart(open_page):
    page = open_page(ScriptedGenerator("x")).ask("What is Adam?").click("new_chat").ask("What is Adam?").ask("Why so?")
    chats = page.app.sidebar.radio[0]
    assert len(set(chats.options)) == 2
    chats.set_value(1)
    assert page.run().questions == ["What is Adam?"]


def test_an_empty_chat_is_not_opened_twice(open_page):
    page = open_page(ScriptedGenerator("x")).ask(COVERED).click("new_chat").click("new_chat")
    assert len(page.app.sidebar.radio[0].options) == 2


def test_parameters_that_cannot_work_together_are_explained_and_the_last_valid_ones_used(open_page):
    page = open_page(ScriptedGenerator("x"))
    page.parameter("Seed").set_value(7)
    page.run()
    page.parameter("Top-k").set_value(10)
    page.run().ask(COVERED)
    assert "they need a temperature above 0" in page.panel and "last settings that work" in page.panel
    assert (page.generator.decodings[0].seed, page.generator.decodings[0].top_k) == (7, 0)
    page.click("reset_parameters").ask(COVERED)
    assert "they need a temperature" not in page.panel
    assert page.generator.decodings[1] == FOCUSED


def test_what_the_browser_sent_before_it_heard_of_a_reset_or_a_new_chat_does_not_undo_it(open_page):
    """The browser sends all values with each message, also with those that a fragment's clock causes."""
    page = open_page(ScriptedGenerator("x")).ask(COVERED)
    page.parameter("Seed").set_value(7)
    late = page.run().app._tree.get_widget_states()
    page.click("reset_parameters").click("new_chat")
    page.app._run(late)
    assert page.parameter("Seed").value == PRESETS["focused"].decoding.seed
    assert page.questions == []


def test_a_preset_sets_every_parameter(open_page):
    page = open_page(ScriptedGenerator("x"))
    page.app.selectbox(key="preset").set_value("seed")
    page.run()
    assert page.parameter("Beams").value == 5
    assert page.parameter("Early stopping").value is True


def test_the_last_question_is_drawn_once_and_starters_are_gone_in_the_run_that_answers(open_page):
    page = open_page(ScriptedGenerator("Words.")).ask(COVERED)
    assert page.questions == [COVERED] and page.text.count("Words.") == 1
    assert "Adam or SGD?" not in str(page.pills)


def test_what_the_notes_do_not_cover_says_what_was_looked_for(open_page):
    page = open_page(ScriptedGenerator("x")).ask(UNCOVERED)
    assert f"Looked for: {UNCOVERED}" in page.text and "The nearest that the notes hold:" in page.text


def test_a_greeting_is_neither_rated_nor_asked_again_and_leaves_the_questions_to_start_with(open_page):
    page = open_page(ScriptedGenerator("x")).ask("hi")
    keys = [button.key for button in page.app.main.button]
    assert "chat1_0_copy" in keys and "chat1_0_edit" in keys and "chat1_0_details" not in keys
    assert not page.app.main.feedback and "Adam or SGD?" in str(page.pills)
    assert "Adam or SGD?" not in str(page.ask(COVERED).pills)


def test_what_is_said_about_the_page_itself_holds_no_link_that_opens_another_tab(open_page):
    page = open_page(ScriptedGenerator("x")).ask("how do I upload a file here?")
    assert "Open Notes and choose" in page.text and "](" not in page.text


def test_a_misspelt_question_says_what_it_was_read_as_and_can_be_searched_as_typed(open_page):
    page = open_page(ScriptedGenerator("Words.")).ask("what is droupout")
    assert "Showing answers for **what is dropout**" in page.text
    page.click("chat1_0_as_typed")
    assert "Showing answers" not in page.text and "2/2" in page.text
    assert [exchange.as_typed for exchange in page.app.session_state.chats.chat.exchanges] == [False, True]
    page.choose("chat1_1_again", "With the settings of the side panel")
    assert "Showing answers" not in page.text and "3/3" in page.text


def test_of_a_long_chat_the_latest_turns_are_drawn_and_the_earlier_ones_come_with_a_click(open_page):
    page = open_page(ScriptedGenerator("Words."))
    page.app.session_state.chats.chat.name = "New chat"  # AppTest sends the title that it saw last
    for number in range(12):
        page.app.session_state.chats.chat.ask(f"Question {number}", PRESETS["focused"].decoding, 1).state = "done"
    page.run()
    assert page.questions == [f"Question {number}" for number in range(5, 12)]
    page.click("earlier1_button")
    assert len(page.questions) == 12


def test_a_question_that_comes_twice_before_it_is_answered_is_asked_once(open_page):
    page = open_page(generator=ScriptedGenerator("It drops units."))
    chat = page.app.session_state.chats.chat
    chat.name = "New chat"  # AppTest sends the title that it saw last
    chat.ask(COVERED, FOCUSED, 3)  # by a run that was interrupted before it began to answer
    page.ask(COVERED)
    assert [(exchange.question, exchange.state) for exchange in chat.exchanges] == [(COVERED, "done")]
    page.ask(COVERED)
    assert len(chat.exchanges) == 2, "who asks again is answered again"
