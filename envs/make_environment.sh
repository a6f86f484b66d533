#!/bin/sh
# Make or update .venv from a lock file, and install this checkout's library and command into it. Uses uv
# if it is installed, otherwise venv and pip.
set -eu
lock=$1

# A run refuses such a path too (machine_check.py), but only after a gigabyte was installed.
case $PWD in
  *[[:space:]]* | *[\'\"\\\$\&\;\|\<\>\(\)\*\?\!\`\#\~\^\{\}]* | *\[* | *\]*)
    echo "The path of this checkout, $PWD, contains a blank or another character that breaks jobs; move it to a path of letters, digits, - and _" >&2
    exit 1
    ;;
esac

python=${PYTHON:-}
if [ -z "$python" ]; then
  for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
fi
if [ -z "$python" ]; then
  echo "Python 3.11, 3.12 or 3.13 is needed and none was found; install one, or give its path: make PYTHON=..." >&2
  exit 1
fi

if command -v uv >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
  # Not `sync`: the test environment contains the one for runs, and more.
  uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
  uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
echo "Environment: .venv ($(.venv/bin/python --version), $lock)"
