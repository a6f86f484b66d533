"""What is wrong with the text of a config, said in plain words before YAML's parser says it.

Snakemake reads a config with PyYAML and reports all faults of its form in one sentence, without a
file or a line, and PyYAML silently takes the last of a key's values.
"""

import json
import re
from collections.abc import Iterator

import yaml

# The key << that takes over another mapping; there may be several.
MERGE = "tag:yaml.org,2002:merge"

# What the parser says, and what that means in plain words; the first match counts.
_MEANT = (
    ("found character '\\t'", "there is a tab here; indent with spaces only"),
    (
        "found unknown escape character",
        "a backslash in double quotes has a meaning of its own; write the text in single quotes",
    ),
    (
        "expected escape sequence",
        "a backslash in double quotes has a meaning of its own; write the text in single quotes",
    ),
    (
        "mapping values are not allowed here",
        "a colon is not expected here; check the indentation of this line and the one above, and "
        "put a text that contains a colon into quotes",
    ),
    (
        "expected ',' or '}'",
        "a comma or the closing }} is missing; the {{ is in line {opened}",
    ),
    (
        "expected ',' or ']'",
        "a comma or the closing ] is missing; the [ is in line {opened}",
    ),
    (
        "found '<stream end>'",
        "the text ends, and a [ or {{ that was opened before is not closed",
    ),
    (
        "expected the node content",
        "a value is missing here, or there is a comma, bracket or brace too many",
    ),
    (
        "found unexpected end of stream",
        "the quote that opens here is never closed",
    ),
    (
        "could not find expected ':'",
        "a key without a colon, or a line that is indented too little; it begins in line {opened}",
    ),
    (
        "expected <block end>",
        "the indentation does not fit the lines above, which begin in line {opened}; lines of one "
        "level begin in the same column",
    ),
    (
        "unacceptable character",
        "a character that does not belong in text; type the line again",
    ),
    (
        "that cannot start any token",
        "no value begins with this character; put it into quotes",
    ),
    ("found undefined alias", "this * names an anchor & that is not there"),
    ("found duplicate anchor", "this anchor & is given twice"),
    ("unhashable key", "a list or mapping cannot be a key; a text with braces needs quotes"),
    ("could not determine a constructor", "a tag (!) that means nothing here; put it into quotes"),
    (
        "expected a single document",
        "a second document begins here (---); a config is a single one",
    ),
)


def text_problems(content: bytes) -> list[str]:
    """Return what is wrong with the text of a YAML or JSON file, with line and column from 1."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [
            f"line {line}: the file is not in UTF-8 (byte {error.start + 1} is "
            f"0x{content[error.start]:02x}); save it as UTF-8 in your editor"
        ]
    try:
        return _structure_problems(text)
    except yaml.MarkedYAMLError as error:
        return [_sentence(error, text)]
    except yaml.reader.ReaderError as error:
        return [_character(error, text)]
    except RecursionError:
        return ["brackets or braces are nested too deeply for a config"]


def _structure_problems(text: str) -> list[str]:
    """Return what the tree of a text shows: no mapping on top, keys given twice."""
    root = yaml.compose(_without_tabs_of_json(text), Loader=yaml.FullLoader)
    if root is None:
        return ["the file is empty; expected keys such as study: and datasets:"]
    if not isinstance(root, yaml.MappingNode):
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single text"
        return [
            f"line {root.start_mark.line + 1}: expected keys with values, such as study: mine, "
            f"found {kind}"
        ]
    problems = list(_repeated_keys(root, "", set(), set())) or list(_unreadable(root, set()))
    if not problems:
        # What only making values of it shows, such as a tag or a mapping as a key.
        yaml.load(_without_tabs_of_json(text), Loader=yaml.FullLoader)
    return problems


def _without_tabs_of_json(text: str) -> str:
    """Return a JSON text with blanks for tabs, which only YAML minds; any other as it is."""
    try:
        json.loads(text)
    except ValueError:
        return text
    return text.replace("\t", " ")


def _repeated_keys(node: yaml.Node, path: str, seen: set, above: set) -> Iterator[str]:
    """Yield a sentence for each key that a mapping has twice, at any depth."""
    if id(node) in above:
        name = path or "an anchor"
        yield f"line {node.start_mark.line + 1}: {name} contains itself through an alias (*)"
        return
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    above = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            yield from _repeated_keys(entry, f"{path}.{index}" if path else str(index), seen, above)
        return
    lines: dict[tuple[str, str], list[int]] = {}
    for key, value in node.value:
        below = path
        if isinstance(key, yaml.ScalarNode):
            below = f"{path}.{key.value}" if path else key.value
            if key.tag != MERGE:
                lines.setdefault((key.tag, key.value), []).append(key.start_mark.line + 1)
        yield from _repeated_keys(value, below, seen, above)
    for (_, name), found in lines.items():
        if len(found) > 1:
            several = dict.fromkeys(str(line) for line in found)
            lines_named = f"line{'s' if len(several) > 1 else ''} {' and '.join(several)}"
            yield (
                f"line {found[-1]}: {path + '.' if path else ''}{name} is given twice "
                f"({lines_named}); only the last would count, so keep one"
            )


def _unreadable(node: yaml.Node, seen: set) -> Iterator[str]:
    """Yield a sentence for each value that looks like a date or number but is not one."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if node.tag == MERGE:
            return
        try:
            yaml.FullLoader("").construct_object(node)
        except ValueError as error:
            yield (
                f"line {node.start_mark.line + 1}, column {node.start_mark.column + 1}: "
                f"{node.value} looks like a date or a number but is not one ({error}); put a text "
                "into quotes"
            )
        return
    for entry in node.value:
        for part in entry if isinstance(entry, tuple) else (entry,):
            yield from _unreadable(part, seen)


