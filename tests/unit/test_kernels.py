"""Compiling before the first job: everything that jobs share, and only once."""

import subprocess
import sys
from pathlib import Path

import compile_kernels
from manyeyes.forest import classifier, coding, descent, growing
from manyeyes.kernels import WARM_UPS

SCRIPT = Path(compile_kernels.__file__)


def test_each_warm_up_is_called():
    assert set(compile_kernels.NAMES) == set(WARM_UPS)


def test_the_classifier_finds_its_compiled_code_after_the_warm_ups():
    for call in WARM_UPS.values():
        call()
    called = (
        classifier.code_channels,
        classifier.gather_channels,
        classifier.vote,
        classifier.first_classes,
        coding._code_rows,
        growing.grow_trees,
        descent.vote,
    )
    for kernel in called:
        assert kernel.signatures, kernel


def test_a_second_start_compiles_nothing():
    first = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    assert compile_kernels.stamp().exists(), first.stderr
    again = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    assert again.stderr == ""
