"""The workflow, packed into a wheel, so that an installed package runs studies."""

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TAKEN_ALONG = (
    "Snakefile",
    "CITATION.cff",
    "workflow",
    "config",
    "profiles",
    "envs/manyeyes.yaml",
)


class WorkflowHook(BuildHookInterface):
    """Copy the workflow into a wheel; an editable install finds it in the checkout."""

    def initialize(self, version: str, build_data: dict) -> None:
        """Name the files before a wheel is built."""
        if version == "standard":
            build_data["force_include"] |= {
                name: f"manyeyes/checkout/{name}" for name in TAKEN_ALONG
            }
