"""``deploy/install.sh``, run for real where nothing of this machine can come to harm."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.proxies import DEPLOY
from tests.e2e.program import ROOT, free_port

APART = Path(__file__).with_name("apart.sh")
SCRIPT = DEPLOY / "install.sh"
PASSPHRASE = 'two words, $5 and a "quote"'
SCENE = """
set -eu
mkdir -p /run/systemd/system /opt/wristgate/venv-2019 /opt/wristgate/venv-2020
ln -sfn venv-2020 /opt/wristgate/.venv
cat >/usr/local/bin/systemctl <<'END'
#!/bin/sh
echo "$@" >>/var/systemctl.log
END
cat >/usr/local/bin/brokenpython <<'END'
#!/bin/sh
[ "$1" = -c ] || { mkdir -p "$3/bin" && echo 'no program' >"$3/bin/pip" && chmod 755 "$3/bin/pip"; }
END
cat >/usr/local/bin/quickpython <<'END'
#!/bin/sh
[ "$1" = -c ] || { cp -r /opt/wristgate/.venv/. "$3" && echo : >"$3/bin/pip"; }
END
chmod 755 /usr/local/bin/*python /usr/local/bin/systemctl

PIP_NO_COMPILE=1 deploy/install.sh sync.example.org
ls -A /opt/wristgate
echo "now $(readlink /opt/wristgate/.venv)"
echo 'SYNC_LISTEN_ADDR=127.0.0.1:PORT' >>/etc/wristgate.env
echo 'SYNC_BACKUP_PASSPHRASE=PASSPHRASE' >>/etc/wristgate.env
stat -c '%n %U %a' /etc/wristgate.env /var/lib/wristgate /usr/local/bin/wristgate

# As systemd would: the unit's command, its user, the settings.
wristgate serve >/var/serve.log 2>&1 &
tries=0
until SYNC_LISTEN_ADDR=127.0.0.1:PORT deploy/image/wristgate-healthy 2>/dev/null; do
    tries=$((tries + 1)) && [ $tries -lt 300 ] && kill -0 $! || { cat /var/serve.log && exit 9; }
    sleep 0.1
done
echo healthy
wristgate signin-link
tr '\\0' '\\n' </proc/$(pgrep -f -n -u wristgate 'wristgate serve')/environ | grep ^SYNC_BACKUP
kill $! && wait $! || :

echo "# mine" >>/etc/wristgate.env
now=$(readlink /opt/wristgate/.venv)
PYTHON=/usr/local/bin/brokenpython deploy/install.sh >/var/failed.log 2>&1 && exit 9
echo SYNC_WORKERS=3 >>/etc/wristgate.env
PYTHON=/usr/local/bin/quickpython deploy/install.sh 2>/var/refused.log && exit 9
tail -n 1 /var/refused.log
sed -i /WORKERS/d /etc/wristgate.env
[ "$now" = "$(readlink /opt/wristgate/.venv)" ] && ls /opt/wristgate | wc -w
PYTHON=/usr/local/bin/quickpython deploy/install.sh >/dev/null
[ "$now" != "$(readlink /opt/wristgate/.venv)" ] && ls /opt/wristgate | wc -w
[ -d "/opt/wristgate/$now" ] && tail -n 1 /etc/wristgate.env

deploy/install.sh --uninstall
ls -d /opt/wristgate /etc/systemd/system/wristgate.service /usr/local/bin/wristgate 2>/dev/null || echo gone
ls /var/lib/wristgate/wristgate.db
cat /var/systemctl.log
"""


def apart(tmp_path: Path, script: str) -> list[str]:
    """Run a script apart; its lines. Skips where the kernel or the machine does not allow it."""
    upper = tmp_path / "upper"
    upper.mkdir()
    line = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", str(APART), str(upper)]
    if shutil.which("unshare") is None or subprocess.run([*line, "true"], capture_output=True, check=False).returncode:
        pytest.skip("the installation is tried by root alone, where it may mount (unshare, overlay)")
    if subprocess.run(["/usr/bin/python3", "-c", "import ensurepip"], capture_output=True, check=False).returncode:
        pytest.skip("the installation is tried where the system's Python can make environments: python3-venv")
    done = subprocess.run([*line, "sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_it_installs_upgrades_and_removes(tmp_path: Path) -> None:
    script = SCENE.replace("PORT", str(free_port())).replace("=PASSPHRASE", f"={PASSPHRASE}")
    said = apart(tmp_path, script)
    new = next(line.removeprefix("now ") for line in said if line.startswith("now "))
    first, rest = said[: said.index(f"now {new}")], said[said.index(f"now {new}") + 1 :]
    assert first[-3:] == [".venv", "venv-2020", new], "the release before stays, older ones go"
    assert "for sync.example.org" in "\n".join(first)
    assert rest[:3] == [
        "/etc/wristgate.env root 600", "/var/lib/wristgate wristgate 700", "/usr/local/bin/wristgate root 755",
    ]  # fmt: skip
    assert rest[3] == "healthy"
    assert any(line.startswith("https://sync.example.org/signin?link=") for line in map(str.strip, rest))
    assert f"SYNC_BACKUP_PASSPHRASE={PASSPHRASE}" in rest
    refused = next(at for at, line in enumerate(rest) if "a setting in /etc/wristgate.env is wrong" in line)
    assert rest[refused + 1 : refused + 4] == ["2", "2", "# mine"], "the one in use and the one before it, always"
    assert rest[-10:] == [
        "gone", "/var/lib/wristgate/wristgate.db",
        "daemon-reload", "enable --quiet wristgate", "restart wristgate",
        "daemon-reload", "enable --quiet wristgate", "restart wristgate",
        "disable --now --quiet wristgate", "daemon-reload",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say under which name"),
        (["--what"], "takes the name"),
        (["https://x/"], "is no name like sync.example.com"),
    ],
)
def test_what_it_does_not_understand(tmp_path: Path, words: list[str], said: str) -> None:
    script = f"! {SCRIPT} {' '.join(words)} 2>&1"
    assert said in apart(tmp_path, script)[0]


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    assert "needs Python 3.11" in apart(tmp_path, f"! PYTHON=/bin/false {SCRIPT} sync.example.org 2>&1")[0]
