"""Results as plain JSON values, the same for the command line, exports and logs."""

from __future__ import annotations

from typing import Any

from assistant.core.records import Answer, CheckedSentence, Hit, LeadSentence, Retrieval


def hit_view(hit: Hit) -> dict[str, Any]:
    """A hit with its passage; figures are named where it has some."""
    figures = [{"path": each.path, "alt": each.alt, "caption": each.caption} for each in hit.passage.figures]
    return {
        "rank": hit.rank,
        "score": hit.score,
        "note": hit.passage.note,
        "title": hit.passage.title,
        "heading": hit.passage.heading,
        "line": hit.passage.line,
        "text": hit.passage.text,
        **({"figures": figures} if figures else {}),
    }


def retrieval_view(retrieval: Retrieval) -> dict[str, Any]:
    """What was found for a question."""
    return {
        "question": retrieval.question,
        "covered": retrieval.covered,
        "confidence": retrieval.confidence,
        "hits": [hit_view(hit) for hit in retrieval.hits],
    }


def lead_view(sentence: LeadSentence) -> dict[str, Any]:
    """A sentence of the notes with the number of its source."""
    return {"text": sentence.text, "source": sentence.source}


def sentence_view(sentence: CheckedSentence) -> dict[str, Any]:
    """A generated sentence with the number of the source that supports it, or null."""
    return {
        "text": sentence.text,
        "source": sentence.source,
        "support": round(sentence.support, 3),
        "contradicted": sentence.contradicted,
    }


def answer_view(answer: Answer) -> dict[str, Any]:
    """An answer with its sources and what it cost."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "kind": answer.told.kind,
        "searched_for": answer.told.searched_for,
        "corrected": [{"typed": typed, "meant": meant} for typed, meant in answer.told.corrected],
        "unknown_terms": list(answer.told.unknown_terms),
        "remark": answer.told.remark,
        "lead": [lead_view(sentence) for sentence in answer.lead],
        "sentences": [sentence_view(sentence) for sentence in answer.sentences],
        "sources": [hit_view(hit) for hit in answer.sources],
        "nearest": [hit_view(hit) for hit in answer.nearest],
        "model": answer.model,
        "engine": answer.engine,
        "preset": answer.preset,
        "prompt_tokens": answer.prompt_tokens,
        "answer_tokens": answer.answer_tokens,
        "seconds_to_retrieve": round(answer.seconds_to_retrieve, 3),
        "seconds_to_first_token": _rounded(answer.seconds_to_first_token, 3),
        "tokens_per_second": _rounded(answer.tokens_per_second, 1),
        "finish": answer.finish,
        "problem": answer.problem,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
