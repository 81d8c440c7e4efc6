"""What each way of running consists of."""

import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ops.project import ROOT, data_folder
from ops.servers.errors import ServerError

# Every queue of the product's jobs, and what its worker is called in the output.
WORKERS = {"default": "worker", "provisioning": "provision"}

MANAGE = [sys.executable, str(ROOT / "manage.py")]


@dataclass(frozen=True, slots=True)
class Step:
    """A command that must succeed before the next one; `plain` output is meant to be copied."""

    name: str
    command: list[str]
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A command that keeps running."""

    name: str
    command: list[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """One way of running: steps, services, steps that need the services."""

    purpose: str
    before: list[Step] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    after: list[Step] = field(default_factory=list)
    static_files: bool = True
    reload: bool = False
    scheme: str = "http"
    environment: dict[str, str] = field(default_factory=dict)
    last_words: str = ""


def manage(name: str, *arguments: str, plain: bool = False) -> Step:
    """Return a step that runs a management command."""
    return Step(name=name, command=[*MANAGE, *arguments], plain=plain)


def services(port: int, *web_options: str) -> list[Service]:
    """Return the processes of the product: web, dispatcher, one worker for each queue."""
    threads = max(2, min(8, 2 * (os.cpu_count() or 1)))
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", str(threads), "--no-ws", "--log-level", "warning"]
    return [
        Service("web", [*web, *web_options, "config.wsgi:application"]),
        Service("dispatcher", [*MANAGE, "dispatcher"]),
        *(Service(name, [*MANAGE, "worker", "--queue", queue]) for queue, name in WORKERS.items()),
    ]


def plan_for(mode: str, *, port: int, base_domain: str) -> Plan:
    """Return the plan of a mode: demo, dev, dev-full, servers, studio or preview."""
    migrate = manage("migrate", "db_migrate")
    address = f"http://{base_domain}:{port}"
    studio = f"http://ops.{base_domain}:{port}/studio/"
    match mode:
        case "servers":
            return Plan("make dev-db", static_files=False)
        case "demo":
            demo = manage("demo", "demo", plain=True)
            return Plan(
                "make demo",
                before=[migrate],
                services=services(port),
                after=[demo],
                environment={"ENVIRONMENT": "demo"},
            )
        case "dev":
            words = f"The console is at {address}"
            return Plan("make dev", [migrate], services(port), reload=True, last_words=words)
        case "dev-full":
            seed = manage("seed", "db_seed")
            words = f"The console is at {address}"
            return Plan("make dev-full", [migrate, seed], services(port), reload=True, last_words=words)
        case "studio":
            words = f"The data browser is at {studio}"
            return Plan("make db-studio", [migrate], services(port), reload=True, last_words=words)
        case "preview":
            return preview(migrate, port=port, base_domain=base_domain)
    raise ValueError(f"unknown mode {mode!r}")


def preview(migrate: Step, *, port: int, base_domain: str) -> Plan:
    """Return the plan with production settings, behind a certificate of our own."""
    folder = data_folder() / "preview"
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = self_signed(folder, base_domain)
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": kept_secret(folder / "secret-key"),
        "ENCRYPTION_KEYS": kept_secret(folder / "encryption-key"),
        "EMAIL_URL": os.environ.get("EMAIL_URL") or f"file://{data_folder()}/outbox",
        "PRIVATE_STORAGE_ROOT": os.environ.get("PRIVATE_STORAGE_ROOT") or str(data_folder() / "private"),
        "ENVIRONMENT": os.environ.get("ENVIRONMENT") or "preview",
    }
    return Plan(
        "make preview",
        before=[migrate],
        services=services(port, "--ssl-certificate", str(certificate), "--ssl-keyfile", str(key)),
        scheme="https",
        environment=environment,
        last_words=f"Production settings at https://{base_domain}:{port} (the browser will doubt the certificate)",
    )


def kept_secret(path: Path) -> str:
    """Return the secret in the file, made at the first start."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def self_signed(folder: Path, base_domain: str) -> tuple[Path, Path]:
    """Return key and certificate for the base domain and its subdomains, made at the first start."""
    key, certificate = folder / f"{base_domain}.key", folder / f"{base_domain}.pem"
    if certificate.exists():
        return key, certificate
    if not shutil.which("openssl"):
        raise ServerError("production settings need HTTPS: install openssl, which makes the certificate.")
    names = f"subjectAltName=DNS:{base_domain},DNS:*.{base_domain}"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365"]
    command += ["-subj", f"/CN={base_domain}", "-addext", names, "-keyout", str(key), "-out", str(certificate)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        raise ServerError(f"openssl could not make a certificate:\n{made.stderr.strip()}")
    return key, certificate
