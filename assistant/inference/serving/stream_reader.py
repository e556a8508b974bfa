"""Reads a server's stream in a thread, so that whoever waits for its events is never held by a silent server.

A page can be stopped, or its tab closed, while its request waits in a queue or its prompt is read. Streamlit tells
a page of that when it draws, so it must get to draw; and closing a connection does not end a read that another thread
has begun, but shutting its socket down does.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import openai

Event = TypeVar("Event")
_END = object()


def patiently(
    begin: Callable[[], openai.Stream[Event]], is_last: Callable[[Event], bool], seconds: float
) -> Generator[Event | None, None, None]:
    """The events of a stream, and None whenever there was none for so long.

    ``begin`` asks the server, which may take its time as well. Closing the iterator hangs up at once, unless an event
    has come that ``is_last``: then the rest is read, and the connection can be used again. Raises what ``begin`` and
    the stream raise.
    """
    events: queue.SimpleQueue[object] = queue.SimpleQueue()
    line = _Line()
    threading.Thread(target=_read, args=(begin, is_last, line, events), name="answer-reader", daemon=True).start()
    try:
        while True:
            try:
                event = events.get(timeout=seconds)
            except queue.Empty:
                yield None
                continue
            if event is _END:
                return
            if isinstance(event, Exception):
                raise event
            yield event  # type: ignore[misc]
    finally:
        line.hang_up()


def _read(
    begin: Callable[[], openai.Stream[Event]],
    is_last: Callable[[Event], bool],
    line: _Line,
    events: queue.SimpleQueue[object],
) -> None:
    """Put all that the server says into the queue, then the end or the fault; runs in the thread."""
    try:
        stream = begin()
        try:
            line.opened(stream)
            for event in stream:
                if is_last(event):
                    line.over()
                events.put(event)
        finally:
            line.over()
            stream.close()
        events.put(_END)
    except Exception as fault:  # raised again where the events are awaited
        events.put(fault)


class _Line:
    """The connection of one stream, between the thread that reads it and the one that may give it up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: openai.Stream[Any] | None = None
        self._is_given_up = False
        self._is_over = False  # what is left of it is the reader's, or the next request's

    def opened(self, stream: openai.Stream[Any]) -> None:
        """The server began to answer."""
        with self._lock:
            self._stream = stream
            if self._is_given_up:
                self._shut_down()

    def over(self) -> None:
        """All that matters was read."""
        with self._lock:
            self._is_over = True

    def hang_up(self) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._is_given_up = True
            self._shut_down()

    def _shut_down(self) -> None:
        if self._stream is None or self._is_over:
            return
        connection = self._stream.response.extensions["network_stream"].get_extra_info("socket")
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the server was faster
