"""What is to be said about one row once its pictures and creatives were looked at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from campaigns.legacy.media.pictures import backgrounds
from campaigns.legacy.media.reading import SeenRow
from campaigns.legacy.media.storing import Stored

MOST_FINDINGS: Final = 50
LONGEST_FACT: Final = 300


@dataclass(slots=True)
class Result:
    """Figures of one row and what was found in it; the same row always comes to the same, until people change it."""

    figures: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, str]] = field(default_factory=list)

    def find(self, code: str, path: str = "", fact: str = "") -> None:
        """Add a finding; a row has at most MOST_FINDINGS of them, but every one is counted."""
        self.figures[code] += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append({"code": code, "path": path, "fact": fact[:LONGEST_FACT]})

    def as_json(self) -> dict[str, Any]:
        """Return it for storage beside the row; empty for a row about which there is nothing to say."""
        told: dict[str, Any] = {name: count for name, count in self.figures.items() if count}
        return told | {"findings": self.findings} if self.findings else told


def look_at_pictures(row: SeenRow, stored: Mapping[str, Stored], refused: Mapping[str, str], result: Result) -> None:
    """Say of every picture of the row what became of it, and which backgrounds are addresses only."""
    for picture in row.pictures.found.values():
        if picture.state == "lost":
            result.find("picture_lost", picture.path)
        elif picture.state == "held" and picture.sha256 in stored:
            result.figures["pictures"] += 1
        else:
            result.figures["unstored"] += 1
            result.find(_why(picture.state, refused.get(picture.sha256, "")), picture.path, picture.mime)
    for background in backgrounds(row):
        if background.source.startswith(("http:", "https:")):
            result.find("background_address", fact=background.source)


def _why(state: str, refusal: str) -> str:
    if state == "held":
        return refusal or "picture_removed"
    return "picture_type_refused" if state == "refused" else "picture_undecodable"
