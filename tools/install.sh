#!/bin/sh
# Install locked, hashed requirements into a virtual environment: `install.sh .venv run` or `... test`.
set -eu
python=$1/bin/python
what=$2

if [ "$what" = run ]; then
    echo "Installing the locked dependencies (once; about half a minute) ..."
    set -- -r requirements/run.txt -r requirements/build.txt
else
    echo "Installing the test tools (once; about a minute) ..."
    set -- -r requirements/test.txt
fi
# --no-compile: most of these modules are never imported; those that are get compiled when they first are.
"$python" -m pip install --quiet --require-hashes --no-deps --only-binary :all: --no-compile "$@"
if [ "$what" = run ]; then
    # The console script, pointing at this checkout; setuptools is already there at its locked version.
    "$python" -m pip install --quiet --no-deps --no-build-isolation --editable .
fi
