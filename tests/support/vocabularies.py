"""Vocabularies of a few sentences, for tests that need no notes."""

from __future__ import annotations

from assistant.core.records import Passage
from assistant.retrieval.index.vocabulary import Vocabulary

SMALL = (
    "A learning rate scales each step of the optimizer. The learning rate falls while training goes on.",
    "Adam is an optimizer with momentum. Use Adam with a learning rate of 0.001 and weight decay.",
    "Weights are initialized at random. The weights of a layer are its parameters, and a bias.",
    "Fine-tuning adapts a pretrained model. Full fine-tuning changes all weights of the model.",
    "Attention compares queries and keys. Flash attention is exact attention. Self-attention reads one sequence.",
    "Max pooling and average pooling make maps smaller. Global pooling leaves one value.",
    "Beam search decoding keeps several beams. Greedy decoding takes the most likely token.",
    "GPT-2 and GPT-4 are language models, GPT-4o hears.",
    "In 2018 came BERT. RoBERTa is like BERT, and BERT reads both ways.",
    "Quantization to int8 or int4 saves memory; int16 and int32 are larger.",
    "YOLOv8 detects objects, as YOLO 11 does; YOLO, or a later YOLO, is fast.",
    "Training with CUDA 12.6 needs a driver. With CUDA 13 old cards are gone. All of CUDA 11 is old.",
    "An LSTM has gates. The LSTM, as a GRU does, reads step by step. A recurrent network is slow.",
    "Call optimizer.step after loss.backward, then zero_grad. What happens next is another step.",
)


def passages_of(*texts: str) -> list[Passage]:
    """A passage for each text, all of one note."""
    return [Passage("a.md", "Notes", "", line, text) for line, text in enumerate(texts, start=1)]


def vocabulary_of(*texts: str) -> Vocabulary:
    """The vocabulary of some texts."""
    return Vocabulary.of(passages_of(*texts))
