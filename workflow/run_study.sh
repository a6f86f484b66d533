#!/bin/sh
# Run Snakemake so that a run that was killed goes on when it is started again.
# A killed Snakemake leaves its lock behind; it is taken away only if the process that we noted is gone.
set -eu
note=.snakemake/running.pid
mkdir -p .snakemake
if [ -f "$note" ] && ! kill -0 "$(cat "$note")" 2>/dev/null; then
  "$@" --unlock >/dev/null 2>&1
fi
echo $$ >"$note"
exec "$@"
