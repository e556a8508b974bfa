"""What was compared last is not embedded again, and nobody's words are kept for it."""

import gc
import threading
import weakref

import numpy as np
from fakes import WordEmbedder

from assistant.app.garbage import keep_tidy
from assistant.core.caching import LRUCache
from assistant.retrieval.embedding.cache import CachedEmbedder


def test_a_text_is_embedded_once_whoever_asks():
    embedder = WordEmbedder()
    embed = CachedEmbedder(embedder.embed)
    first, second = embed(["one", "two", "one"]), embed(["two", "three"])
    assert embedder.embedded == ["one", "two", "three"]
    assert np.array_equal(first, WordEmbedder().embed(["one", "two", "one"]))
    assert np.array_equal(second, WordEmbedder().embed(["two", "three"]))


def test_what_was_pushed_out_is_embedded_again_and_a_long_list_needs_no_place_for_all():
    embedder = WordEmbedder()
    embed = CachedEmbedder(embedder.embed, most=2)
    assert np.array_equal(embed(["one", "two", "three"]), WordEmbedder().embed(["one", "two", "three"]))
    embed(["three", "two"])
    assert embedder.embedded == ["one", "two", "three"]
    embed(["one"])
    assert embedder.embedded[3:] == ["one"]


def test_a_changed_result_changes_nothing_that_is_remembered():
    embed = CachedEmbedder(WordEmbedder().embed)
    embed(["one"])[:] = 0
    assert embed(["one"]).any()


def test_threads_that_push_each_other_out_get_their_own_vectors():
    embed = CachedEmbedder(WordEmbedder().embed, most=3)
    wrong = []

    def ask(number):
        for at in range(100):
            texts = [f"word{number}", f"word{(number + at) % 8}"]
            if not np.array_equal(embed(texts), WordEmbedder().embed(texts)):
                wrong.append(texts)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_was_used_longest_ago_goes_first():
    recent = LRUCache(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_what_others_push_out_meanwhile_is_still_given():
    recent = LRUCache(2)
    recent.put("known", 5)

    def make(new):
        for other in "xyz":
            recent.put(other, 0)
        return map(len, new)

    assert recent.get_all(["known", "to make", "known", "to make"], make) == [5, 7, 5, 7]
    assert recent.get("known") is None and recent.get("to make") == 7


def test_what_nobody_holds_is_freed_without_the_framework():
    class Session:
        pass

    session, freed = Session(), threading.Event()
    session.itself = session
    weakref.finalize(session, freed.set)
    gc.disable()
    ended = keep_tidy(0.05)
    try:
        del session
        assert freed.wait(60)
    finally:
        ended.set()
        gc.enable()
