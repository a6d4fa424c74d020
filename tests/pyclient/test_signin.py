"""A device that registers, and renews its tokens by itself."""

from dataclasses import replace

import pytest

from gateway.client import Client, Credentials, Refused, register
from gateway.client.identity import SignIn
from gateway.simwatch.localgateway import LocalGateway
from tests.http.store import PASSWORD, unique


def signed_in(client: Client) -> SignIn:
    identity = client._transport._identity
    assert isinstance(identity, SignIn)
    return identity


@pytest.fixture
def kept(gateway: LocalGateway, folder: str) -> Credentials:
    email = f"{folder.rpartition('/')[2].replace('_', '')}@example.com"
    return register(gateway.url, email, PASSWORD, "laptop")


def test_a_device_registers_and_works(gateway: LocalGateway, kept: Credentials) -> None:
    told: list[Credentials] = []
    with Client(gateway.url, credentials=kept, renewed=told.append) as client:
        me = client.me()
        assert (me.name, me.id, me.folder) == ("laptop", kept.device_id, None)
        assert "account" in me.scopes
        [fresh] = told
        assert fresh == replace(kept, refresh_token=fresh.refresh_token) != kept
        client.status()
        assert len(told) == 1
    for secret in (kept.device_secret, kept.refresh_token):
        assert secret not in repr(kept) + repr(client) + repr(vars(signed_in(client)))
    with Client(gateway.url, credentials=fresh) as later:
        assert later.me().id == kept.device_id


def test_an_access_token_that_is_refused_is_renewed(gateway: LocalGateway, kept: Credentials, folder: str) -> None:
    told: list[Credentials] = []
    with Client(gateway.url, credentials=kept, renewed=told.append) as client:
        client.me()
        signed_in(client)._access = "garbage"
        assert client.upload(unique(400_000), to=f"{folder}/a").version == 1
        signed_in(client)._access = "garbage"
        assert client.me().id == kept.device_id
        assert len(told) == 3


def test_an_access_token_is_renewed_before_it_ends(gateway: LocalGateway, kept: Credentials) -> None:
    told: list[Credentials] = []
    now = 1000.0
    with Client(gateway.url, credentials=kept) as client:
        client._transport._identity = SignIn(kept, told.append, lambda: now)
        client.me()
        now += 900 - 61
        client.me()
        assert len(told) == 1
        now += 2
        client.me()
        assert len(told) == 2


def test_a_refresh_token_that_is_void_is_no_end(gateway: LocalGateway, kept: Credentials) -> None:
    told: list[Credentials] = []
    stale = replace(kept, refresh_token="garbage")
    with Client(gateway.url, credentials=stale, renewed=told.append) as client:
        assert client.me().id == kept.device_id
    assert len(told) == 1


def test_a_device_that_was_shut_out_is_told(gateway: LocalGateway, kept: Credentials) -> None:
    with Client(gateway.url, credentials=kept) as client:
        client.ask("DELETE", f"devices/{kept.device_id}")
        with pytest.raises(Refused) as refused:
            client.me()
    assert refused.value.status == 401


@pytest.mark.usefixtures("kept")
def test_a_wrong_password(gateway: LocalGateway) -> None:
    with pytest.raises(Refused) as refused:
        register(gateway.url, "testawrongpassword0@example.com", "not " + PASSWORD, "laptop")
    assert refused.value.status in {401, 403}
    assert PASSWORD not in str(refused.value)
