"""The supervisor's one loop: print, restart, reload, until somebody says stop."""

import os
import time
from collections.abc import Mapping

from ops.servers.group import Group
from ops.supervision.child import Child, kill_survivors, stop_children
from ops.supervision.output import Output
from ops.supervision.plan import MANAGE, Plan, Step
from ops.supervision.watch import StaticFiles, changed_file, state_of_sources
from ops.supervision.web import is_alive

TICK = 0.2
RELOAD_EVERY = 1.0
READY_WITHIN = 60.0


class Failed(Exception):
    """Something that must work did not; the message says what."""


class Supervisor:
    """Runs a plan on servers that are up, and leaves nothing behind."""

    def __init__(self, plan: Plan, servers: Group, *, port: int, base_domain: str) -> None:
        self.plan = plan
        self.servers = servers
        self.port = port
        self.base_domain = base_domain
        self.output = Output()
        self.children: list[Child] = []

    def run(self) -> None:
        """Run the plan until a signal arrives."""
        try:
            for step in self.plan.before:
                self.run_step(step)
            self.collect_static_files()
            self.start_services()
            for step in self.plan.after:
                self.run_step(step)
            if self.plan.last_words:
                self.output.say("", self.plan.last_words)
            self.keep_running()
        finally:
            stop_children(self.children, self.output)
            kill_survivors()

    def environ(self) -> Mapping[str, str]:
        """Return the environment of the children."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
            **self.plan.environment,
            **self.servers.environment(),
            "PORT": str(self.port),
            "BASE_DOMAIN": self.base_domain,
            "PYTHONUNBUFFERED": "1",
        }

    def run_step(self, step: Step) -> None:
        """Run a step to its end."""
        child = Child(step, self.environ(), self.output, "" if step.plain else step.name)
        self.children.append(child)
        child.start()
        while (code := child.exit_code()) is None:
            self.output.pump(TICK)
        self.children.remove(child)
        if code:
            raise Failed(f"`{' '.join(step.command[1:])}` ended with code {code}; its output stands above.")

    def collect_static_files(self) -> None:
        """Gather the static files if any has changed since the last time."""
        files = StaticFiles()
        if self.plan.static_files and not files.are_current():
            self.run_step(Step("static", [*MANAGE, "collectstatic", "--noinput", "--verbosity", "0"]))
            files.remember()

    def start_services(self) -> None:
        """Start the services and wait until the web server answers."""
        for service in self.plan.services:
            child = Child(service, self.environ(), self.output, service.name)
            self.children.append(child)
            child.start()
        if not self.plan.services:
            return
        web = next(child for child in self.children if child.what.name == "web")
        deadline = time.monotonic() + READY_WITHIN
        while not is_alive(self.port, scheme=self.plan.scheme, host=self.base_domain):
            self.output.pump(TICK)
            code = web.exit_code()
            if code is not None and self.plan.reload:
                self.output.say("web", f"ended with code {code}; waiting for a change of the source")
                return
            if code is not None:
                raise Failed(f"the web server ended with code {code}; its output stands above.")
            if time.monotonic() > deadline:
                raise Failed(f"the web server does not answer within {READY_WITHIN:.0f} s.")

    def keep_running(self) -> None:
        """Print what the children say; start again what ends by itself; reload on changes."""
        sources = state_of_sources() if self.plan.reload else {}
        look_at = time.monotonic() + RELOAD_EVERY
        while True:
            self.output.pump(TICK)
            self.revive_servers()
            self.revive_children()
            if self.plan.reload and time.monotonic() > look_at:
                now = state_of_sources()
                changed = changed_file(sources, now)
                sources = now
                if changed:
                    self.reload(changed)
                look_at = time.monotonic() + RELOAD_EVERY

    def revive_children(self) -> None:
        """Start crashed services again, each after its pause."""
        for child in self.children:
            code = child.exit_code()
            if code is not None:
                child.plan_restart(code)
            elif child.again_at is not None and time.monotonic() > child.again_at:
                child.start()

    def revive_servers(self) -> None:
        """Start a server again that ended by itself."""
        ended = self.servers.ended()
        if ended:
            self.output.say("servers", f"{' and '.join(ended)} ended unexpectedly; starting again")
            self.servers.restart_ended()

    def reload(self, changed: str) -> None:
        """Run the services on the changed source."""
        self.output.say("reload", f"{changed} changed")
        stop_children(self.children, self.output)
        self.children.clear()
        try:
            self.collect_static_files()
        except Failed as failure:
            self.output.say("static", str(failure))
        self.start_services()
