"""Users, their one-time sign-in links and their browser sessions."""

from gateway.model import User
from gateway.store.noun import Noun

_USER = """select u.id, u.email, u.owner, p.id, u.created
           from users u join projects p on p.owner = u.id and p.name = 'home' """


class Users(Noun):
    """People, each with a project ``home``."""

    def add(self, user: User, password: str | None, epoch: str) -> None:
        """Create a user with an empty home."""
        self._run(
            "insert into users (id, email, password, owner, created) values (:id, :email, :password, :owner, :created)",
            id=user.id, email=user.email, password=password, owner=user.owner, created=user.created,
        )  # fmt: skip
        self._run(
            "insert into projects (id, name, owner, epoch) values (:id, 'home', :owner, :epoch)",
            id=user.project, owner=user.id, epoch=epoch,
        )  # fmt: skip
        self._run("insert into memberships values (:project, :user, 'owner')", project=user.project, user=user.id)

    def owner(self) -> User | None:
        """Find the operator of this gateway; None in an empty data folder."""
        return self._user(self._row(_USER + "where u.owner = 1"))

    def by_id(self, user: str) -> User | None:
        """Find a user by id."""
        return self._user(self._row(_USER + "where u.id = :id", id=user))

    def by_email(self, email: str) -> User | None:
        """Find a user by e-mail, whatever its case."""
        return self._user(self._row(_USER + "where u.email = :email", email=email))

    def password(self, user: str) -> str | None:
        """Give the encoded hash, None while no password is set."""
        row = self._row("select password from users where id = :id", id=user)
        return row[0] if row else None

    def set_credentials(self, user: str, email: str, password: str) -> None:
        """Set e-mail and encoded password hash; whoever was signed in or held a link is out."""
        self._run(
            "update users set email = :email, password = :password where id = :id",
            id=user, email=email, password=password,
        )  # fmt: skip
        self._run("delete from sessions where user = :user", user=user)
        self._run("delete from signin_links where user = :user", user=user)

    @staticmethod
    def _user(row: tuple[str, str | None, int, str, int] | None) -> User | None:
        return User(row[0], row[1], bool(row[2]), row[3], row[4]) if row else None


class Links(Noun):
    """One-time sign-in links."""

    def add(self, digest: bytes, user: str, expires: int) -> None:
        """Remember a link."""
        self._run("insert into signin_links values (:hash, :user, :expires)", hash=digest, user=user, expires=expires)

    def find(self, digest: bytes, now: int) -> str | None:
        """Give the user of a link that is still good."""
        row = self._row("select user from signin_links where hash = :hash and expires > :now", hash=digest, now=now)
        return row[0] if row else None

    def consume(self, digest: bytes) -> bool:
        """Use a link up; False when another request was faster."""
        self._run("delete from signin_links where hash = :hash", hash=digest)
        return self._changes() == 1

    def expire(self, now: int) -> None:
        """Forget what is over."""
        self._run("delete from signin_links where expires <= :now", now=now)


class Sessions(Noun):
    """Signed-in browsers."""

    def add(self, digest: bytes, user: str, expires: int) -> None:
        """Remember a session."""
        self._run("insert into sessions values (:hash, :user, :expires)", hash=digest, user=user, expires=expires)

    def find(self, digest: bytes, now: int) -> str | None:
        """Give the user of a live session."""
        row = self._row("select user from sessions where hash = :hash and expires > :now", hash=digest, now=now)
        return row[0] if row else None

    def remove(self, digest: bytes) -> None:
        """Sign a browser out."""
        self._run("delete from sessions where hash = :hash", hash=digest)

    def expire(self, now: int) -> None:
        """Forget what is over."""
        self._run("delete from sessions where expires <= :now", now=now)
