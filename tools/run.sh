#!/bin/sh
# What `make run` does once everything is installed: migrate, the demo on first run, serve.
set -eu
cd "$(dirname "$0")/.."
: "${KE_DEMO:=1}" "${KE_DATA_DIR:=var}" "${PORT:=5000}"
export KE_DEMO KE_DATA_DIR PORT
exchange=.venv/bin/knowledge-exchange
loaded=$KE_DATA_DIR/.demo

"$exchange" migrate
if [ "$KE_DEMO" = 1 ] && [ ! -e "$loaded" ]; then
    # It refuses a database that already has members, and says so: that one is served as it is.
    if "$exchange" demo; then touch "$loaded"; fi
fi
exec "$exchange" serve --port "$PORT"
