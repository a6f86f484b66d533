"""Snakemake's scheduler has one timer at a time."""

import threading
import time

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

from manyeyes.running.scheduler_timer import keep_one_timer


class Scheduler:
    """What the timer needs of Snakemake's scheduler."""

    def __init__(self):
        self._open_jobs = threading.Semaphore(0)

    def _schedule_reevalutation(self, delay):
        threading.Timer(delay, self._open_jobs.release).start()


@pytest.fixture
def scheduler():
    class Changed(Scheduler):
        pass

    keep_one_timer(Changed)
    return Changed()


def looks(scheduler, seconds):
    """Return how often the scheduler is asked to look within some seconds."""
    end = time.monotonic() + seconds
    count = 0
    while scheduler._open_jobs.acquire(timeout=max(end - time.monotonic(), 0)):
        count += 1
    return count


def test_many_looks_start_one_timer(scheduler):
    before = threading.active_count()
    for _ in range(50):
        scheduler._schedule_reevalutation(0.05)
    assert threading.active_count() == before + 1
    assert looks(scheduler, 0.5) == 1


def test_each_look_can_ask_for_the_next(scheduler):
    for _ in range(5):
        scheduler._schedule_reevalutation(0.01)
        assert scheduler._open_jobs.acquire(timeout=5)


def test_a_run_does_not_wait_for_the_timer(scheduler):
    scheduler._schedule_reevalutation(60)
    assert scheduler._timer_to_look_again.daemon
    scheduler._timer_to_look_again.cancel()


def test_the_locked_snakemake_needs_it():
    # If not, take scheduler_timer.py out.
    assert hasattr(JobScheduler, "_schedule_reevalutation")
