"""``wristgate refused`` on files that a real gateway has refused."""

import json
import subprocess
from pathlib import Path

import pytest

from gateway import formats, wording
from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.cli.test_config import run
from tests.client import Api
from tests.samples import START, fit

RUN = RUN_FILE.read_bytes()


def refused(gateway: LocalGateway, *words: str) -> subprocess.CompletedProcess[str]:
    return run("refused", *words, SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"], TZ="UTC")


def refuse(device: Api, name: str, data: bytes, status: int = 422) -> None:
    assert device.upload(name, data).status == status


def listed(gateway: LocalGateway, name: str) -> dict[str, object]:
    [row] = [row for row in json.loads(refused(gateway, "--json").stdout) if row["name"] == name]
    return row


def test_list_and_repair(gateway: LocalGateway, device: Api) -> None:
    cut = RUN[: len(RUN) // 2]
    refuse(device, "half.fit", cut)
    refuse(device, "broken.gpx", b"<gpx><trk>")
    lines = {line.split("\t")[1]: line.split("\t") for line in refused(gateway).stdout.splitlines()}
    key, _, _, sender, size, why, saved = lines["half.fit"]
    assert (sender, size) == ("fenix 7", wording.size(len(cut)))
    assert why == f"the file is cut short, {len(RUN) - len(cut):,} bytes are missing"
    assert saved == "23 of about 45 min, until 2026-09-20 04:52"
    assert lines["broken.gpx"][6] == "nothing"

    row = listed(gateway, "half.fit")
    assert (row["id"], row["error"], row["repaired"], row["original"]) == (key, "invalid_file", None, None)
    salvage = row["salvage"]
    assert isinstance(salvage, dict)
    assert (salvage["start"], salvage["until"]) == (START, START + salvage["seconds"])
    assert salvage["records"] == salvage["seconds"] + 1
    assert listed(gateway, "broken.gpx")["salvage"] is None

    done = refused(gateway, "repair", key)
    assert done.stdout.splitlines() == [
        f"/activities/half (repaired).fit: {saved}", "/backups/fenix 7/half.fit: the file as it came",
    ]  # fmt: skip
    again = refused(gateway, "repair", key)
    assert again.returncode == 0
    assert [line.partition(": ")[0] for line in again.stdout.splitlines()] == ["was there already"] * 2
    repaired = gateway.command("get", "/activities/half (repaired).fit")
    assert formats.read(repaired).records == salvage["records"]
    assert gateway.command("get", "/backups/fenix 7/half.fit") == cut
    assert listed(gateway, "half.fit")["repaired"] == "/activities/half (repaired).fit"
    assert "repaired: /activities/half (repaired).fit" in refused(gateway).stdout


def test_get_and_discard(gateway: LocalGateway, device: Api, tmp_path: Path) -> None:
    data = fit()[:-1]
    refuse(device, "tail.fit", data)
    key = str(listed(gateway, "tail.fit")["id"])
    target = tmp_path / "copy.fit"
    assert refused(gateway, "get", key, "-o", str(target)).returncode == 0
    assert target.read_bytes() == data
    assert gateway.command("refused", "get", key) == data
    assert refused(gateway, "discard", key).stdout == f"Discarded tail.fit ({key}).\n"
    assert "tail.fit" not in refused(gateway).stdout


def test_what_cannot_be_done_is_a_sentence(gateway: LocalGateway, device: Api) -> None:
    refuse(device, "noise.fit", bytes(range(64)), 415)
    key = str(listed(gateway, "noise.fit")["id"])
    assert refused(gateway, "repair", key).returncode == 1
    for words in (("repair", "aaaaaaaaaaaa"), ("get", "aaaaaaaaaaaa"), ("discard", "aaaaaaaaaaaa")):
        done = refused(gateway, *words)
        assert (done.returncode, done.stderr) == (1, "wristgate: no refused file aaaaaaaaaaaa\n")
    for words in (("--json", "repair", key), ("--user", "a@example.com", "discard", key)):
        done = refused(gateway, *words)
        assert done.returncode == 2
        assert "options go behind the command" in done.stderr
    assert refused(gateway, "--user", "nobody@example.com").returncode == 1


@pytest.mark.parametrize("word", ["repair", "get", "discard"])
def test_each_has_help_with_an_example(word: str) -> None:
    assert f"wristgate refused {word} k3v7" in run("refused", word, "--help").stdout


def test_nothing_refused(tmp_path: Path) -> None:
    home = {"SYNC_DATA_DIR": str(tmp_path / "data")}
    run("add", str(RUN_FILE), **home)
    done = run("refused", **home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "No file was refused.\n")
    assert run("refused", "--json", **home).stdout == "[]\n"
