"""The prompt fits the window for sure, keeps the question whole, and reports which passages it holds."""

import pytest
from fakes import count_words, hit
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.chat.prompt import JOINTS, build_prompt, defuse, snippet
from assistant.chat.prompt_layouts import BASE_INSTRUCTIONS, INSTRUCTIONS, RETELL, layout_for
from assistant.core.errors import AssistantError
from assistant.core.records import ModelInfo, Turn

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
BASE = ModelInfo("base", "openvino", 1024)
CHAT = ModelInfo("chat", "openvino", 1024, TEMPLATE)


def count_quarters(texts):
    """A tokenizer of four characters a token: joints between texts do not add up exactly."""
    return [-(-len(text) // 4) for text in texts]


def model(window: int, template: str = "") -> ModelInfo:
    return ModelInfo("tiny", "openvino", window, template)


def build(question="What is dropout?", hits=(), history=(), info=BASE, count=count_words, reserve=100):
    return build_prompt(question, hits, history, info, count, reserve)


def test_base_models_read_notes_then_an_example_then_the_question():
    prompt = build(hits=[hit("One is **bold**.", 1, "A", "H"), hit("Two.", 2, "B")])
    assert prompt.text.startswith(f"{BASE_INSTRUCTIONS}\n\nNotes:\nA › H\nOne is bold.\n\nB\nTwo.\n\nQuestion: ")
    assert prompt.text.endswith("\n\nQuestion: What is dropout?\nAnswer:")
    assert "\n\n" in prompt.stop and "\nQuestion:" in prompt.stop


def test_chat_models_read_their_own_template_open_for_the_answer():
    hits = [hit("One.", 1, "A"), hit("Two.", 2, "B")]
    prompt = build(hits=hits, history=[Turn("Earlier?", "Yes.")], info=CHAT)
    assert prompt.text.startswith(
        f"<|im_start|>system\n{INSTRUCTIONS}<|im_end|>\n"
        "<|im_start|>user\nEarlier?<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n<|im_start|>user\n"
    )
    assert prompt.text.endswith("What is dropout?<|im_end|>\n<|im_start|>assistant\n")
    assert "B\nTwo.\n\nA\nOne.\n\n" in prompt.text  # the best passage stands nearest the question
    assert prompt.stop == ()


def test_a_model_too_small_to_answer_retells_the_best_passage_alone():
    hits = [hit("One.", 1, "A"), hit("Two.", 2, "B")]
    info = ModelInfo("SmolLM2-135M-Instruct", "openvino", 1024, TEMPLATE)
    prompt = build(hits=hits, history=[Turn("Earlier?", "Yes.")], info=info)
    assert f"<|im_start|>system\n{RETELL}<|im_end|>" in prompt.text
    assert prompt.text.endswith("<|im_start|>user\nWhat is dropout?\n\nOne.<|im_end|>\n<|im_start|>assistant\n")
    assert (prompt.placed, prompt.dropped, prompt.most) == ((hits[0],), (hits[1],), 1)
    assert "Two." not in prompt.text and "Earlier?" not in prompt.text
    assert [part.kind for part in prompt.parts] == ["instructions", "snippet", "question"]


words = st.integers(0, 300).map(lambda count: " ".join(["word"] * count))


@settings(max_examples=150, deadline=None)
@given(
    window=st.integers(16, 1500),
    reserve=st.integers(1, 512),
    question=st.integers(1, 200).map(lambda count: " ".join(["why"] * count) + "?"),
    texts=st.lists(words, max_size=8),
    history=st.lists(st.builds(Turn, words, words), max_size=3),
    template=st.sampled_from(["", TEMPLATE]),
    count=st.sampled_from([count_words, count_quarters]),
)
def test_the_window_is_never_exceeded_and_the_question_never_cut(
    window, reserve, question, texts, history, template, count
):
    hits = [hit(text, rank) for rank, text in enumerate(texts, start=1)]
    info = model(window, template)
    if sum(count([layout_for(info).render([], [], ""), question])) + JOINTS > window - reserve:
        with pytest.raises(AssistantError, match="must fit"):
            build(question, hits, history, info, count, reserve)
        return
    prompt = build(question, hits, history, info, count, reserve)
    assert prompt.tokens == count([prompt.text])[0] <= window - reserve
    assert question in prompt.text
    assert [*prompt.placed, *prompt.dropped] == hits
    assert all(snippet(placed) in prompt.text for placed in prompt.placed)
    assert (prompt.window, prompt.reserved) == (window, reserve)
    assert sum(part.tokens for part in prompt.parts) >= prompt.tokens - 1
    assert [part.kind for part in prompt.parts if part.kind == "snippet"] == ["snippet"] * len(prompt.placed)


def test_passages_are_dropped_from_the_end_of_the_ranking_only():
    hits = [hit("w " * 60, 1), hit("w " * 300, 2), hit("w", 3)]
    prompt = build(hits=hits, info=model(250), reserve=100)
    assert prompt.placed == (hits[0],) and prompt.dropped == (hits[1], hits[2])


def test_history_gives_way_to_the_best_passage_and_only_the_last_answered_turn_counts():
    turns = [Turn("Old?", "old " * 5), Turn("Recent?", "recent " * 90)]
    roomy = build(hits=[hit("fact " * 50)], history=turns, info=model(500))
    assert "Recent?" in roomy.text and "Old?" not in roomy.text
    tight = build(hits=[hit("fact " * 50)], history=turns, info=model(250))
    assert "Recent?" not in tight.text and len(tight.placed) == 1
    assert "Unanswered?" not in build(history=[Turn("Unanswered?", "")]).text


@pytest.mark.parametrize("info", [model(150), model(150, TEMPLATE), model(50)], ids=["base", "chat", "hopeless"])
def test_a_question_that_cannot_fit_is_an_error_that_says_how_long_it_may_be(info):
    with pytest.raises(AssistantError, match=r"room for \d+ tokens, the question has 200"):
        build("word " * 200, info=info)


@pytest.mark.parametrize(
    "text",
    ["<|endoftext|>", "<|im_start|>system", "a<|im_end|>b", "<s>", "</s>", "[INST]", "[/inst]", "<<SYS>>", "<</SYS>>"],
)
@pytest.mark.parametrize("info", [BASE, CHAT], ids=["base", "chat"])
def test_control_tokens_in_notes_questions_and_history_become_plain_text(text, info):
    clean = build(hits=[hit("x", 1, "x", "x")], history=[Turn("x", "x")], info=info, question="x").text
    dirty = build(hits=[hit(text, 1, text, text)], history=[Turn(text, text)], info=info, question=text).text
    mark = next(mark for mark in ("<|", "<s>", "</s>", "[INST]", "[/inst]", "<<") if mark in text)
    assert dirty.count(mark) == clean.count(mark)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["<|", "|>", "<", ">", "s", "/", "im_start", "[INST]", "<s>", " ", "<<SYS>>"])))
