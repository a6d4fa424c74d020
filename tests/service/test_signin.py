"""Devices sign in: passwords, access tokens, refresh tokens, and what ends them at once."""

import base64
import hmac
import json
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest

from gateway import secretfile
from gateway.auth import jwt as tokens
from gateway.auth.jwt import LEEWAY, TOKEN_SECONDS, TokenKey
from gateway.errors import BadRequest, Busy, Forbidden, NotFound, Unauthorized
from gateway.model import DeviceType, Scope, User
from gateway.service import signin
from gateway.service.access import by_command, may, sender_name, still_allowed
from gateway.service.signin import Pair, Registered, SignIn
from tests.service.harness import NOW, Services


def refuses(call: Callable[[], Any], error: type[Exception] = Unauthorized) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def refresh(services: Services, token: str) -> Pair | Unauthorized:
    outcome: Pair | Unauthorized = services.write(services.signin.refresh(token))
    return outcome


def renewed(services: Services, token: str) -> Pair:
    pair = refresh(services, token)
    assert isinstance(pair, Pair)
    return pair


def login(services: Services, registered: Registered) -> Pair:
    pair: Pair = services.write(services.signin.login(registered.device.id, registered.secret))
    return pair


def closed(services: Services) -> SignIn:
    return SignIn(services.store, services.accounts, services.token_key, services.clock)


def test_a_device_registers_and_is_known(services: Services) -> None:
    made = services.register(name="  my/laptop\x00 ", kind="linux")
    assert (made.device.name, made.device.folders, made.device.ident) == ("my-laptop", (), made.device.id)
    assert made.pair.expires_in == 900
    access = services.access(made.pair.access_token)
    assert (access.user, access.project) == (made.device.user, made.device.project)
    assert access.scopes == frozenset(Scope)
    assert access.device is not None
    assert access.device.id == access.actor.sender == made.device.id
    assert access.folder is None
    me = services.signin.me(access)
    assert (me.user.email, me.project) == ("ana@example.com", "home")


def test_names_are_unique_among_the_devices_of_a_user(services: Services) -> None:
    names = [services.register(name=name).device.name for name in ("Phone", "phone", "PHONE", "con")]
    assert names == ["Phone", "phone (2)", "PHONE (3)", "linux"]
    assert services.register("bob@example.com", "Phone").device.name == "Phone"


def test_the_token_for_nonces_stays_the_same_for_a_device(services: Services) -> None:
    made, other = services.register(), services.register()
    one, two = services.access(made.pair.access_token), services.access(login(services, made).access_token)
    assert one.token == two.token != services.access(other.pair.access_token).token
    assert one.family != two.family


def test_wrong_passwords_and_unknown_e_mails_answer_alike(services: Services) -> None:
    services.register()
    shut = closed(services)
    wrong = refuses(lambda: shut.register("ana@example.com", "wrong horse", "x", "web"))
    unknown = refuses(lambda: shut.register("eve@example.com", "correct horse", "x", "web"))
    assert wrong == unknown
    assert services.write(shut.register(" ANA@example.com", "correct horse", "x", "web")).device.name == "x"
    assert refuses(lambda: services.register(kind="garmin"), BadRequest).startswith("type:")


def test_a_password_that_changes_meanwhile_registers_nobody(services: Services) -> None:
    services.register()
    write = services.signin.register("ana@example.com", "correct horse", "x", "web")
    user = services.accounts.find("ana@example.com")
    link = services.write(services.accounts.link(user))
    services.write(services.accounts.use_link(link, "ana@example.com", "another horse"))
    refuses(lambda: services.write(write))


def test_login_fails_alike_whatever_is_wrong(services: Services) -> None:
    made, gone, watch = services.register(), services.register(), services.pair()
    services.write(services.devices.revoke(gone.device.id))
    tries = [
        ("aaaaaaaaaaaa", made.secret), (made.device.id, "wrong"), (made.device.id, gone.secret),
        (gone.device.id, gone.secret), (watch.device.id, ""), (watch.device.id, "None"), (made.device.id, "\ud800"),
    ]  # fmt: skip
    said = {refuses(lambda pair=pair: services.signin.login(*pair)) for pair in tries}
    assert len(said) == 1
    services.access(login(services, made).access_token)


