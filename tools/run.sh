#!/bin/sh
# What `make run` does once everything is installed: migrate, the demo on first run, serve.
set -eu
cd "$(dirname "$0")/.."
: "${KE_DEMO:=1}"
export KE_DEMO PORT
exchange=.venv/bin/knowledge-exchange

"$exchange" migrate
if [ "$KE_DEMO" = 1 ] && [ ! -e var/.demo ]; then
    "$exchange" demo
    touch var/.demo
fi
exec "$exchange" serve --port "$PORT"
