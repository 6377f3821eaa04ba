#!/bin/sh
# Write requirements/*.txt anew from the *.in files: exact versions and hashes of every file,
# for Linux and macOS and every Python from 3.11 to 3.13. One resolution for all three, so that what is
# tested is what runs. Then make sure that each of those machines finds a wheel of everything.
set -eu
cd "$(dirname "$0")/.."
tool=var/cache/lock
[ -x "$tool/bin/uv" ] || { sh tools/venv.sh "$tool" && "$tool/bin/python" -m pip install --quiet uv; }

compile() {
    name=$1
    shift
    "$tool/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
        --constraints requirements/platforms.in --output-file "requirements/$name.txt" "$@" "requirements/$name.in"
}

compile test ${UPGRADE---upgrade}
compile run --constraints requirements/test.txt
compile build --constraints requirements/test.txt

for system in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu aarch64-apple-darwin x86_64-apple-darwin; do
    for version in 3.11 3.12 3.13; do
        echo "Looking for wheels: $system, Python $version"
        "$tool/bin/uv" pip install --quiet --no-config --dry-run --target var/cache/lock-target --only-binary :all: \
            --require-hashes --python-platform "$system" --python-version "$version" -r requirements/test.txt
    done
done