def test_a_refresh_token_gives_the_same_pair_for_a_minute(services: Services) -> None:
    first = services.register().pair
    services.now += 1000
    second = renewed(services, first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token
    services.now += 60
    again = renewed(services, first.refresh_token)
    assert (again.access_token, again.refresh_token) == (second.access_token, second.refresh_token)
    assert (second.expires_in, again.expires_in) == (900, 840)
    services.access(again.access_token)
    third = renewed(services, second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert renewed(services, first.refresh_token).refresh_token == second.refresh_token


def test_a_refresh_token_that_comes_back_later_ends_the_sign_in(services: Services) -> None:
    made = services.register()
    other = login(services, made)
    second = renewed(services, made.pair.refresh_token)
    services.now += 61
    assert isinstance(refresh(services, made.pair.refresh_token), Unauthorized)
    refuses(lambda: services.access(second.access_token))
    refuses(lambda: services.access(made.pair.access_token))
    refuses(lambda: refresh(services, second.refresh_token))
    services.access(other.access_token)  # another sign-in of the device goes on
    login(services, made)


def test_two_refreshes_at_once_get_one_pair(services: Services) -> None:
    token = services.register().pair.refresh_token
    one, two = services.signin.refresh(token), services.signin.refresh(token)  # both looked before either wrote
    assert services.write(one) == services.write(two)


def test_the_next_token_cannot_be_made_from_the_old_one(services: Services, tmp_path: Path) -> None:
    first = services.register().pair
    second = renewed(services, first.refresh_token)
    (tmp_path / "other").mkdir()
    other = TokenKey(tmp_path / "other" / tokens.FILE)
    assert other.derive(first.refresh_token, "refresh token") != second.refresh_token
    assert services.token_key.derive(first.refresh_token, "refresh token") == second.refresh_token


def test_a_refresh_token_waits_90_days(services: Services) -> None:
    made = services.register()
    services.now += signin.REFRESH_SECONDS - 1
    second = renewed(services, made.pair.refresh_token)
    services.now += signin.REFRESH_SECONDS
    refuses(lambda: refresh(services, second.refresh_token))
    refuses(lambda: refresh(services, "nonsense"))
    login(services, made)


def test_of_many_sign_ins_the_oldest_end(services: Services) -> None:
    made = services.register()
    pairs = [made.pair]
    for _ in range(signin.SIGN_INS):
        services.now += 1
        pairs.append(login(services, made))
    refuses(lambda: services.access(pairs[0].access_token))
    for pair in pairs[1:]:
        services.access(pair.access_token)


def test_logging_out_ends_one_sign_in(services: Services) -> None:
    made = services.register()
    other = login(services, made)
    access = services.access(made.pair.access_token)
    services.write(services.signin.logout(access))
    refuses(lambda: services.access(made.pair.access_token))
    refuses(lambda: refresh(services, made.pair.refresh_token))
    refuses(lambda: services.write(lambda transaction: still_allowed(transaction, access)))
    services.access(other.access_token)


def test_a_revoked_device_is_out_at_once(services: Services) -> None:
    made = services.register()
    access = services.access(made.pair.access_token)
    prepared = services.signin.login(made.device.id, made.secret), services.signin.refresh(made.pair.refresh_token)
    services.write(services.devices.revoke(made.device.id))
    refuses(lambda: services.access(made.pair.access_token))
    refuses(lambda: refresh(services, made.pair.refresh_token))
    refuses(lambda: services.write(services.accesses.greet(access)))
    for write in prepared:
        refuses(lambda write=write: services.write(write))
    with services.store.read() as transaction:
        assert sender_name(transaction, made.device.id) == "laptop"
        assert sender_name(transaction, "aaaaaaaaaaaa") is None


def test_pairing_what_was_revoked_revives_no_sign_in(services: Services) -> None:
    made = services.register(kind="iot")
    user = services.accounts.find("ana@example.com")
    services.write(services.devices.revoke(made.device.id))
    started = services.write(services.pairings.start(DeviceType.IOT, made.device.ident, "box", None, "127.0.0.1"))
    assert services.write(services.pairings.confirm(user, started.code)).id == made.device.id
    refuses(lambda: login(services, made))
    refuses(lambda: services.access(made.pair.access_token))
    refuses(lambda: refresh(services, made.pair.refresh_token))


def test_who_was_here_is_noted_once_a_minute(services: Services) -> None:
    made = services.register()
    token = made.pair.access_token
    assert not services.accesses.authenticate(token).news  # signing in was noted
    services.now += 60
    seen = services.accesses.authenticate(token)
    assert seen.news
    services.write(services.accesses.greet(seen.access))
    again = services.accesses.authenticate(token)
    assert not again.news
    assert again.access.device is not None
    assert again.access.device.last_seen == NOW + 60


def test_an_access_token_holds_for_15_minutes(services: Services) -> None:
    token = services.register().pair.access_token
    services.now += TOKEN_SECONDS + LEEWAY - 1
    services.access(token)
    services.now += 1
    assert "refresh" in refuses(lambda: services.access(token))
    services.now = NOW - LEEWAY - 1
    refuses(lambda: services.access(token))


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_forged_tokens(services: Services) -> None:
    made = services.register()
    good = made.pair.access_token
    head, body, signature = good.split(".")
    key = (services.folder / tokens.FILE).read_bytes()
    header, claims = jwt.get_unverified_header(good), jwt.decode(good, options={"verify_signature": False})
    kid = {"kid": header["kid"]}

    def signed(changed: dict[str, object], secret: bytes = key, algorithm: str = "sha256", **headers: object) -> str:
        kept = {name: value for name, value in (claims | changed).items() if value is not ...}
        text = f"{part(header | headers)}.{part(kept)}"
        return f"{text}.{part(hmac.digest(secret, text.encode(), algorithm))}"

    assert services.access(signed({})).device == services.access(good).device  # the tool forges well
    stranger = services.register("bob@example.com")
    forged = [
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{body}.", f"{part({'alg': 'none', **kid})}.{body}.{signature}",
        f"{head}.{body}.", f"{head}.{body}", f"{head}.{body}.{signature[:-2]}", f"{head}.{body}.{signature}x",
        f"{head}.{part(claims | {'dev': stranger.device.id})}.{signature}", f"{good}.", f" {good}", "..", "", "a.b.c",
        f"{head}.{'A' * 5000}.{signature}", f"{part(b'[' * 100_000)}.{body}.{signature}",
        f"{head}.{part(b'[' * 700)}.x",
        "\ud800.\ud800.\ud800", "ä.ö.ü", good.replace(".", "\n.", 1),
        signed({}, b"x" * 32), signed({}, b"x" * 64, "sha512", alg="HS512"), signed({}, key, "sha384", alg="HS384"),
        signed({}, kid="00000000"), signed({}, alg="none"), signed({}, alg="RS256"), signed({}, typ="at+jwt"),
        signed({}, jku="https://example.com/keys"), signed({}, crit=["exp"]),
        signed({"aud": "wristgate-web"}), signed({"aud": ["wristgate-store"]}), signed({"iss": "somebody"}),
        *(signed({name: ...}) for name in claims),
        *(signed({name: "later"}) for name in ("iat", "exp")), *(signed({name: True}) for name in ("iat", "exp")),
        *(signed({name: 1.5e9}) for name in ("iat", "exp")), *(signed({name: None}) for name in claims),
        *(signed({name: value}) for name in ("dev", "fam") for value in (7, ["x"], {"x": 1}, "aaaaaaaaaaaa")),
        signed({"exp": NOW - LEEWAY}), signed({"iat": NOW + LEEWAY + 1}), signed({"nbf": 1 << 40}),
        signed({"dev": stranger.device.id}), signed({"sub": stranger.device.user}),
        services.pair().token.hex(), f"wg_{good}", "wg_", "wg_" + "a" * 43,
    ]  # fmt: skip
    taken = []
    for token in forged:
        with suppress(Unauthorized):
            taken.append((token, services.access(token)))
    assert taken == []


def test_the_key_is_private_and_the_same_for_processes_that_make_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / tokens.FILE
    program = "import sys; from pathlib import Path; from gateway.auth.jwt import TokenKey; sys.stdin.read(1)\n"
    program += "print(TokenKey(Path(sys.argv[1])).derive('a', 'b'))"
    line = [sys.executable, "-c", program, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    makers = [subprocess.Popen(line, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    for maker in makers:
        maker.stdin.write("x")
        maker.stdin.flush()
    said = {maker.communicate(timeout=60)[0].strip() for maker in makers}
    assert said == {TokenKey(path).derive("a", "b")}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert [item.name for item in tmp_path.iterdir()] == [tokens.FILE]


def test_a_key_that_another_process_makes_meanwhile_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / tokens.FILE
    monkeypatch.setattr(secretfile.fcntl, "flock", lambda *_: path.write_bytes(b"k" * 32))  # while this one waited
    derived = TokenKey(path).derive("a", "b")
    assert path.read_bytes() == b"k" * 32
    assert derived == TokenKey(path).derive("a", "b")


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_damaged_key_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / tokens.FILE
    TokenKey(path).check()  # there need not be one
    assert not path.exists()
    path.write_bytes(content)
    said = refuses(TokenKey(path).check, Busy)
    assert said == "token.key in the data folder is damaged: remove it and start again"
    assert path.read_bytes() == content


def membership(services: Services, owner: User, name: str, member: str, role: str) -> str:
    """A second project of ``owner``; there is no call for that yet."""
    project = f"p{name[:11]:a<11}"

    def write(transaction: Any) -> None:
        run = transaction.users._run
        run("insert into projects (id, name, owner, epoch) values (:p, :n, :o, 'e')", p=project, n=name, o=owner.id)
        run("insert into memberships values (:p, :u, :r)", p=project, u=member, r=role)

    services.write(write)
    return project


def test_a_project_by_id_or_name_with_what_the_role_allows(services: Services) -> None:
    made = services.register()
    token, user = made.pair.access_token, made.device.user
    club = membership(services, services.owner, "club", user, "reader")
    team = membership(services, services.owner, "team", user, "writer")
    secret = membership(services, services.owner, "secret", services.owner.id, "owner")
    theirs = membership(services, services.owner, "home", user, "writer")
    for name in (club, "club"):
        access = services.access(token, name)
        assert (access.project, access.scopes) == (club, {Scope.READ, Scope.ACCOUNT})
        assert not may(access, Scope.UPLOAD)
        assert services.signin.me(access).project == "club"
    assert services.access(token, "team").scopes == frozenset(Scope)
    assert services.access(token, team).actor.project == team
    assert services.access(token, "home").project == made.device.project  # one's own goes before others'
    assert services.access(token, theirs).project == theirs
    for name in (secret, "secret", "nothing", "", services.owner.project):
        refuses(lambda name=name: services.access(token, name), NotFound)


def test_who_waits_long_is_asked_again(services: Services) -> None:
    """A token that has expired, and a project that one has left, end what goes on with them."""
    token = services.register().pair.access_token
    access = services.access(token)
    assert access.device is not None
    inside = services.access(token, membership(services, services.owner, "team", access.device.user, "writer"))
    for each in (access, inside):
        services.sync.check(each)
    services.write(lambda transaction: transaction.users._run("delete from memberships where role = 'writer'"))
    services.sync.check(access)
    refuses(lambda: services.sync.check(inside), NotFound)
    services.now += tokens.TOKEN_SECONDS + tokens.LEEWAY - 1
    services.sync.check(access)
    services.now += 1
    assert "expired" in refuses(lambda: services.sync.check(access), Unauthorized)


def test_a_command_is_allowed_and_has_no_sign_in(services: Services) -> None:
    access = by_command(services.owner)
    services.write(lambda transaction: still_allowed(transaction, access))
    refuses(lambda: services.write(lambda transaction: still_allowed(transaction, replace(access, operator=False))))
    refuses(lambda: services.signin.logout(access), Forbidden)
    device = services.register().device
    refuses(lambda: services.write(lambda transaction: still_allowed(transaction, replace(access, device=device))))


def test_no_secret_lies_in_the_database(services: Services) -> None:
    made = services.register()
    pairs = [made.pair, login(services, made), renewed(services, made.pair.refresh_token)]
    secrets = [
        made.secret,
        "correct horse",
        *(text for pair in pairs for text in (pair.access_token, pair.refresh_token)),
    ]
    stored = b"".join(path.read_bytes() for path in services.folder.glob("wristgate.db*"))
    assert made.device.id.encode() in stored
    for secret in secrets:
        assert secret.encode() not in stored
