"""What became of a job's photographs."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path

from e2far_jax.files import replacing
from e2far_jax.journal import Finding


@dataclasses.dataclass(frozen=True)
class Summary:
    """What became of a job.

    Attributes:
      found: by photograph, the stems of its faces' files ("faces"), or why it gave none ("failure")
        and which kind of trouble that is ("kind"); beside it, the journal's "mark".
      before: how many of them an earlier run had done.
      contact_sheets: the pictures that show the faces of this run.
    """

    found: dict[str, Finding]
    before: int
    contact_sheets: list[Path]

    @property
    def faces(self) -> list[str]:
        """Stems of the files, one a face."""
        return [name for finding in self.found.values() for name in finding.get("faces", [])]

    @property
    def failures(self) -> list[str]:
        """One line for each photograph that gave no face."""
        return [finding["failure"] for finding in self.found.values() if "failure" in finding]

    @property
    def failures_by_kind(self) -> dict[str, int]:
        """How many photographs met which trouble."""
        kinds = (finding["kind"] for finding in self.found.values() if "failure" in finding)
        return dict(Counter(kinds))

    def write(self, path: Path) -> None:
        """Write the summary as JSON."""
        content = {
            "pictures": len(self.found),
            "done_before": self.before,
            "faces": len(self.faces),
            "failures": self.failures_by_kind,
            "results": {
                path: {key: value for key, value in finding.items() if key != "mark"}
                for path, finding in self.found.items()
            },
        }
        with replacing(path) as file:
            file.write(json.dumps(content, indent=1).encode())
