#!/bin/sh
# Install what pip cannot: the venv module, a browser, dictionaries, and servers where no wheel brings them.
# Uses apt-get as root or with a password-free sudo; where that is not allowed, names what is missing in one line.
# `provide.sh venv` makes $VENV with $PYTHON; `provide.sh tests` sees to the rest. Both do nothing when all is there.
set -eu
VENV=${VENV:-.venv}
PYTHON=${PYTHON:-python3}

may_apt() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {  # the packages named; quiet, and once more after an update when the lists are old or empty
    may_apt || return 1
    echo "Installing $* with apt-get."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        </dev/null >/dev/null 2>&1 && return 0
    as_root apt-get update -qq </dev/null >/dev/null 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        </dev/null >/dev/null 2>&1
}

fail() {
    echo "$*" >&2
    exit 1
}

# ------------------------------------------------------------------------------------------------------------- venv

has_ensurepip() { "$PYTHON" -c 'import venv, ensurepip' >/dev/null 2>&1; }

make_venv() {
    command -v "$PYTHON" >/dev/null 2>&1 || fail "Kuvendo needs Python 3.11 or newer; '$PYTHON' was not found."
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Kuvendo needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"
    if has_ensurepip || { apt_install python3-venv && has_ensurepip; }; then
        "$PYTHON" -m venv "$VENV"
    elif "$PYTHON" -m pip --version >/dev/null 2>&1; then
        "$PYTHON" -m venv --without-pip "$VENV"
        "$PYTHON" -m pip --python "$VENV/bin/python" install --quiet pip || { rm -rf "$VENV"; exit 1; }
    else
        fail "Python's venv module is missing; please run: sudo apt-get install python3-venv"
    fi
}

# ------------------------------------------------------------------------------------------------------------ tests

has_dictionary() {  # its name, for example sq_AL
    for folder in /usr/share/hunspell /usr/share/myspell/dicts; do
        [ -r "$folder/$1.dic" ] && return 0
    done
    return 1
}

has_server() { "$VENV/bin/python" tests/servers.py "$1" >/dev/null 2>&1; }

has_driver() { "$VENV/bin/python" -m playwright --version >/dev/null 2>&1; }

install_chromium() {
    # Debian has it as a package; Ubuntu's package is an empty hull around snap, so there Playwright brings its own.
    if apt-cache show chromium 2>/dev/null | grep -q '^Depends:.*libc6' && apt_install chromium; then return 0; fi
    if may_apt; then
        as_root "$VENV/bin/python" -m playwright install-deps chromium </dev/null >/dev/null 2>&1 || true
    fi
    "$VENV/bin/python" -m playwright install chromium </dev/null >/dev/null 2>&1
}

need() {  # name for people · Debian package · check · cure
    eval "$3" && return 0
    eval "$4" || true
    eval "$3" && return 0
    missing="$missing $2"
    echo "Missing for the tests: $1 (apt-get install $2)." >&2
}

provide_tests() {
    missing=""
    if may_apt && [ -z "$(ls /var/lib/apt/lists/*Packages* 2>/dev/null)" ]; then
        as_root apt-get update -qq </dev/null >/dev/null 2>&1 || true
    fi
    need "the Albanian dictionary" myspell-sq "has_dictionary sq_AL" "apt_install myspell-sq"
    need "the English dictionary" hunspell-en-gb "has_dictionary en_GB" "apt_install hunspell-en-gb"
    need "PostgreSQL" postgresql "has_server postgres" "apt_install postgresql"
    need "Redis" redis-server "has_server redis" "apt_install redis-server"
    need "a library of the browser's driver" libatomic1 "has_driver" "apt_install libatomic1"
    need "Chromium" chromium "has_server chromium" "install_chromium"
    [ -z "$missing" ] || fail "Please run: sudo apt-get install$missing"
}

case "${1:-}" in
    venv) make_venv ;;
    tests) provide_tests ;;
    *) fail "usage: provide.sh venv|tests" ;;
esac
