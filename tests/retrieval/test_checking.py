"""Each rule on the form of notes finds what it is for, and leaves alone what only looks like it."""

import pytest
from fakes import write_notes

from assistant.retrieval.notes.checking.check import check, read_file, read_folder
from assistant.retrieval.notes.checking.rules import RULES

NAMES = [rule.name for rule in RULES]


def found(rule: str, text: str, title: str = "Dropout", front: str = "", tmp_path=None) -> list[str]:
    """What breaks a rule in a note with one section."""
    write_notes(tmp_path, note=f"---\ntitle: {title}\n{front}---\n\n{text}\n")
    report = check(read_folder(tmp_path))
    return [finding.sentence for finding in report.findings if finding.rule == rule]


@pytest.fixture
def finds(tmp_path):
    """Whether a rule finds a sentence that stands behind another one in a section."""

    def ask(rule: str, sentence: str) -> bool:
        text = f"## What is dropout?\n\nDropout drops units.\n\n{sentence}"
        return bool(found(rule, text, tmp_path=tmp_path))

    return ask


@pytest.mark.parametrize(
    "rule, sentence",
    [
        ("bare-order", "Use `torchvision.ops.roi_align`."),
        ("bare-order", "Set the rate to the highest value."),
        ("bare-order", "Do not scale anything."),
        ("elliptic-start", "With 12 GB, larger batches are possible."),
        ("elliptic-start", "Without it, training stops."),
        ("elliptic-start", "With $p = 0.5$ half of the units are dropped."),
        ("elliptic-start", "Example: half of the units are dropped."),
        ("elliptic-start", "Otherwise nothing happens here."),
        ("elliptic-start", "Lower is better."),
        ("ownerless", "The loss is averaged over all examples."),
        ("ownerless", "The network learns which units matter."),
        ("ownerless", "The usual cause is a high rate."),
        ("pronoun-start", "It is switched off at test time."),
        ("pronoun-start", "Both are wrong."),
        ("usual-values", "Usual values are 0.1 to 0.5."),
        ("usual-values", "The most common cause is a high rate."),
        ("undated", "Most recent models use no dropout."),
        ("undated", "Dropout is rarely used today."),
        ("undated", "- A list holds modern networks, too."),
        ("formula-heavy", "Then $a = b + c$ and $d = e \\cdot f$."),
    ],
)
def test_what_cannot_be_quoted_alone_is_found(finds, rule, sentence):
    assert finds(rule, sentence)


@pytest.mark.parametrize(
    "rule, sentence",
    [
        ("bare-order", "To pool regions in PyTorch, use `roi_align`."),
        ("bare-order", "When units die, use a lower rate."),
        ("bare-order", "Use a lower rate when units die."),
        ("bare-order", "Raise the rate until the loss rises."),
        ("bare-order", "CLIP trains two encoders."),
        ("bare-order", "Set size matters."),
        ("bare-order", "Double descent says that larger models can be better."),
        ("elliptic-start", "With dropout, training takes longer."),
        ("elliptic-start", "Without weight decay, weights grow."),
        ("elliptic-start", "Instead of dropout, weight decay can be used."),
        ("elliptic-start", "Lower FID is better."),
        ("ownerless", "The loss of a GAN's generator is noisy."),
        ("ownerless", "The network that learns fastest wins."),
        ("ownerless", "The loss landscape is flat."),
        ("ownerless", "The value function $V(s)$ is the expected return."),
        ("ownerless", "The function `torch.mm` multiplies two matrices."),
        ("ownerless", "The encoder is the first half of a U-Net."),
        ("ownerless", "The method used by most people is simple."),
        ("pronoun-start", "Both dropout and weight decay help."),
        ("pronoun-start", "He et al. (2015) found a better start."),
        ("usual-values", "For BM25, usual values are 1.2 and 0.75."),
        ("usual-values", "Common causes of NaN are a high rate and a division by zero."),
        ("usual-values", "The normal distribution is symmetric."),
        ("usual-values", "Common Crawl is a collection of pages."),
        ("undated", "In 2026 most recent models use no dropout."),
        ("undated", "The current step depends on the most recent gradients."),
        ("undated", "The state is the text so far."),
        ("undated", "SOTA means state of the art."),
        ("undated", "Call `torch.cuda.current_device()` or `modern()`."),
        ("formula-heavy", "Dropout divides by $1-p$, so that $E[y] = x$ holds for every unit."),
    ],
)
def test_what_only_looks_like_it_is_left_alone(finds, rule, sentence):
    assert not finds(rule, sentence)


