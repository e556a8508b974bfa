"""The lead consists of whole sentences of the notes, in their order, each with the number of its source."""

from fakes import WordEmbedder, hit

from assistant.lead import MOST_SENTENCES, choose_lead
from assistant.markup import sentences

EMBED = WordEmbedder().embed


def lead(question, *hits, most=MOST_SENTENCES):
    return [(sentence.text, sentence.source) for sentence in choose_lead(question, hits, EMBED, most)]


def test_the_sentence_that_answers_is_chosen_with_its_source():
    first = hit("Adam keeps moments of gradients. Bananas are yellow fruit mostly.", 1)
    second = hit("Momentum smooths noisy steps nicely.", 2)
    assert lead("moments of gradients", first, second, most=1) == [("Adam keeps moments of gradients.", 1)]


def test_sentences_stand_in_the_order_of_sources_and_positions():
    first = hit("Opening words of no relevance. Middle talks about learning rate. Rate decay comes last here.", 1)
    second = hit("Learning rate rate rate matters.", 2)
    found = lead("learning rate", first, second)
    assert [source for _, source in found] == sorted(source for _, source in found)
    texts = [text for text, source in found if source == 1]
    assert texts == [text for text in sentences(first.passage.text) if text in texts]
    assert len(texts) >= 2


def test_no_sentence_is_repeated_and_none_is_cut_or_invented():
    first = hit("Dropout zeroes random units. It helps to generalize well.", 1)
    second = hit("Dropout zeroes random units. Weight decay shrinks large weights.", 2)
    found = [text for text, _ in lead("dropout units", first, second)]
    assert found.count("Dropout zeroes random units.") == 1
    assert set(found) <= {*sentences(first.passage.text), *sentences(second.passage.text)}


def test_at_most_the_given_number_of_sentences_is_chosen():
    long = hit(" ".join(f"Word{at} alpha{at} beta{at} gamma{at} ends." for at in range(9)))
    assert len(lead("alpha3 beta5", long)) == MOST_SENTENCES
    assert len(lead("alpha3 beta5", long, most=2)) == 2


def test_an_opening_sentence_wins_among_equals():
    assert lead("alpha beta", hit("Alpha beta one two. Alpha beta three four."), most=1) == [("Alpha beta one two.", 1)]


def test_fragments_code_and_tables_give_no_lead():
    assert lead("x", hit("Too short. No.\n\n```\ncode is no sentence here.\n```\n\n| a b c |\n|---|\n| e f g. |")) == []
    assert lead("x") == []


def test_formulas_links_and_marks_come_out_as_markdown():
    text = "The rate $1-p$ keeps **half** the [units](http://x.y)."
    assert lead("rate", hit(text)) == [(text, 1)]
