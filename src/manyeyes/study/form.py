"""Problems of a config, one plain sentence each, before any job starts."""

import math
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from jsonschema import Draft202012Validator, ValidationError, validators

from ..filters import filters
from ..methods import METHODS
from ..methods.drawn_network import TRAINING

# Mappings that the models check themselves; none of their values is a yes or a no.
_NUMBERS_BELOW = re.compile(
    r"population|electrodes\.[^.]+|datasets\.[^.]+\.source\.imaging|baseline\.fibsem\.source\.faults"
)
# No size or number of things in a study is larger; grey values and seeds may be.
LARGEST = 1e9
_ANY_SIZE = re.compile(r"seed$|datasets\.[^.]+\.(grey_window|mask)\b")
_TYPES = {
    "number": "a number",
    "integer": "a whole number",
    "string": "a text",
    "boolean": "true or false",
    "object": "keys with values",
    "array": "a list",
    "null": "nothing",
}
_TAGS = ("kind", "method")


def _is_whole(checker, value: object) -> bool:
    """Return whether a value is an integer of Python; 7.0 is not, where voxels are counted."""
    return isinstance(value, int) and not isinstance(value, bool)


_Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)


def problems(config: Mapping, schema: Mapping) -> list[str]:
    """Return what is wrong with the form of a config (a study, merged with the protocol).

    Each problem is one sentence that starts with the key. `schema` is a JSON schema, draft 2020-12.
    """
    # Whatever reads the config further expects keys to be text.
    keys = list(_misread_keys(config, ""))
    if keys:
        return keys
    errors = _Validator(_with_registries(schema)).iter_errors(config)
    found = [f"{_key(error)}: {_words(error)}" for top in errors for error in _reasons(top)]
    return sorted(dict.fromkeys([*found, *_odd_values(config, "")]))


def _with_registries(schema: Mapping) -> Mapping:
    """Return the schema of studies with the settings of methods, filters and trainings."""
    definitions = schema["$defs"]
    variant = {**definitions["variant"], "oneOf": [m.schema() for m in METHODS.values()]}
    known = [one.schema(method) for method, one in filters().items()]
    filter_ = {**definitions["filter"], "oneOf": known}
    named = {"variant": variant, "filter": filter_}
    for key in ("network", "start_network"):
        entry = definitions[key]
        named[key] = {**entry, "properties": {**TRAINING, **entry["properties"]}}
    return {**schema, "$defs": {**definitions, **named}}


def _misread_keys(value, path: str) -> Iterator[str]:
    """Yield a sentence for each key that YAML did not read as text."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if not isinstance(key, str):
                yield f"{path or 'config'}: expected a name as the key, found {found_value(key)}"
            yield from _misread_keys(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _misread_keys(entry, f"{path}.{index}")


def _odd_values(value, path: str) -> Iterator[str]:
    """Yield a sentence for each number that is not finite or too large, or is a yes or no."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _odd_values(entry, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _odd_values(entry, f"{path}.{index}")
    elif isinstance(value, bool):
        if _NUMBERS_BELOW.match(path):
            yield f"{path}: expected a number, found {found_value(value)}"
    elif isinstance(value, int | float) and not _is_finite(value):
        yield f"{path}: expected a finite number, found {found_value(value)}"
    elif isinstance(value, int | float) and abs(value) > LARGEST and not _ANY_SIZE.match(path):
        yield f"{path}: expected a number of at most {LARGEST:g}, found {found_value(value)}"


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False


def found_value(value: object) -> str:
    """Return a value of a config in words, with what YAML may have made of it."""
    if value is None:
        return "no value (YAML reads null, ~ and an empty one so; a name needs quotes)"
    if isinstance(value, bool):
        words = str(value).lower()
        return f"{words} (YAML reads yes, no, on, off, true and false so; a name needs quotes)"
    if isinstance(value, int | float):
        number = repr(value) if _is_short(value) else "a number of many digits"
        return number if _is_finite(value) else f"{number} (a name needs quotes)"
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return repr(value)
        return f"the text {value!r} (write a number without quotes, 1e5 as 1.0e+5)"
    if isinstance(value, Mapping | list):
        return repr(value)
    return f"{value} (YAML reads it as a {type(value).__name__}; a name needs quotes)"


def _is_short(value: float) -> bool:
    return isinstance(value, float) or abs(value) < 10**30