@pytest.mark.parametrize(
    "heading, is_found",
    [
        ("What ReLU is", True),
        ("SimCSE", True),
        ("What is ReLU?", False),
        ("Adam vs SGD", False),
        ("RuntimeError: CUDA error", False),
        ("CUDA out of memory", False),
    ],
)
def test_a_heading_is_what_people_type(tmp_path, heading, is_found):
    assert bool(found("heading", f"## {heading}\n\nText.", tmp_path=tmp_path)) is is_found


def test_messages_are_headings_in_a_note_on_errors(tmp_path):
    text = "## Asking to pad but there is no token\n\nText."
    assert not found("heading", text, title="Hugging Face errors", tmp_path=tmp_path)


@pytest.mark.parametrize(
    "heading, sentence, is_found",
    [
        ("What is dropout?", "Units are set to zero.", True),
        ("What is dropout?", "Dropout sets units to zero.", False),
        ("How do I choose a learning rate?", "Learning rates are searched on a logarithmic scale.", False),
        ("Which GPUs should I buy?", "A GPU with 24 GB suffices.", False),
        ("Why?", "Because.", False),
    ],
)
def test_the_first_sentence_has_words_of_the_heading(tmp_path, heading, sentence, is_found):
    text = f"## {heading}\n\n{sentence} More follows."
    assert bool(found("first-sentence", text, tmp_path=tmp_path)) is is_found


def test_a_long_section_is_found_without_its_figures(tmp_path):
    words = " ".join(["word"] * 150)
    figure = f'![{"alt " * 30}](x.svg "caption")'
    assert not found("long-section", f"## A?\n\n{words}\n\n{figure}", tmp_path=tmp_path)
    assert found("long-section", f"## A?\n\n{words}\n\n{words}", tmp_path=tmp_path) == ["300 words: A?"]


def test_python_must_parse_also_where_it_does_not_run(tmp_path):
    runs, does_not = "```python\nx = 1\n```", "  ```python no-run\n  y = 2\n  def\n  ```"
    text = f"## A?\n\nA.\n\n{runs}\n\n- item\n\n{does_not}\n\n```text\ndef\n```\n"
    write_notes(tmp_path, note=text)
    report = check(read_folder(tmp_path))
    assert [(each.rule, each.line) for each in report.findings if each.rule == "python"] == [("python", 13)]


def test_volatile_sections_exist_and_say_when_they_were_true(tmp_path):
    front = 'volatile:\n  - "Which card?"\n  - "Gone?"\n'
    text = "## Which card?\n\nIn 2026 this card is best. That card costs USD 500."
    assert found("volatile-heading", text, front=front, tmp_path=tmp_path) == ["Gone?"]
    assert found("volatile-year", text, front=front, tmp_path=tmp_path) == ["That card costs USD 500."]


