"""The command of an installed service reads its settings as the service does."""

import subprocess
from pathlib import Path

import pytest

WRAPPER = Path(__file__).parents[2] / "deploy" / "wristgate"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SYNC_X=plain", "plain"), ("SYNC_X=ng6LgCY=", "ng6LgCY="), ("SYNC_X=a=b==", "a=b=="), ("SYNC_X=", ""),
        ('SYNC_X="six words $HOME `id`"', "six words $HOME `id`"), ("SYNC_X='it is = it '", "it is = it "),
        ("SYNC_X=trailing \t ", "trailing"), ("#SYNC_X=no", None), ("", None),
    ],
)  # fmt: skip
def test_a_value_is_what_systemd_gives(tmp_path: Path, line: str, value: str | None) -> None:
    settings = tmp_path / "wristgate.env"
    settings.write_text(f"# settings\n{line}")
    script = WRAPPER.read_text().replace("/etc/wristgate.env", str(settings))
    begin, end = script.index("while IFS"), script.index("exec runuser")  # behind the look whether root asks
    script = script[begin:end] + "exec env"
    told = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True, text=True).stdout.splitlines()
    found = [row.partition("=")[2] for row in told if row.startswith("SYNC_X=")]
    assert found == ([] if value is None else [value])
