"""One timer for Snakemake's scheduler, where Snakemake 9.27 starts ever more of them."""

import threading

from snakemake.scheduling.job_scheduler import JobScheduler


def keep_one_timer(scheduler: type = JobScheduler) -> None:
    """Let a scheduler have one timer at a time, and not wait for it when the run ends.

    With a limit of jobs per timespan, which the command line always sets, Snakemake's scheduler
    starts a timer each time that it looks at jobs that have to wait, to look again when it has run
    out. Every job that finishes is one more look, so there is one more timer ringing for the rest
    of the run: after some hundred jobs a core is busy with looking (half an hour of CPU time in
    a study of 960 jobs). Its threads also hold up the end of a run. One timer, started when none is
    running, has the same effect: wherever jobs wait, the scheduler looks again within the timespan.
    """
    # A version without this timer needs no help; a test says so when the lock file moves to one.
    if hasattr(scheduler, "_schedule_reevalutation"):
        scheduler._schedule_reevalutation = _start_if_none


def _start_if_none(self, delay: float) -> None:
    """Stand in for `JobScheduler._schedule_reevalutation`."""
    running = getattr(self, "_timer_to_look_again", None)
    if running is not None and running.is_alive():
        return

    def look_again():
        # This thread still lives while the scheduler looks, so it must not count as running.
        self._timer_to_look_again = None
        self._open_jobs.release()

    timer = threading.Timer(delay, look_again)
    timer.daemon = True
    self._timer_to_look_again = timer
    timer.start()