def test_links_figures_and_files_belong_together(tmp_path):
    write_notes(
        tmp_path,
        a__one="## A?\n\nA [dead](gone.md) link, a [live](../b/two.md#x) one, the [web](https://x.y)."
        '\n\n![x](../f/x.svg "c")'
        "\n\n## See also\n\n- [Two](../b/two.md)\n- [Three](three.md)\n",
        a__three="## T?\n\nT ![amid](../f/y.svg) text.\n\n![gone](../f/gone.svg)\n",
        a__index="## In which order?\n\n1. [One](one.md)\n",
        b__two="## B?\n\nB.\n\n## See also\n\n- [One](../a/one.md)\n",
    )
    (tmp_path / "f").mkdir()
    for name in ("x", "y", "z"):
        (tmp_path / "f" / f"{name}.svg").write_text("<svg/>")
    report = check(read_folder(tmp_path))
    places = {(each.rule, each.file, each.sentence) for each in report.findings}
    pointing = {place for place in places if place[0] in ("see-also", "dead-link", "missing-figure", "unused-figure")}
    assert pointing == {
        ("dead-link", "a/one.md", "gone.md"),
        ("see-also", "a/three.md", "0 links under See also"),
        ("see-also", "b/two.md", "1 links under See also"),
        ("missing-figure", "a/three.md", "../f/y.svg"),
        ("missing-figure", "a/three.md", "../f/gone.svg"),
        ("unused-figure", "f/y.svg", "no note shows it"),
        ("unused-figure", "f/z.svg", "no note shows it"),
    }
    only = check(read_folder(tmp_path), below=["b"])
    assert {each.file for each in only.findings} == {"b/two.md"} and only.notes == 1


@pytest.mark.parametrize(
    "definition, is_found",
    [
        ("Text.", True),
        ("ZZQ is a network.", False),
        ("A ZZQ adds noise.", False),
        ("There is the zebra query (ZZQ) among others.", False),
        ("There is ZZQ (zebra query) among others.", False),
        ("Text on ZZQ and what follows.", True),
    ],
)
def test_a_term_of_three_notes_is_defined_in_one(tmp_path, definition, is_found):
    write_notes(tmp_path, a="## A?\n\nWe met ZZQ.", b="## B?\n\nWe met ZZQ in 5 GB.", c=f"## C?\n\n{definition}")
    write_notes(tmp_path, d="## D?\n\nWe met ZZQs and `ZZX`.", e="## E?\n\nWe met ZZX.", f="## F?\n\nWe met ZZX.")
    report = check(read_folder(tmp_path))
    assert [each.sentence for each in report.findings if each.rule == "undefined-term"] == ["ZZQ"] * is_found


def test_the_subject_of_a_heading_that_its_section_does_not_name_is_undefined(tmp_path):
    text = "\n\nThis uses a zebra net."
    write_notes(tmp_path, a=f"## What is a zebra net?\n\nText.{text}", b=f"## B?{text}", c=f"## C?{text}")
    report = check(read_folder(tmp_path))
    assert [each.sentence for each in report.findings if each.rule == "undefined-term"] == ["zebra net"]


def test_every_finding_names_the_line_of_its_sentence(tmp_path):
    write_notes(tmp_path, note="---\ntitle: T\n---\n\n## A?\n\nA line.\nAnother one. It is\nwrong. They are, too.\n")
    report = check(read_folder(tmp_path))
    assert [(each.line, each.sentence) for each in report.findings if each.rule == "pronoun-start"] == [
        (8, "It is wrong."),
        (9, "They are, too."),
    ]


def test_a_broken_note_is_reported_and_the_others_are_checked(tmp_path):
    write_notes(tmp_path, good="## A?\n\nIt is.", uploads__mine="## B?\n\nIt is.")
    (tmp_path / "bad.md").write_bytes(b"\0")
    report = check(read_folder(tmp_path))
    assert [each.file for each in report.findings if each.rule == "unreadable"] == ["bad.md"]
    assert [each.file for each in report.findings if each.rule == "pronoun-start"] == ["good.md"]


def test_a_single_file_is_checked_by_itself(tmp_path):
    write_notes(tmp_path, one="## A?\n\nIt is [here](two.md) and [there](three.md).", two="## B?\n\nIt is.")
    report = check(read_file(tmp_path / "one.md"))
    assert {each.file for each in report.findings} == {"one.md"}
    assert [each.sentence for each in report.findings if each.rule == "dead-link"] == ["three.md"]
    assert report.broken and {rule.name for rule in report.over_budget} <= {rule.name for rule in report.broken}


def test_names_are_told_apart_and_only_one_rule_warns():
    assert len(set(NAMES)) == len(NAMES)
    assert [rule.name for rule in RULES if rule.allowed is None] == ["volatile-year"]
