"""What the Dockerfile says, for the tests of what has to agree with it."""

import ast
import re

from tests.e2e.program import ROOT

USER = 10001
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def environment() -> dict[str, str]:
    [line] = re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE)
    return dict(row.split("=", 1) for row in line.split())


def listening() -> int:
    return int(environment()["SYNC_LISTEN_ADDR"].rpartition(":")[2])


def data_folder() -> str:
    return environment()["SYNC_DATA_DIR"]


def healthcheck() -> list[str]:
    [command] = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    words: list[str] = ast.literal_eval(command)
    return words


def copied() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    return [source.rstrip("/") for line in lines for source in line.split()[:-1]]


def entry() -> str:
    [command] = re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)
    [word] = ast.literal_eval(command)
    return str(word)
