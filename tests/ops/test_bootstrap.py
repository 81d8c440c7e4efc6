import ast
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ops import bootstrap, browser


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own on a machine that has no Python but the one that runs the tests."""
    root = tmp_path / "project"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "dev.txt").write_text("")
    (root / ".python-version").write_text("3.13\n")
    (tmp_path / "bin").mkdir()
    venv = root / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", root)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", venv / "campaign-builder.stamp")
    monkeypatch.setattr(bootstrap, "UNFINISHED", venv / "campaign-builder.unfinished")
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", root / "requirements" / "dev.txt")
    monkeypatch.setattr(bootstrap, "SOURCE_ROOTS", (root, root / "platform"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", str(fake(tmp_path / "old-python", "exit 1")))
    return root


def fake(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def speaks(version: str, path: Path) -> Path:
    return fake(path, f"echo '{version}|{path}'")


def test_it_takes_the_version_that_the_project_wants(project: Path, tmp_path: Path) -> None:
    speaks("3.14", tmp_path / "bin" / "python3.14")
    wanted = speaks("3.13", tmp_path / "pyenv" / "versions" / "3.13.4" / "bin" / "python")

    assert bootstrap.find_interpreter() == str(wanted)


def test_it_takes_another_version_when_the_wanted_one_is_missing(project: Path, tmp_path: Path) -> None:
    newer = speaks("3.14", tmp_path / "bin" / "python3.14")

    assert bootstrap.find_interpreter() == str(newer)


def test_it_runs_candidates_instead_of_trusting_names(project: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin" / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    speaks("3.11", tmp_path / "bin" / "python3.14")
    works = speaks("3.12", tmp_path / "bin" / "python3.12")

    assert bootstrap.find_interpreter() == str(works)


def test_it_lets_uv_bring_a_python(project: Path, tmp_path: Path) -> None:
    brought = tmp_path / "uv" / "python3.13"
    script = f"""
case "$2" in
  install) echo "#!/bin/sh\necho '3.13|{brought}'" > {brought}; /bin/chmod +x {brought};;
  find) [ -e {brought} ] && echo {brought};;
esac"""
    brought.parent.mkdir()
    fake(tmp_path / "bin" / "uv", script)

    assert bootstrap.find_interpreter() == str(brought)


def test_it_says_what_to_install_when_nothing_fits(project: Path, tmp_path: Path) -> None:
    shim = fake(tmp_path / "bin" / "python3.13", "exit 127")

    with pytest.raises(SystemExit) as stopped:
        bootstrap.find_interpreter()

    message = str(stopped.value)
    assert message.startswith("bootstrap: No Python >= 3.12 that can make virtual environments was found.")
    assert str(shim) in message
    assert "`pyenv install 3.13`, `uv python install 3.13`" in message


@pytest.mark.processes
def test_it_replaces_a_half_built_environment_and_then_builds_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", os.path.realpath(f"{sys.base_prefix}/bin/python3"))
    (project / ".python-version").write_text("{}.{}".format(*sys.version_info))
    (project / "platform").mkdir()
    (project / "platform" / "found_there.py").write_text("")

    bootstrap.VENV.mkdir()
    bootstrap.UNFINISHED.touch()
    left_over = bootstrap.VENV / "left-over"
    left_over.touch()

    assert bootstrap.main([]) == 0

    assert bootstrap.is_ready()
    assert not left_over.exists()
    subprocess.run([bootstrap.PYTHON, "-c", "import found_there"], check=True)
    capsys.readouterr()
    assert bootstrap.main([]) == 0
    assert capsys.readouterr().out == "", "nothing is built when nothing changed"


def test_it_starts_again_when_the_lock_changes(project: Path) -> None:
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.touch()
    bootstrap.STAMP.write_text(bootstrap.fingerprint())
    assert bootstrap.is_ready()

    bootstrap.REQUIREMENTS.write_text("django==6.1.3\n")

    assert not bootstrap.is_ready()


def test_its_source_runs_on_old_pythons() -> None:
    source = Path(bootstrap.__file__).read_text()

    parsed = ast.parse(source, feature_version=(3, 8))

    imports = {node.module for node in parsed.body if isinstance(node, ast.ImportFrom)}
    assert imports == {"__future__", "pathlib", "typing"}


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_missing_browser_is_one_line_except_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, ci: str, code: int
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    monkeypatch.delenv("CHROMIUM", raising=False)

    assert browser.main() == code

    said = capsys.readouterr()
    assert len((said.out + said.err).splitlines()) == 1
    assert "no Chromium found" in said.out + said.err


def test_a_missing_browser_is_installed_where_the_system_lets_us(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake(
        tmp_path / "apt-get",
        f'echo "$@" >> {tmp_path}/asked; /usr/bin/touch {tmp_path}/chromium; /bin/chmod +x {tmp_path}/chromium',
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert browser.main() == 0

    assert (tmp_path / "asked").read_text() == "update -qq\ninstall -y -qq chromium\n"
