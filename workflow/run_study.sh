#!/bin/sh
# Run Snakemake so that a run that was killed goes on when it is started again.
# A killed Snakemake leaves its lock behind; it is taken away only if the process that we noted is gone.
set -eu
note=.snakemake/running.pid
mkdir -p .snakemake
if [ -n "$(ls .snakemake/locks 2>/dev/null)" ] && [ -f "$note" ] && ! kill -0 "$(cat "$note")" 2>/dev/null; then
  # Before the other arguments, since after a `--` it would be taken for a file to make.
  program=$1
  shift
  told=$("$program" --unlock "$@" 2>&1) || { echo "$told" >&2; exit 1; }
  set -- "$program" "$@"
fi
echo $$ >"$note"
exec "$@"
