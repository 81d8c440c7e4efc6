"""No read ever returns another organization's row: threads, pools, exceptions, cursors, a one-connection pooler."""

import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections, transaction

from kernel.tenancy.backend.base import DatabaseWrapper
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import Team
from tenants.models import Organization
from tests.tenants import make_organization, remove_organization

READS = 1_600


@pytest.fixture
def organizations(django_db_setup: None, django_db_blocker: object) -> Iterator[list[Organization]]:
    """Three organizations; each holds teams that carry its own address."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        made = [make_organization() for _ in range(3)]
        for organization in made:
            with scope(organization, actor=SYSTEM, source="system"):
                Team.objects.bulk_create([Team(name=f"{organization.slug} {n}") for n in range(20)])
        yield made
        for organization in made:
            remove_organization(organization)


def read(organization: Organization, dice: random.Random) -> int:
    """Read the organization's teams in one of several ways; return how many rows belong to somebody else."""
    way = dice.randrange(6)
    try:
        with scope(organization, actor=SYSTEM, source="api"):
            if way == 0:
                names = list(Team.objects.values_list("name", flat=True))
            elif way == 1:
                names = [team.name for team in Team.objects.iterator(chunk_size=7)]
            elif way == 2:
                with scope(organization, actor=SYSTEM, source="job"):
                    names = [Team.objects.order_by("?").first().name]  # type: ignore[union-attr]
            elif way == 3:
                with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
                names = list(Team.objects.values_list("name", flat=True)[:3])
            elif way == 4:
                list(Team.objects.all()[:1])
                raise ZeroDivisionError
            else:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT name FROM access_team")
                    names = [row[0] for row in cursor.fetchall()]
    except ZeroDivisionError:
        with scope(organization, actor=SYSTEM, source="api"):
            names = list(Team.objects.values_list("name", flat=True))
    return sum(not name.startswith(f"{organization.slug} ") for name in names) + (not names)


def wrong_reads(organizations: list[Organization], seed: int, reads: int) -> int:
    """Read at random; return the number of rows that belong to another organization than the one meant."""
    dice = random.Random(seed)
    return sum(read(dice.choice(organizations), dice) for _ in range(reads))


def run_in_threads(work: Callable[[int], int], workers: int) -> list[int]:
    """Run work(0..workers-1) in a pool of that many threads, then close each thread's connections."""
    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(work, range(workers)))
        together = threading.Barrier(workers)

        def close(_seed: int) -> None:
            together.wait()
            connections.close_all()

        list(pool.map(close, range(workers)))
    return results


def test_one_thread_reads_only_its_own_rows(organizations: list[Organization]) -> None:
    assert wrong_reads(organizations, 1, READS) == 0


def test_pooled_threads_read_only_their_own_rows(organizations: list[Organization]) -> None:
    assert run_in_threads(lambda seed: wrong_reads(organizations, seed, READS), 4) == [0, 0, 0, 0]


def test_a_reused_thread_that_forgets_its_tenant_sees_public_only(organizations: list[Organization]) -> None:
    def work(seed: int) -> int:
        wrong_reads(organizations, seed, 50)
        with pytest.raises(DatabaseError, match="does not exist"):
            Team.objects.count()
        return 0

    assert run_in_threads(work, 2) == [0, 0]


def test_a_psycopg_pool_hands_out_no_tenant(organizations: list[Organization]) -> None:
    def work(seed: int) -> int:
        pooled = connections["default"].copy()
        pooled.settings_dict = pooled.settings_dict | {
            "CONN_MAX_AGE": 0,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 2}},
        }
        connections["default"] = pooled
        wrong = 0
        for n in range(READS // 10):
            wrong += wrong_reads(organizations, seed * 1000 + n, 1)
            connections["default"].close()
        return wrong

    pools = DatabaseWrapper._connection_pools
    try:
        assert run_in_threads(work, 4) == [0, 0, 0, 0]
    finally:
        pools.pop("default").close()


@pytest.mark.processes
@pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="pgbouncer is not installed on this machine")
def test_a_pooler_with_one_connection_serves_only_own_rows(organizations: list[Organization]) -> None:
    with pgbouncer() as port:

        def work(seed: int) -> int:
            template = connections["default"]
            through = template.copy()
            through.settings_dict = template.settings_dict | {"HOST": "127.0.0.1", "PORT": str(port)}
            connections["default"].close()
            connections["default"] = through
            return wrong_reads(organizations, seed, READS // 2)

        assert run_in_threads(work, 3) == [0, 0, 0]


class pgbouncer:
    """PgBouncer in transaction mode with one server connection, on a free loopback port."""

    def __enter__(self) -> int:
        import socket

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        entry = connections["default"].settings_dict
        self.folder = tempfile.TemporaryDirectory(prefix="bouncer")
        root = Path(self.folder.name)
        root.chmod(0o755)
        (root / "users.txt").write_text(f'"{entry["USER"]}" "{entry["PASSWORD"]}"\n')
        (root / "bouncer.ini").write_text(
            f"""[databases]
* = host={entry["HOST"]} port={entry["PORT"] or 5432} user={entry["USER"]}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {root}/users.txt
pool_mode = transaction
default_pool_size = 1
reserve_pool_size = 0
ignore_startup_parameters = extra_float_digits
"""
        )
        owner = Path(entry["HOST"]).stat().st_uid if entry["HOST"].startswith("/") else os.getuid()
        user = (owner or 65534) if os.getuid() == 0 else None
        self.process = subprocess.Popen(
            ["pgbouncer", "-q", str(root / "bouncer.ini")], stderr=subprocess.PIPE, user=user
        )
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            if self.process.poll() is not None:
                assert self.process.stderr is not None
                raise AssertionError(f"pgbouncer ended: {self.process.stderr.read().decode()}")
            time.sleep(0.05)
        raise AssertionError("pgbouncer does not answer")

    def __exit__(self, *exc_info: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        self.folder.cleanup()
