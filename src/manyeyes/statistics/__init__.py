"""What a number of users can show: intervals, tests, power, agreement, and what follows."""

from .ablations import ablation_table, ablation_text
from .agreement import (
    agreement_tables,
    fleiss_kappa,
    pair_agreement,
    votes,
)
from .choices import (
    choices_of_users,
    place_in,
    sd_of_choices,
    share_of_choices,
)
from .deviations import brown_forsythe, compare_deviations
from .disagreement import concentration, disagreement_map
from .effort import effort_table
from .errors import error_parts
from .families import holm
from .interfaces import concentration_table
from .power import (
    power_curves,
    power_paired,
    power_table,
    power_unpaired,
    simulated_power,
    users_needed,
)
from .realism import realism_text, stroke_comparison
from .recommendation import paired_rows, recommendation_table, recommendation_text
from .sensitivity import sobol_table
from .spread import f_ratio, pitman_morgan, sd_interval
from .standardising import sensitivity_table, sensitivity_text
from .tables import (
    Contrast,
    comparison_table,
    contrasts_from_config,
    error_table,
    mixed_comparison_table,
    pool_errors,
    spread_table,
)

__all__ = [
    "Contrast",
    "ablation_table",
    "ablation_text",
    "agreement_tables",
    "brown_forsythe",
    "choices_of_users",
    "compare_deviations",
    "comparison_table",
    "concentration",
    "concentration_table",
    "contrasts_from_config",
    "disagreement_map",
    "effort_table",
    "error_parts",
    "error_table",
    "f_ratio",
    "fleiss_kappa",
    "holm",
    "mixed_comparison_table",
    "pair_agreement",
    "paired_rows",
    "pitman_morgan",
    "place_in",
    "pool_errors",
    "power_curves",
    "power_paired",
    "power_table",
    "power_unpaired",
    "realism_text",
    "recommendation_table",
    "recommendation_text",
    "sd_interval",
    "sd_of_choices",
    "sensitivity_table",
    "sensitivity_text",
    "share_of_choices",
    "simulated_power",
    "sobol_table",
    "spread_table",
    "stroke_comparison",
    "users_needed",
    "votes",
]
