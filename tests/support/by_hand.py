"""The few lines of a page of docs by which anybody checks a document of ours, run as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

from portal.shared.environment import ROOT


def check_by_hand(page: str, content: str, *, keys: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the first Python of `docs/PAGE` in `folder` on a document and the published keys."""
    lines = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)[0]
    (folder / "keys.json").write_text(keys)
    (folder / "document.jsonld").write_text(content)
    command = [sys.executable, "-c", lines, "document.jsonld", "keys.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