@example(["<|", "[INST]", "|>"])  # one mark that holds another
def test_no_arrangement_of_marks_survives_as_a_control_token(marks):
    once = defuse("".join(marks))
    assert defuse(once) == once
    assert "<s>" not in once and "[INST]" not in once and "<|im_start|>" not in once


def test_ordinary_text_is_left_as_it_is():
    text = "if a <b and c> d: x[i] | y << 2  <strong> |> <|"
    assert defuse(text) == text


@pytest.mark.parametrize(
    "template",
    ["{% if %}", "{{ raise_exception('System role not supported') }}", "{{ missing.field }}", "{{ messages[9].role }}"],
)
def test_a_chat_template_that_cannot_be_used_is_an_error_for_the_user(template):
    with pytest.raises(AssistantError, match="chat template"):
        build(info=model(1024, template))


def test_a_chat_template_cannot_reach_python():
    with pytest.raises(AssistantError, match="chat template"):
        build(info=model(1024, "{{ messages.__class__.__mro__ }}"))


@pytest.mark.parametrize("missing, placed", [(0, True), (1, False)])
def test_the_last_turn_is_placed_when_it_fits_to_the_token(missing, placed):
    frame, question, turn = count_words([layout_for(BASE).render([], [], ""), "Why?", "Earlier, so far?\nYes."])
    window = frame + question + JOINTS + turn + 100
    prompt = build("Why?", history=[Turn("Earlier, so far?", "Yes.")], info=model(window - missing))
    assert ("Earlier, so far?" in prompt.text) == placed


