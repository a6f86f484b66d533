"""The paper's claims as data, and the engine that holds a study against them."""

from .definition import KINDS, VERDICTS, Claim, Claims, Rules
from .placing import choices_table
from .reading import claims_from_mapping
from .scorecard import count_verdicts, scorecard, summary_sentence
from .survival import survival_table, survival_text

__all__ = [
    "KINDS",
    "VERDICTS",
    "Claim",
    "Claims",
    "Rules",
    "choices_table",
    "claims_from_mapping",
    "count_verdicts",
    "scorecard",
    "summary_sentence",
    "survival_table",
    "survival_text",
]
