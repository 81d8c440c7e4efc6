"""What a browser complains about: errors on the console, uncaught errors, violations of the content policy."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class Complaints:
    """Listens to browser contexts; what a test has not announced is a failure."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        """Listen to every page of the context."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def expect(self, status: int, path: str) -> None:
        """Announce one answer with a status that Chromium reports; `path` is a regular expression."""
        self.expected.append(rf"the server responded with a status of {status} .* at http://[^/]+{path}$")

    def verify(self) -> None:
        """Fail on what was not announced, and on what was announced but never came."""
        unexpected, missing = [], list(self.expected)
        for text in self.heard:
            found = next((pattern for pattern in missing if re.search(pattern, text)), None)
            if found is None:
                unexpected.append(text)
            else:
                missing.remove(found)
        assert not unexpected + missing, f"complaints: {unexpected}; announced but never heard: {missing}"

    def _console(self, message: ConsoleMessage) -> None:
        if message.location["url"].endswith("/favicon.ico"):
            return  # asked for where a document names no icon, such as a plain text or JSON
        if message.type in ("error", "warning"):
            self.heard.append(f"{message.type}: {message.text} at {message.location['url']}")

    def _error(self, error: WebError) -> None:
        self.heard.append(f"uncaught: {error.error}")