@pytest.mark.parametrize("missing", [0, 1])
def test_the_last_turn_is_placed_when_it_fits_beside_the_best_passage_to_the_token(missing):
    """The passage is counted with the joints around it, so that it could be placed, too."""
    best = hit("w " * 40)
    frame, question, turn, passage = count_words(
        [layout_for(BASE).render([], [], ""), "Why?", "Earlier, so far?\nYes.", snippet(best)]
    )
    window = frame + question + JOINTS + turn + passage + JOINTS + 100
    prompt = build("Why?", [best], [Turn("Earlier, so far?", "Yes.")], model(window - missing))
    kinds = [part.kind for part in prompt.parts]
    assert ("history" in kinds) == (missing == 0) and "snippet" in kinds


@pytest.mark.parametrize("missing, placed", [(0, 2), (1, 1)])
def test_passages_are_placed_as_long_as_they_fit_with_two_tokens_each_for_their_joints(missing, placed):
    hits = [hit("w " * 30, 1), hit("w " * 20, 2)]
    frame, question, *passages = count_words([layout_for(BASE).render([], [], ""), "Why?", *map(snippet, hits)])
    window = frame + question + JOINTS + sum(passages) + 2 * len(passages) + 100
    assert len(build("Why?", hits, info=model(window - missing)).placed) == placed


@pytest.mark.parametrize(
    "room, placed, has_turn",
    [(78, 2, True), (77, 1, True), (47, 1, True), (46, 0, True), (19, 0, True), (18, 0, False)],
)
def test_a_prompt_that_came_out_longer_than_its_parts_loses_passages_from_the_end_then_the_turn(room, placed, has_turn):
    """A tokenizer that needs 50 tokens more for a prompt that is filled in than for its parts, which seem to fit."""
    hits = [hit("w " * 40, 1), hit("w " * 30, 2)]
    frame = count_words([layout_for(BASE).render([], [], "")])[0]

    def count(texts):
        return [words + 50 * ("Question: Why?" in text) for words, text in zip(count_words(texts), texts, strict=True)]

    prompt = build("Why?", hits, [Turn("Earlier, so far?", "Yes.")], model(frame + 51 + room + 100), count, reserve=100)
    assert (len(prompt.placed), "Earlier, so far?" in prompt.text) == (placed, has_turn)
    assert prompt.tokens == count([prompt.text])[0] <= frame + 51 + room


def test_the_parts_of_a_prompt_are_named_and_add_up_to_it():
    best = hit("One two three.", 1, "A", "H")
    prompt = build("Why?", [best], [Turn("Earlier?", "Yes.")])
    assert [(part.kind, part.label, part.tokens) for part in prompt.parts[1:]] == [
        ("snippet", "A › H", 6),
        ("history", "Earlier?", 2),
        ("question", "Why?", 1),
    ]
    assert sum(part.tokens for part in prompt.parts) == prompt.tokens


def test_a_turn_that_is_longer_in_the_prompt_than_alone_is_dropped_though_no_passage_stands_beside_it():
    frame = count_words([layout_for(BASE).render([], [], "")])[0]

    def count(texts):
        return [
            words + 20 * ("Earlier" in text and "Why?" in text)
            for words, text in zip(count_words(texts), texts, strict=True)
        ]

    prompt = build("Why?", history=[Turn("Earlier?", "Yes.")], info=model(frame + 1 + JOINTS + 2 + 100), count=count)
    assert "Earlier?" not in prompt.text and prompt.tokens == frame + 1


def test_a_passage_that_is_longer_in_the_prompt_than_alone_is_dropped_though_it_is_the_only_one():
    frame = count_words([layout_for(BASE).render([], [], "")])[0]

    def count(texts):
        return [
            words + 20 * ("w w" in text and "Why?" in text)
            for words, text in zip(count_words(texts), texts, strict=True)
        ]

    prompt = build("Why?", [hit("w " * 40)], info=model(frame + 1 + JOINTS + 43 + 100), count=count)
    assert prompt.placed == () and prompt.tokens == frame + 1


def test_a_retelling_model_gets_the_best_of_several_passages_without_its_name():
    layout = layout_for(ModelInfo("SmolLM2-135M-Instruct", "openvino", 1024, TEMPLATE))
    assert "user\nWhy?\n\nOne.<|im_end|>" in layout.render(["A\nOne.", "B\nTwo."], [], "Why?")
