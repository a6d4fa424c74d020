"""Caddy and nginx as Debian packs them, with the files of ``deploy/`` before a real gateway.

What a test changes in such a file stands in ``substitutes`` alone: ports, the certificate, folders. The rest is held
as it would be installed.
"""

import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from tests.deploy.authority import NAME, Certificate
from tests.e2e.program import GUARD, ROOT, free_port, wait_until

DEPLOY = ROOT / "deploy"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SURROUNDINGS = """
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr info;
events {{}}
http {{
    # What sites of others may have set: none of it may reach a watch.
    default_type text/html;
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    gzip_proxied any;
    charset utf-8;
    charset_types *;
    proxy_intercept_errors on;
    error_page 401 404 502 /50x.html;
    client_max_body_size 1m;
    ssl_protocols TLSv1.2 TLSv1.3;
    access_log access.log;
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    uwsgi_temp_path temp;
    scgi_temp_path temp;
    include {site};
}}
"""


class Proxy:
    """One proxy with a folder of its own; ``changes`` are substitutes of a single test, such as shorter patience."""

    name: ClassVar[str]
    file: ClassVar[str]

    def __init__(
        self, folder: Path, certificate: Certificate, gateway: int, changes: Mapping[str, str] | None = None
    ) -> None:
        if shutil.which(self.name, path=PATH) is None:
            pytest.fail(f"{self.name} is missing: tests/install-system-packages")
        self.folder = folder
        self.certificate = certificate
        self.gateway = gateway
        self.port, self.plain_port = free_port(), free_port()
        self.said = folder / "said.log"
        text = (DEPLOY / self.file).read_text()
        for old, new in {**self.substitutes(), **(changes or {})}.items():
            assert old in text, f"deploy/{self.file} has no {old!r}"
            text = text.replace(old, new)
        self.site = folder / self.file
        self.site.write_text(text)
        self.process: subprocess.Popen[bytes] | None = None

    def substitutes(self) -> dict[str, str]:
        raise NotImplementedError

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {"PATH": PATH, "HOME": str(self.folder)}

    def start(self) -> "Proxy":
        with self.said.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._listens, f"{self.name} listens")
        return self

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said.read_text()
        try:
            for port in (self.port, self.plain_port):
                socket.create_connection(("127.0.0.1", port), GUARD).close()
        except ConnectionRefusedError:
            return False
        return True

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(GUARD)

    def written(self) -> str:
        """All that the proxy has written to any file or to its output."""
        files = [file for file in self.folder.rglob("*") if file.is_file() and file != self.site]
        return "\n".join(file.read_text(errors="replace") for file in files)


class Caddy(Proxy):
    name = "caddy"
    file = "Caddyfile"

    def substitutes(self) -> dict[str, str]:
        ours = f"admin off\nhttp_port {self.plain_port}\nhttps_port {self.port}\ndefault_bind 127.0.0.1"
        certificate = f"tls {self.certificate.chain} {self.certificate.key}"
        return {
            "\n{\n": f"\n{{\n{ours}\n",
            "\n{$WRISTGATE_NAME:sync.example.com} {": f"\n{NAME} {{\n{certificate}",
        }

    def environment(self) -> dict[str, str]:
        return super().environment() | {"WRISTGATE_UPSTREAM": f"127.0.0.1:{self.gateway}"}

    def command(self) -> Sequence[str]:
        return ("caddy", "run", "--config", str(self.site), "--adapter", "caddyfile")


class Nginx(Proxy):
    name = "nginx"
    file = "nginx.conf"

    def substitutes(self) -> dict[str, str]:
        (self.folder / "temp").mkdir()
        live = f"/etc/letsencrypt/live/{NAME}"
        return {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "    listen [::]:443 ssl http2;\n": "",
            "    listen [::]:80;\n": "",
            f"{live}/fullchain.pem": str(self.certificate.chain),
            f"{live}/privkey.pem": str(self.certificate.key),
            "127.0.0.1:8080": f"127.0.0.1:{self.gateway}",
            "/var/log/nginx/": f"{self.folder}/",
            "/var/www/html": str(self.folder),
        }

    def command(self) -> Sequence[str]:
        main = self.folder / "main.conf"
        main.write_text(SURROUNDINGS.format(site=self.site))
        return ("nginx", "-p", str(self.folder), "-c", str(main))


PROXIES: tuple[type[Proxy], ...] = (Caddy, Nginx)
