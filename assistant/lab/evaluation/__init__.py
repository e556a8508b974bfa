"""How well the notes answer: labelled questions, measures, whole answers, citations."""
