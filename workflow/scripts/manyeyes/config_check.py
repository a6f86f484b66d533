"""Problems of a config, one plain sentence each, before any job starts."""

from collections.abc import Iterator, Mapping

from jsonschema import Draft202012Validator, ValidationError


def problems(config: Mapping, schema: Mapping) -> list[str]:
    """Return what is wrong with the form of a config.

    Parameters
    ----------
    config : Mapping
        A study, merged with the protocol.
    schema : Mapping
        JSON schema, draft 2020-12.

    Returns
    -------
    list of str
        One sentence a problem, each starting with the key; empty if all is well.
    """
    errors = Draft202012Validator(schema).iter_errors(config)
    found = [f"{_key(error)}: {error.message}" for top in errors for error in _reasons(top)]
    return sorted(dict.fromkeys(found))


def _key(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "config"


def _reasons(error: ValidationError) -> Iterator[ValidationError]:
    """Yield what to tell of an error.

    Of alternatives (oneOf, anyOf) only the one that was meant is of use: the one whose ``kind`` or
    ``method`` fits, or the one that fails deepest.
    """
    if not error.context:
        yield error
        return
    branches: dict[int, list[ValidationError]] = {}
    for sub in error.context:
        branches.setdefault(sub.schema_path[0], []).append(sub)
    meant = [
        branch
        for branch in branches.values()
        if not any(sub.validator in {"const", "enum", "type"} for sub in branch)
    ]
    if len(meant) == 1:
        for sub in meant[0]:
            yield from _reasons(sub)
        return
    told = _named_alternatives(error) or _described(error)
    yield ValidationError(told, path=error.absolute_path) if told else error


def _named_alternatives(error: ValidationError) -> str | None:
    """Say which kinds or methods exist, where alternatives are told apart by one."""
    for tag in ("kind", "method"):
        known = [
            branch["properties"][tag]["const"]
            for branch in error.validator_value
            if "const" in branch.get("properties", {}).get(tag, {})
        ]
        if known and isinstance(error.instance, Mapping):
            return f"{tag} must be one of {', '.join(known)}, found {error.instance.get(tag)!r}"
    return None


def _described(error: ValidationError) -> str | None:
    """Say in the schema's own words what was expected."""
    description = error.schema.get("description")
    return f"expected {description}; found {error.instance!r}" if description else None
