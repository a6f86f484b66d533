"""Fixtures of several files of tests."""

import signal

import pytest


@pytest.fixture
def interrupts():
    """Interrupts raise KeyboardInterrupt, as on a terminal; in the background they are ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
