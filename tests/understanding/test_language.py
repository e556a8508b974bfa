"""Messages in other languages are named; English ones full of terms, slips and single foreign words never are."""

import pytest

from assistant.lab.evaluation.gold import read_gold
from assistant.understanding.messages.language import language_of, reply_not_english
from assistant.understanding.messages.languages import LANGUAGES

QUESTIONS = {
    "German": ["Was ist Dropout?", "wie funktioniert backpropagation", "Unterschied zwischen Adam und SGD"],
    "French": ["c'est quoi le dropout", "Comment choisir le taux d'apprentissage ?", "pourquoi ma loss est nan"],
    "Spanish": ["¿Qué es dropout?", "que es una red neuronal", "no entiendo"],
    "Portuguese": ["O que é dropout?", "como funciona o backpropagation", "por que minha loss é nan"],
    "Italian": ["Che cos’è il dropout?", "come funziona la backpropagation", "differenza tra adam e sgd"],
    "Dutch": ["hoe werkt backpropagation", "waarom is mijn loss nan", "verschil tussen adam en sgd"],
    "Turkish": ["dropout nedir?", "difüzyon modelleri nasıl çalışır", "loss neden nan oluyor"],
    "Polish": ["Co to jest dropout?", "jak działa propagacja wsteczna", "dlaczego moja strata to nan"],
    "Russian": ["чем Adam отличается от SGD", "как работает dropout"],
    "Ukrainian": ["чим відрізняється Adam від SGD?"],
    "Chinese": ["什么是dropout？", "adam和sgd有什么区别"],
    "Japanese": ["dropoutとは何ですか？", "学習率の決め方"],
    "Korean": ["드롭아웃이 뭐예요?", "loss가 nan이 되는 이유"],
    "Hindi": ["CNN और RNN में क्या अंतर है?"],
    "Arabic": ["ما الفرق بين adam و sgd"],
    "Persian": ["dropout چیست؟"],
    "Indonesian": ["apa itu dropout?"],
    "Vietnamese": ["dropout là gì?"],
    "Greek": ["τι είναι το dropout"],
    "Thai": ["dropout คืออะไร"],
}


@pytest.mark.parametrize("language, message", [(name, each) for name, all_ in QUESTIONS.items() for each in all_])
def test_the_language_of_a_question_is_named(language, message):
    assert language_of(message) == language


@pytest.mark.parametrize(
    "message",
    [
        "adam vs sgd",
        "tokenizer bpe",
        "naive bayes",
        "data augmentation torchvision",
        "macro f1 micro f1",
        "LSTM or GRU",
        "uv install pytorch",
        "why is there a Ġ in front of my tokens",
        "the β1 and β2 of Adam",
        "α, β, γ?",
        "Poincaré maps",
        "what does 你好 become in a BPE tokenizer",
        "wat is dropout",
        "was my loss nan",
        "que in multi-queue",
        "",
        "224×224",
        "translate 'wie geht es dir' into English with a transformer",
        "how dos a load balancer work",
        "Gödel, café, naïve",
    ],
)
def test_english_is_none(message):
    assert language_of(message) is None


def test_no_question_of_the_evaluation_is_taken_for_another_language():
    assert [question.text for question in read_gold() if language_of(question.text)] == []


@pytest.mark.parametrize("language", [language.name for language in LANGUAGES])
def test_the_reply_is_in_the_language_itself(language):
    reply = reply_not_english(language)
    assert language_of(reply) == language and 20 < len(reply) < 220


def test_a_language_without_a_reply_of_its_own_is_named_in_english():
    assert reply_not_english("Greek").startswith("This seems to be Greek.")
