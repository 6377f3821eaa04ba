#!/bin/sh
# Write requirements/*.txt anew from the *.in files: exact versions and hashes of every file,
# for Linux and macOS and every Python from 3.11 on. One resolution for all three, so that what is
# tested is what runs.
set -eu
cd "$(dirname "$0")/.."
tool=var/cache/lock
[ -x "$tool/bin/uv" ] || { sh tools/venv.sh "$tool" && "$tool/bin/python" -m pip install --quiet uv; }

compile() {
    name=$1
    shift
    "$tool/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
        --output-file "requirements/$name.txt" "$@" "requirements/$name.in"
}

compile test --upgrade
compile run --constraints requirements/test.txt
compile build --constraints requirements/test.txt
