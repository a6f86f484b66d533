"""What a run shows of itself: one line with what is done and how long the rest takes.

Snakemake prints some twenty lines for each job. They are all in its own log, and what jobs say is
in theirs. Of its output, this keeps what a person has to know, and counts the jobs.
"""

import re
from statistics import mean, median

# So many jobs have to be done before time left is told.
_FEWEST_DONE = 5
# Durations of the last jobs of a rule: the first ones of a run load and compile more.
_LATEST = 9

_STARTED = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w+):$")
_GROUP = re.compile(r"^group job \S+ \(jobs in lexicogr\. order\):$")
_MEMBER = re.compile(r"^ {4}(?:local)?(?:rule|checkpoint) (\w+):$")
_JOB_ID = re.compile(r"^ +jobid: (\d+)$")
_WILDCARDS = re.compile(r"^ +wildcards: (.*)$")
_FINISHED = re.compile(r"^Finished jobid: (\d+)(?: \(Rule: \w+\))?$")
_COUNTED = re.compile(r"^(\d+) of (\d+) steps \(.*\) done$")
_FAILED = re.compile(r"^Error in (?:rule|group) (\S+?):?$")
_FAILED_LOG = re.compile(r"^ +log: (.*?)(?: \(check log file\(s\) for error details\))?$")
_MESSAGE = re.compile(r"^ +message: (.*)$")
_AFTER_MESSAGE = re.compile(r"^ +(?:jobid|log|jobs):")
# How a job's process ended, if no exit status of its own says it.
_KILLED = re.compile(r"^Command '.*' (died with <Signals\.\w+: \d+>)\.$")
# What a job warns of; `rule_script.note` puts the job before it.
_WARNING = re.compile(r"^\w+(?:/.*?)?: Warning: ")
_PROBLEM = re.compile(
    r"^(?:WorkflowError in file|InputFunctionException in rule \w+ in file) .*, line \d+:$"
)
_PLACE = re.compile(
    r"^  File \".*\", line \d+, in |^(?:Error|Wildcards|Traceback|  WorkflowError):$"
)
_PLANNED = re.compile(r"^(\w+) +(\d+)$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

# Lines of Snakemake about itself, by how they begin.
_ITS_OWN = re.compile(
    "|".join(
        [
            r"Using (?:workflow specific )?profile ",
            r"Using shell: ",
            r"Config file \S+ is extended by additional config",
            r"Assuming unrestricted shared filesystem usage",
            r"host: ",
            r"Provided (?:cores|remote nodes|resources|local cores)",
            r"Rules claiming more threads will be scaled down",
            r"Conda environments: ignored",
            r"Select jobs to execute",
            r"Execute \d+ jobs",
            r"Removing temporary output ",
            r"Touching output file ",
            r"Submitted (?:job|group job) ",
            r"Complete log\(s\): ",
            r"Elapsed time: ",
            r"Exiting because a job execution failed\. Look (?:above|below) for error messages",
            r"At least one job did not complete successfully\.$",
            r"WorkflowError:$",
            r"RuleException:$",
            r"CalledProcessError in file .*, line \d+:$",
            r"Command 'set -euo pipefail; .*' (?:returned non-zero exit status|died with) ",
            r"Job \S+ (?:has been submitted|completed successfully)",
            r"SLURM run ID: ",
            r"\[\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}\]$",
        ]
    )
)
# What follows a failed job: how its process ended, in Snakemake's words.
_ITS_FAILURE = re.compile(
    r"^(?:RuleException|CalledProcessError in file|Command '|\[\w{3} \w{3} .*\]$|\s)"
)
_RULER = re.compile(r"^={20,}$")


class RunDisplay:
    """Reads the output of Snakemake line by line.

    Attributes
    ----------
    done, total : int
        Jobs.
    """

    def __init__(self):
        self.done = self.total = 0
        self._planned: dict[str, int] = {}
        self._durations: dict[str, list[float]] = {}
        # Running jobs by their number: rule, what it is about, and when it began.
        self._running: dict[str, tuple[str, str, float]] = {}
        self._first: float | None = None
        # The job that is being described.
        self._rule = self._number = ""
        # What the lines that follow belong to, if it is nothing to show.
        self._within = ""

    def feed(self, line: str, now: float) -> list[str]:
        """Take a line of Snakemake's output, and return the lines to show for it.

        Parameters
        ----------
        line : str
            Without its end.
        now : float
            Seconds of any clock.
        """
        line = _COLOUR.sub("", line).rstrip()
        if self._within != "log":
            # These come between any other lines.
            if _WARNING.match(line):
                return [line]
            if match := _KILLED.match(line):
                return [f"A job's process {match[1]}."]
        if self._within:
            shown = self._inside(line, now)
            if shown is not None:
                return shown
        return self._outside(line, now)

    def _inside(self, line: str, now: float) -> list[str] | None:
        """Return what to show of a line within something, None if that has ended."""
        if self._within == "log":
            # A failed job's log, between two rulers.
            if _RULER.match(line):
                self._within = "failure"
            return []
        if self._within == "stats":
            if match := _PLANNED.match(line):
                if match[1] != "total":
                    self._planned[match[1]] = int(match[2])
                elif not self.total:
                    self.total = int(match[2])
            self._within = "stats" if line else ""
            return []
        if self._within == "message" and not _AFTER_MESSAGE.match(line):
            return [f"  {line}"] if line else []
        if self._within in ("failure", "message"):
            self._within = "failure"
            if _RULER.match(line):
                self._within = "log"
                return []
            if (match := _MESSAGE.match(line)) and match[1] != "None":
                self._within = "message"
                return [f"  {match[1]}"]
            if match := _JOB_ID.match(line):
                self._running.pop(match[1], None)
                return []
            if match := _FAILED_LOG.match(line):
                return [f"  its log: {match[1]}"]
            if _ITS_FAILURE.match(line) or line.startswith(("Logfile ", "Log ")) or not line:
                return []
            self._within = ""
            return None
        if self._within == "problem":
            # Where in our code a problem of the user's was found is of no use to the user.
            if _PLACE.match(line):
                return []
            self._within = "" if _STARTED.match(line) else "problem"
            return None
        if self._within == "table":
            # A table that a job prints; only its first line names the job.
            if "  " in line.strip():
                return []
            self._within = ""
            return None
        if line.startswith(" ") or (self._within == "banner" and set(line) == {"="}):
            self._take_field(line, now)
            return []
        self._within = ""
        return None

    def _take_field(self, line: str, now: float) -> None:
        """Note what a line about a job says."""
        if match := _MEMBER.match(line):
            self._rule = match[1]
        elif (match := _JOB_ID.match(line)) and self._rule:
            self._first = now if self._first is None else self._first
            self._number = match[1]
            self._running[self._number] = (self._rule, "", now)
        elif (match := _WILDCARDS.match(line)) and self._number in self._running:
            about = " ".join(part.partition("=")[2] for part in match[1].split(", "))
            rule, _, began = self._running[self._number]
            self._running[self._number] = (rule, about, began)

    def _outside(self, line: str, now: float) -> list[str]:
        """Return what to show of a line that begins something."""
        if match := _STARTED.match(line):
            self._rule, self._number, self._within = match[1], "", "job"
            return []
        if _GROUP.match(line):
            self._rule, self._number, self._within = "", "", "job"
            return []
        if match := _FINISHED.match(line):
            self._finish(match[1], now)
            return []
        if match := _COUNTED.match(line):
            self.done, self.total = int(match[1]), int(match[2])
            return []
        if match := _FAILED.match(line):
            self._within = "failure"
            return [f"A job failed: {match[1]}. Jobs that do not depend on it still run."]
        if _PROBLEM.match(line):
            self._within = "problem"
            return []
        if line.startswith("Building DAG of jobs"):
            # A large study is planned for a minute.
            return ["Planning the jobs."]
        if line == "Job stats:":
            self._within = "stats"
            return []
        if line == "SNAKEMAKE":
            self._within = "banner"
            return []
        if not line or _ITS_OWN.match(line):
            return []
        begins = re.match(r"^(\w+)(?:/[^:]*)?: ", line)
        if begins and begins[1] in self._planned:
            # What a job says; it is in the job's log.
            self._within = "table"
            return []
        return [line]

    def _finish(self, number: str, now: float) -> None:
        if number in self._running:
            rule, _, began = self._running.pop(number)
            self._durations.setdefault(rule, []).append(now - began)

    def seconds_left(self, now: float) -> float | None:
        """Return how long the rest takes, None while too little is known.

        Each job is taken to need the median of the last ones of its rule; a rule of which none has
        finished, half way between the mean and the median of all: a few jobs may take most of the
        time, and may still be to come. As many run side by side as did so far.
        """
        finished = [seconds for some in self._durations.values() for seconds in some]
        if len(finished) < min(_FEWEST_DONE, self.total) or not finished or self._first is None:
            return None
        usual = (mean(finished) + median(finished)) / 2
        each = {rule: median(some[-_LATEST:]) for rule, some in self._durations.items()}
        left = 0.0
        for rule, planned in self._planned.items():
            waiting = planned - len(self._durations.get(rule, ()))
            left += max(0, waiting) * each.get(rule, usual)
        # What runs has done a part of its work.
        left -= sum(
            min(now - began, each.get(rule, usual)) for rule, _, began in self._running.values()
        )
        at_once = max(1.0, sum(finished) / max(now - self._first, 1e-9))
        return max(0.0, left) / at_once

    def status(self, now: float, width: int | None = None) -> str:
        """Return the line about the present state, cut to a width; empty before jobs begin."""
        if not self.total or self._first is None:
            return ""
        text = f"{self.done} of {self.total} jobs, {duration(now - self._first)}"
        left = self.seconds_left(now)
        if self.done < self.total and left is not None:
            text += f", about {duration(max(left, 1), rough=True)} left"
        if width is None:
            return text
        text = f"{_bar(self.done / self.total)} {text}"
        running = [" ".join(filter(None, job[:2])) for job in self._running.values()]
        if running:
            text += f" | {', '.join(running)}"
        return text if len(text) <= width else text[: max(0, width - 3)] + "..."

    def last_line(self, now: float) -> str:
        """Return how many jobs were done, and in what time; empty if there was none."""
        if not self.total or self._first is None:
            return ""
        many = (
            f"{self.done} of {self.total} jobs" if self.done < self.total else f"{self.total} jobs"
        )
        return f"{many} in {duration(now - self._first)}."


def _bar(share: float, length: int = 20) -> str:
    filled = int(share * length)
    return f"[{'#' * filled}{'.' * (length - filled)}]"


def duration(seconds: float, rough: bool = False) -> str:
    """Return a time in words: ``12 s``, ``3 min 5 s``, ``2 h 10 min``; rough without seconds."""
    whole = round(seconds)
    if whole < 60:
        return "1 min" if rough and whole > 30 else f"{-(-whole // 10) * 10 if rough else whole} s"
    minutes, rest = divmod(whole, 60)
    if rough:
        minutes, rest = minutes + (rest >= 30), 0
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h" + (f" {minutes} min" if minutes else "")
