#!/bin/sh
# What `make run` does once everything is installed: migrate, the demo on first run, serve.
set -eu
cd "$(dirname "$0")/.."
: "${KE_DEMO:=1}" "${KE_DATA_DIR:=var}" "${PORT:=5000}"
export KE_DEMO KE_DATA_DIR PORT
exchange=.venv/bin/knowledge-exchange
database=$KE_DATA_DIR/exchange.sqlite3
migrated=$KE_DATA_DIR/.migrated
loaded=$KE_DATA_DIR/.demo

# Whoever removes the embedded database wants to begin anew.
if [ -z "${KE_DATABASE_URL:-}" ] && [ ! -e "$database" ]; then rm -f "$migrated" "$loaded"; fi

# Nothing to migrate, and a second saved: no migration is newer than the last run.
is_migrated() {
    [ -z "${KE_DATABASE_URL:-}" ] && [ -e "$migrated" ] &&
        [ -z "$(find migrations/versions -name '*.py' -newer "$migrated")" ]
}

if ! is_migrated; then
    "$exchange" migrate
    touch "$migrated"
fi
if [ "$KE_DEMO" = 1 ] && [ ! -e "$loaded" ]; then
    # It refuses a database that already has members, and says so: that one is served as it is.
    if "$exchange" demo; then touch "$loaded"; fi
fi
exec "$exchange" serve --port "$PORT"
