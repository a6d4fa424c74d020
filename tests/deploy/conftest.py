"""A gateway with the settings of ``deploy/``, and each proxy before it."""

from collections.abc import Iterator

import pytest

from tests.deploy.authority import Certificate, certify
from tests.deploy.callers import Front
from tests.deploy.proxies import DEPLOY, PROXIES, Proxy
from tests.e2e.program import Program, free_port


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certify(tmp_path_factory.mktemp("certificate"))


def settings() -> dict[str, str]:
    """What ``deploy/wristgate.env`` says, but for the data folder."""
    lines = (DEPLOY / "wristgate.env").read_text().splitlines()
    rows = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    del rows["SYNC_DATA_DIR"]
    return rows


@pytest.fixture(scope="package")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """On a port that stays the same, so that it can come back."""
    program = Program(tmp_path_factory.mktemp("behind"), settings() | {"SYNC_RATE_KEY": "0"}, port=free_port())
    yield program.start()
    program.end()


@pytest.fixture(scope="package", params=PROXIES, ids=lambda proxy: proxy.name)
def front(
    request: pytest.FixtureRequest, gateway: Program, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """One of the proxies before the gateway."""
    kind: type[Proxy] = request.param
    proxy = kind(tmp_path_factory.mktemp(kind.name), certificate, gateway.port).start()
    yield Front(proxy, gateway)
    proxy.stop()
