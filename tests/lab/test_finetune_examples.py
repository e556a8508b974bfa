"""What a model is trained on: questions and answers in the prompt of use, and nothing of the notes held out."""

import pytest
from small_notes import WINDOW, small_model, small_notes
from transformers import AutoTokenizer

from assistant.chat.prompt import build_prompt
from assistant.core.errors import NoteError
from assistant.core.markdown import plain_text
from assistant.core.records import ModelInfo, Passage
from assistant.core.settings import REPOSITORY
from assistant.lab.finetuning.data import prepare
from assistant.lab.finetuning.examples import SNIPPETS, derive_questions, phrase, split_notes
from assistant.lab.finetuning.rows import IGNORED, Batch, Row, RowMaker
from assistant.retrieval.notes.library import read_library
from assistant.retrieval.notes.parsing import parse_note

NOTES = small_notes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("small") / "model")


@pytest.fixture(scope="module")
def tokenizer(folder):
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def info(window: int = WINDOW, chat_template: str = "") -> ModelInfo:
    return ModelInfo("small", "torch", window, chat_template)


@pytest.mark.parametrize(
    "title, heading, question",
    [
        ("Dropout", "What is dropout?", "What is dropout?"),
        ("Dropout", "Rates › What `p` should I use?", "What p should I use?"),
        ("Adam", "Adam vs SGD", "Adam vs SGD: what is the difference?"),
    ],
)
def test_a_heading_that_asks_is_the_question_and_a_comparison_becomes_one(title, heading, question):
    assert phrase(Passage("n.md", title, heading, 1, "")) == question


def test_another_heading_is_put_into_a_phrase_and_a_short_one_gets_its_title():
    texts = {phrase(Passage("n.md", title, "Limits", 1, "")) for title in "ABCDEFGH"}
    assert all("Limits (" in text for text in texts)
    assert len({text[:6] for text in texts}) > 1  # not always the same phrase
    assert "Barlow Twins and VICReg?" in phrase(Passage("n.md", "Losses", "Barlow Twins and VICReg", 1, "")) + "?"
    assert "Overview" in phrase(Passage("n.md", "Overview", "", 1, ""))  # text above the first heading


def test_answers_are_the_first_sentences_of_the_section_and_nothing_else():
    for question in derive_questions(NOTES, among=NOTES):
        whole = plain_text(question.source.text)
        assert whole.startswith(" ".join(question.answer)) and 1 <= len(question.answer) <= 3
    assert len(derive_questions(NOTES, among=NOTES)) == 18


def test_the_right_section_stands_among_sections_of_other_notes():
    for question in derive_questions(NOTES, among=NOTES):
        assert len(question.hits) == SNIPPETS
        others = [hit.passage.note for hit in question.hits if hit.passage != question.source]
        assert len(others) == SNIPPETS - 1 and question.source.note not in others
        assert [hit.rank for hit in question.hits] == [1, 2, 3]


@pytest.mark.slow
def test_it_stands_first_about_as_often_as_the_retriever_finds_it_first():
    """On the shipped notes: often enough second or third for the model to learn to look."""
    notes = read_library(REPOSITORY / "knowledge").notes[:80]
    places = [
        next(hit.rank for hit in question.hits if hit.passage == question.source)
        for question in derive_questions(notes, among=notes)
    ]
    assert 0.75 < places.count(1) / len(places) < 0.85
    assert 0.05 < places.count(2) / len(places) < 0.15 > places.count(3) / len(places) > 0.05


def test_whole_notes_are_held_out_and_stay_so_when_others_come():
    shipped = [parse_note(f"{number}.md", b"# A\n\nText.") for number in range(400)]
    training, held_out = split_notes(shipped)
    assert {note.path for note in training}.isdisjoint(note.path for note in held_out)
    assert len(training) + len(held_out) == 400 and 25 < len(held_out) < 55
    assert set(split_notes(shipped[:200])[1]) == set(held_out) & set(shipped[:200])


