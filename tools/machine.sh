#!/bin/sh
# What kpa asks of the machine, before there is any Python environment of its own:
#   machine.sh venv DIR     make DIR with the standard library, from Python 3.11 or newer
#   machine.sh chromium     find a Chromium for the browser tests, or install it where permitted
set -eu

say() { printf 'kpa: %s\n' "$*" >&2; }

may_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; }

# A fresh machine has no package lists, an old one has lists that name vanished files: update first.
debian_install() {
    say "installing $* with apt-get"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Version managers leave commands that exist and do not run, so each candidate is run.
find_python() {
    for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
        then
            command -v "$name"
            return
        fi
    done
    say "no Python 3.11 or newer found. Install python3.11 (Debian 12 has it), or say which one" \
        "to use: make PYTHON=/path/to/python3.11 …"
    return 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "$python has no ensurepip, which a new environment needs; Debian keeps it in a package" \
            "of its own, python$version-venv"
        if ! may_install; then
            say "as administrator, run: apt-get install python$version-venv"
            return 1
        fi
        debian_install "python$version-venv"
    fi
    say "making $1 with $python"
    # Half an environment would look whole to make: leave none behind.
    trap 'rm -rf "$1"; exit 1' HUP INT TERM
    "$python" -m venv --clear "$1" || { rm -rf "$1"; return 1; }
}

find_chromium() {
    for name in "${KPA_CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then return; fi
    done
    return 1
}

need_chromium() {
    if find_chromium; then return; fi
    if may_install && debian_install chromium && find_chromium; then return; fi
    case ",${KPA_ALLOW_SKIP:-}," in
        *,chromium,*) say "NO CHROMIUM: the browser tests will be skipped, as KPA_ALLOW_SKIP asks" ;;
        *)
            say "no Chromium, and it cannot be installed from here. As administrator, run:" \
                "apt-get install chromium; or accept the gap aloud: KPA_ALLOW_SKIP=chromium make test"
            return 1
            ;;
    esac
}

case "${1:-}" in
    venv) make_venv "${2:?which folder}" ;;
    chromium) need_chromium ;;
    *) say "usage: machine.sh venv DIR | machine.sh chromium"; exit 2 ;;
esac
