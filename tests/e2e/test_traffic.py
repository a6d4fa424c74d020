"""Who has used the gateway how much: counted, written down at the end, told by a command."""

import json
from typing import Any
from urllib.request import Request, urlopen

from tests.e2e import content
from tests.e2e.client import Device, pair
from tests.e2e.conftest import Make
from tests.e2e.program import GUARD, Program


def url(program: Program) -> str:
    return f"http://127.0.0.1:{program.port}/api/v1/garmin"


def bearer(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.token}"}


def rows(program: Program, *words: str) -> dict[str | None, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(program.command("traffic", "--json", *words))}


def test_counts_outlive_the_gateway_and_add_up(make: Make) -> None:
    program = make()
    for turn in range(1, 3):
        program.start()
        with pair(program, str(turn)) as device:
            data = content.small(turn)
            assert device.upload("a.fit", data).status == 200
            assert device.upload("a.fit", data).status == 200  # the same once more
            assert device.ask("GET", "download/nothing").status == 404
            hidden = urlopen(Request(f"{url(program)}/download/no?e=200", headers=bearer(device)), timeout=GUARD)
            assert (hidden.status, json.load(hidden)["ok"]) == (200, False)
        program.stop()
        row = rows(program)[f"fenix {turn}"]
        assert (row["uploads"], row["errors"], row["type"], row["user"]) == (1, 2, "garmin", "owner")
        assert row["requests"] >= 4
        assert row["bytes_in"] > 2 * len(data)
        assert row["bytes_out"] > 0
        assert rows(program)[None]["requests"] >= 2 * turn  # pairing, by nobody
    assert set(rows(program, "--device", "FENIX 1")) == {"fenix 1"}
    assert program.run("traffic", "--user", "nobody@example.com").returncode == 1
    lines = program.command("traffic", "--by", "user").decode().splitlines()
    assert sorted(line.split("\t")[0] for line in lines) == ["no device or key", "owner"]
    [line] = program.command("traffic", "--by", "day").decode().splitlines()
    assert line.split("\t")[4] == "2"
