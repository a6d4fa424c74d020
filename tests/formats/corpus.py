"""Where the corpus of real and crafted files lies, and what other programs say of them; empty where it is not.

It is not part of the repository. Tests that need nothing else run on the repository's own files without it.
"""

import json
import os
from pathlib import Path
from typing import Any

CORPUS = Path(os.environ.get("WRISTGATE_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
FACTS: dict[str, dict[str, Any]] = (
    json.loads((CORPUS / "expected.json").read_text())["files"] if (CORPUS / "expected.json").is_file() else {}
)
MISSING = "The corpus is not here; WRISTGATE_CORPUS can say where it is."
