#!/bin/sh
# Installs Wristgate as a service on Debian, Ubuntu and their like, or upgrades it; run it again after each git pull.
#
#   sudo deploy/install.sh sync.example.com    the name under which the world reaches this machine
#   sudo deploy/install.sh                     upgrade; the settings stay
#   sudo deploy/install.sh --uninstall         removes the program; data, settings and user stay
#
# It makes, and makes nothing else:
#   /opt/wristgate/venv-…                  one Python environment a release; .venv leads to the one in use
#   /etc/wristgate.env                     settings; never overwritten
#   /etc/systemd/system/wristgate.service  the service
#   /usr/local/bin/wristgate               the command
#   /var/lib/wristgate                     data, of the user wristgate
set -eu
umask 022
PATH="$PATH:/usr/sbin:/sbin"
cd "$(dirname "$0")/.."

HOME_DIR=/opt/wristgate
SETTINGS=/etc/wristgate.env
UNIT=/etc/systemd/system/wristgate.service
COMMAND=/usr/local/bin/wristgate
DATA=/var/lib/wristgate

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

# systemd does not run in a container or a chroot: files are put in their places, and nothing is started.
has_systemd() { [ -d /run/systemd/system ]; }

find_python() {
    for name in ${PYTHON:-/usr/bin/python3 python3.14 python3.13 python3.12 python3.11}; do
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$name" && return
    done
    fail "needs Python 3.11 or newer (Debian 12, Ubuntu 24.04); elsewhere say where it is: PYTHON=/path/to/python3"
}

uninstall() {
    has_systemd && systemctl disable --now --quiet wristgate 2>/dev/null
    rm -rf "$HOME_DIR"/venv-* "$HOME_DIR/.venv" "$UNIT" "$COMMAND"
    rmdir "$HOME_DIR" 2>/dev/null || :
    has_systemd && systemctl daemon-reload
    echo "Wristgate is removed. What is yours is still there:"
    echo "  $DATA  all files and the database"
    echo "  $SETTINGS  the settings"
    echo "To remove them as well: sudo rm -r $DATA $SETTINGS && sudo userdel wristgate"
}

build() { # Beside the release in use, so that a failure changes nothing.
    python=$(find_python)
    getent passwd wristgate >/dev/null || useradd --system --home-dir "$DATA" --shell /usr/sbin/nologin wristgate
    "$python" -c 'import ensurepip' 2>/dev/null || fail "Python cannot make environments: sudo apt install python3-venv"
    new=$HOME_DIR/venv-$(date +%Y%m%d-%H%M%S)
    trap 'rm -rf "$new"' EXIT
    trap 'exit 1' HUP INT TERM
    echo "Building $new ..."
    "$python" -m venv "$new"
    "$new/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
    "$new/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation .
    (cd / && runuser -u wristgate -- "$new/bin/wristgate" --help) >/dev/null || fail "the user wristgate cannot run it"
}

install_files() {
    install -d -o wristgate -g wristgate -m 700 "$DATA"
    [ -e "$SETTINGS" ] || sed "s/sync\.example\.com/$1/" deploy/wristgate.env | install -m 600 /dev/stdin "$SETTINGS"
    [ -z "$1" ] || grep -q "//$1" "$SETTINGS" || echo "$SETTINGS stays as it is: the name there is another"
    install -m 644 deploy/wristgate.service "$UNIT"
    install -m 755 deploy/wristgate "$COMMAND"
    [ -L "$HOME_DIR/.venv" ] || rm -rf "$HOME_DIR/.venv"
    old=$(readlink "$HOME_DIR/.venv" || :)
    ln -sfn "${new##*/}" "$HOME_DIR/.venv"
    if ! "$COMMAND" config >/dev/null; then
        [ -z "$old" ] || ln -sfn "$old" "$HOME_DIR/.venv"
        fail "a setting in $SETTINGS is wrong; nothing was restarted"
    fi
    trap - EXIT
    for release in "$HOME_DIR"/venv-*; do # this one and the one before it
        case ${release##*/} in "${new##*/}" | "$old") ;; *) rm -rf "$release" ;; esac
    done
}

start() {
    if has_systemd; then
        systemctl daemon-reload
        systemctl enable --quiet wristgate
        systemctl restart wristgate || fail "it does not start: journalctl -u wristgate -n 30"
        echo "Wristgate runs; its log: journalctl -u wristgate"
    else
        echo "systemd does not run here, so nothing was started. Where it does: systemctl enable --now wristgate"
    fi
    name=$(sed -n 's,^SYNC_BASE_URL=https*://,,p' "$SETTINGS")
    echo "Next:"
    echo "  1. Caddy (deploy/Caddyfile) or nginx (deploy/nginx.conf) in front, for $name"
    echo "  2. sudo wristgate signin-link     then open the link"
    echo "  3. pair the watch at https://$name/pair"
    echo "What to check, and all other ways: docs/deploying.md"
}

[ "$(id -u)" = 0 ] || fail "run it as root: sudo deploy/install.sh"
case ${1-} in
--uninstall) uninstall && exit ;;
-*) fail "takes the name of this machine, or --uninstall" ;;
*[!A-Za-z0-9.-]*) fail "'$1' is no name like sync.example.com" ;;
'') [ -e "$SETTINGS" ] || fail "say under which name the world reaches this machine: sudo deploy/install.sh sync.example.com" ;;
esac
build
install_files "${1-}"
start