def _sentence(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark or error.context_mark
    if "unexpected end of stream" in (error.problem or "") and error.context_mark:
        mark = error.context_mark
    problem = " ".join(part for part in (error.problem, error.context) if part)
    opened = error.context_mark.line + 1 if error.context_mark else mark.line + 1
    for words, meaning in _MEANT:
        if words in problem:
            problem = meaning.format(opened=opened)
            break
    lines = text.splitlines() or [""]
    # Where the text has ended, its last line is what can be looked at.
    number = min(mark.line, len(lines) - 1)
    while number and not lines[number].strip():
        number -= 1
    line, column = lines[number], mark.column if number == mark.line else len(lines[number])
    slip = _slip(lines, number)
    if slip:
        number, column, problem = slip
        line = lines[number]
    # YAML may stumble over a tab only behind it.
    if "\t" in line[: len(line) - len(line.lstrip())]:
        problem, column = _MEANT[0][1], line.index("\t")
    return f"line {number + 1}, column {column + 1}: {problem}\n    {_shown(line, column)}"


# Slips of typing that YAML complains about on the line below, or in other words: the slip ends the
# group, and what it means follows.
_SLIPS = (
    (
        re.compile(r"(.*?)\u00a0"),
        "a no-break space, as word processors and web pages have them; type a blank in its place",
    ),
    (re.compile(r"(\s*)-(?=[\w{\[\"'])"), "a blank is missing behind the -"),
    (
        re.compile(r"((?:\s*- )?\s*[\w-]+):(?=[\w\"'\[{])(?!.*: )"),
        "a blank is missing behind the colon",
    ),
    (
        re.compile(r"(.*?:\s+'(?:[^']|'')*)'(?=\w)"),
        "a ' ends the text that began with a '; write it twice, or put the text in double quotes",
    ),
    (
        re.compile(r"(.*?:\s+\"(?:[^\"\\]|\\.)*)\"(?=\w)"),
        'a " ends the text that began with a "; put the text in single quotes',
    ),
)


def _slip(lines: list[str], number: int) -> tuple[int, int, str] | None:
    """Return line and column, both from 0, of a usual slip on a line that YAML refused or above it.

    Looked for only where YAML found a fault; what a slip looks like may be meant elsewhere.
    """
    for place in (number, number - 1):
        if 0 <= place < len(lines) and not lines[place].lstrip().startswith("#"):
            for slip, meaning in _SLIPS:
                if found := slip.match(lines[place]):
                    return place, len(found[1]), meaning
    return None


def _character(error: yaml.reader.ReaderError, text: str) -> str:
    place = int(error.position)
    before = text[:place]
    line, column = before.count("\n"), place - (before.rfind("\n") + 1)
    code = error.character if isinstance(error.character, int) else ord(error.character)
    return (
        f"line {line + 1}, column {column + 1}: a character that does not belong in text "
        f"(U+{code:04X}); type the line again"
    )


def _shown(line: str, column: int, reach: int = 60) -> str:
    """Return the line around a column, tabs made visible."""
    first = max(0, column - reach)
    part = line[first : column + reach].replace("\t", "→")
    return ("… " if first else "") + part.rstrip()
