"""A page for a test: hostile texts drawn by the app's own pieces, as notes, answers, questions and sources."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # Streamlit's begins with the script's own folder

import streamlit as st
from hostile import hostile_texts

from assistant.chat.conversation import Chat
from assistant.core.records import Answer, CheckedSentence, Hit, LeadSentence, Passage, Reference
from assistant.inference.decoding import decoding_for
from assistant.retrieval.notes.library import Note
from assistant.ui.chat.sentences import whole_markdown
from assistant.ui.chat.turn import Surroundings, draw_answer, draw_question
from assistant.ui.notes.note_view import draw_note

texts = hostile_texts(os.environ["CANARY"])
part, parts = int(st.query_params["part"]), int(st.query_params["parts"])
texts = texts[len(texts) * part // parts : len(texts) * (part + 1) // parts]

chat = Chat()
passages = []
for at, text in enumerate(texts):
    passage = Passage(f"{text}.md", text, text, 1, text, (text,))
    passages.append(passage)
    hits = (Hit(1, 0.9, passage),)
    exchange = chat.ask(text, decoding_for("focused"), 3)
    exchange.state, exchange.query = "done", text
    lead = (LeadSentence(text, 1),)
    sentences = (
        CheckedSentence(text, 1, 0.9),
        CheckedSentence(text, None, 0.1),
        CheckedSentence(text, None, 0.1, contradicted=True),
    )
    exchange.finish(
        Answer(text, text, False, hits, text, "openvino", "focused", lead, sentences, problem=text, nearest=hits)
    )
    around = Surroundings(None, None, 2000)
    draw_question(exchange)
    draw_answer(chat, exchange, around, f"answer{at}")
    st.markdown(whole_markdown(exchange.sentences))  # what stands folded away in the answer
references = tuple(Reference(text, text, 2026, text) for text in texts)
draw_note(Note("note.md", texts[0], (), references, texts[-1], "", tuple(passages)))
st.caption("all of it is drawn")
