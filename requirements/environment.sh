#!/bin/sh
# Make the virtual environment $1 with the first Python 3.11 or later that can, or say what is missing.
set -u
target=$1
[ -x "$target/bin/python" ] && "$target/bin/python" -c 'import pip' 2>/dev/null && exit 0

candidates="python3 python3.14 python3.13 python3.12 python3.11 python"
old=""
bare=""
for python in $candidates; do
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        old="$old $python ($version)"
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        bare="$bare $python"
    else
        echo "Making $target with $python ($version) ..."
        exec "$python" -m venv --clear "$target"
    fi
done

if [ -n "$bare" ]; then
    echo "Found$bare, but without the module venv. Install it and call make again;" >&2
    echo "on Debian and Ubuntu: apt-get install python3-venv" >&2
else
    echo "Python 3.11 or later is needed; found:${old:- none}. Looked for: $candidates." >&2
fi
exit 1