def _words(error: ValidationError) -> str:
    """Return an error in words that need no knowledge of schemas."""
    kind, value = error.validator, error.instance
    # An error that `_reasons` has put into words has no schema.
    description = error.schema.get("description") if isinstance(error.schema, Mapping) else None
    if kind == "type" and value is None and description and "edge of a voxel" in description:
        return (
            "the edge of a voxel in nm is not filled in; take it from the protocol of the scan "
            "(0.35 um are 350)"
        )
    if kind == "type":
        types = error.validator_value
        names = [_TYPES[name] for name in ([types] if isinstance(types, str) else types)]
        words = f"expected {' or '.join(names)}, found {found_value(value)}"
        if isinstance(value, float) and value.is_integer():
            words += " (write it without a point)"
        wanted_text = isinstance(value, int | float) and not isinstance(value, bool)
        if wanted_text and "a text" in names and _is_finite(value):
            words += "; put it into quotes if that is meant"
        return words
    if kind == "pattern" and description:
        return f"{value!r} is not {description}{_strange_characters(value)}"
    if kind == "required":
        missing = [name for name in error.validator_value if name not in value]
        return f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing here"
    if kind == "dependentRequired":
        return f"{error.message}: url needs its sha256 beside it"
    if kind == "additionalProperties":
        return error.message + _meant(error)
    if kind in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") and description:
        return f"{error.message} ({description})"
    return error.message


def _strange_characters(name: str) -> str:
    """Say in words which characters a name must not contain."""
    strange = dict.fromkeys(re.findall(r"[^A-Za-z0-9_-]", name))
    words = {" ": "a space", ".": "a dot", "/": "a slash", "\t": "a tab"}
    named = [words.get(letter, f"{letter!r}") for letter in strange]
    return f"; it contains {', '.join(named)}" if named else ""


def _meant(error: ValidationError) -> str:
    """Return which known keys unknown ones are close to, or which entry has them."""
    known = error.schema.get("properties", {})
    unknown = [key for key in error.instance if key not in known]
    below = {
        key: place
        for key in unknown
        for place, schema in known.items()
        if key in schema.get("properties", {})
    }
    typos = {key: get_close_matches(key, known, 1, 0.65) for key in unknown if key not in below}
    words = [f"{key!r} for {guess[0]!r}" for key, guess in typos.items() if guess]
    found = [f"{key!r} is a key of {place!r}" for key, place in below.items()]
    found += [f"a typo: {', '.join(words)}?"] if words else []
    return "".join(f"; {sentence}" for sentence in found)


def _key(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "config"


def _reasons(error: ValidationError) -> Iterator[ValidationError]:
    """Yield what to say of an error.

    Of alternatives (oneOf, anyOf) only the one that was meant is of use: the one whose ``kind`` or
    ``method`` fits, or the one that fails deepest.
    """
    if not error.context:
        yield error
        return
    branches: dict[int, list[ValidationError]] = {}
    for sub in error.context:
        branches.setdefault(sub.schema_path[0], []).append(sub)
    meant = [branch for branch in branches.values() if not any(map(_not_meant, branch))]
    if len(meant) != 1:
        # Told apart by kind or method, only a wrong one of these says that it was not meant.
        meant = [branch for branch in branches.values() if _has_tag(error, branch)]
    if len(meant) == 1:
        for sub in meant[0]:
            yield from _reasons(sub)
        return
    words = _named_alternatives(error) or _described(error)
    yield ValidationError(words, path=error.absolute_path) if words else error


def _not_meant(error: ValidationError) -> bool:
    return error.validator in {"const", "enum", "type"}


def _has_tag(error: ValidationError, branch: list[ValidationError]) -> bool:
    """Whether the kind or method is that of an alternative, which has other faults then."""
    if not isinstance(error.instance, Mapping) or not any(tag in error.instance for tag in _TAGS):
        return False
    return not any(
        sub.validator == "const" and list(sub.path)[-1:] in ([tag] for tag in _TAGS)
        for sub in branch
    )


def _named_alternatives(error: ValidationError) -> str | None:
    """Say which kinds or methods exist, where alternatives differ by one."""
    for tag in _TAGS:
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
    if not description:
        return None
    found = found_value(error.instance)
    is_number = isinstance(error.instance, int | float) and "quotes" not in found
    hint = " (a name needs quotes)" if is_number and "name" in description else ""
    return f"expected {description}; found {found}{hint}"
