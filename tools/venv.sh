#!/bin/sh
# Make the virtual environment with the best Python of this machine; say in one line what is missing.
set -eu
folder=$1

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2])' >/dev/null 2>&1
}

how_to_install() {
    if command -v apt-get >/dev/null 2>&1; then
        echo "    sudo apt-get install -y $1"
    elif command -v brew >/dev/null 2>&1; then
        echo "    brew install $2"
    else
        echo "    install Python 3.11 or newer from https://www.python.org/downloads/"
    fi
}

for python in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    fits "$python" && break
    python=
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed. Install it with:" >&2
    how_to_install "python3 python3-venv" python@3.13 >&2
    exit 1
fi
# Debian splits venv off: ensurepip is what is missing there.
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    echo "This Python cannot make virtual environments yet. Install what it lacks with:" >&2
    how_to_install python3-venv python@3.13 >&2
    exit 1
fi
if [ -x "$folder/bin/python" ] && fits "$folder/bin/python"; then
    exit 0
fi
echo "Making $folder with $("$python" --version) ..."
"$python" -m venv --clear "$folder"