def test_a_small_folder_holds_out_one_note_and_a_single_note_is_not_enough():
    training, held_out = split_notes(NOTES[:2])
    assert len(training) == len(held_out) == 1
    with pytest.raises(NoteError, match="at least two notes"):
        split_notes(NOTES[:1])


def test_nothing_of_a_held_out_note_is_in_any_training_row(tokenizer):
    """Not as an answer, not as plain text, and not as a passage before somebody else's question."""
    data = prepare(NOTES, tokenizer, info(), None, 0)
    _, held_out = split_notes(NOTES)
    assert data.left_out == 0 and len(data.training) == 5 * 4 and len(data.held_out) == 4
    for row in data.training:
        text = tokenizer.decode(row.ids)
        assert row.note != held_out[0].path and held_out[0].title not in text
    assert {row.note for row in data.held_out} == {held_out[0].path}


@pytest.mark.parametrize("chat", [False, True], ids=["base model", "chat model"])
def test_the_prompt_is_that_of_use_and_only_the_answer_is_learned(tokenizer, chat):
    from small_notes import CHAT

    model = info(chat_template=CHAT if chat else "")
    (question,) = [q for q in derive_questions(NOTES, among=NOTES) if q.text == "What is dropout?"]
    (row,) = RowMaker(tokenizer, model).from_questions([question])
    used = build_prompt(question.text, question.hits, [], model, lambda texts: [len(t) // 9 for t in texts], 0)
    answer = "Dropout sets random units to zero during training. Dropout has few settings. Dropout helps most models."
    assert tokenizer.decode(row.ids[: row.masked]) == used.text
    gap = "" if used.text[-1].isspace() else " "
    assert tokenizer.decode(row.ids[row.masked :]) == gap + answer + tokenizer.eos_token
    assert row.learned == len(row.ids) - row.masked


def test_plain_text_is_packed_into_whole_windows_and_learned_from_its_second_token(tokenizer):
    rows = list(RowMaker(tokenizer, info(window=40)).from_notes(NOTES[:1]))
    assert [len(row.ids) for row in rows[:-1]] == [40] * (len(rows) - 1) and {row.masked for row in rows} == {1}
    text = tokenizer.decode([token for row in rows for token in row.ids])
    assert text.count(tokenizer.eos_token) == 3 and text.startswith("Dropout › What is dropout?\nDropout sets")


def test_a_small_window_drops_other_passages_and_leaves_out_what_does_not_fit(tokenizer):
    questions = derive_questions(NOTES, among=NOTES)
    maker = RowMaker(tokenizer, info())
    whole = max(len(row.ids) for row in maker.from_questions(questions))
    tight = list(RowMaker(tokenizer, info(window=whole - 20)).from_questions(questions))
    assert all(row is None or len(row.ids) <= whole - 20 for row in tight) and any(tight)
    for question, row in zip(questions, tight, strict=True):
        if row:
            assert plain_text(question.source.text) in tokenizer.decode(row.ids[: row.masked])
    assert list(RowMaker(tokenizer, info(window=60)).from_questions(questions)) == [None] * len(questions)
    with pytest.raises(NoteError, match="window of 1 tokens"):
        prepare(NOTES, tokenizer, info(window=1), None, 0)


def test_the_limit_takes_some_rows_by_seed_and_always_measures_the_same(tokenizer):
    one, same, other = (prepare(NOTES, tokenizer, info(), 5, seed) for seed in (1, 1, 2))
    assert len(one.training) == 5 and one == same
    assert one.training != other.training and one.held_out == other.held_out
    assert one.digest == same.digest != other.digest


def test_a_batch_masks_prompts_and_padding():
    batch = Batch.of([Row("answers", "a.md", (5, 6, 7, 8), 2), Row("text", "b.md", (9, 4), 1)], "cpu")
    assert batch.ids.tolist() == [[5, 6, 7, 8], [9, 4, 0, 0]]
    assert batch.mask.tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]
    assert batch.labels.tolist() == [[IGNORED, IGNORED, 7, 8], [IGNORED, 4, IGNORED, IGNORED]]
