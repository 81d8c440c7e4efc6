"""Where the project stands on this machine."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """Return the folder of everything a run leaves behind: `.data/`, or what DATA_FOLDER names."""
    return Path(os.environ.get("DATA_FOLDER") or ROOT / ".data").resolve()
