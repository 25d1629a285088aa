"""Starts children that work on a library and are killed, through the fork server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tests.crash.model import Operation

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Death:
    """How a child ended. `begun` and `ended` count its calls.

    `last` says which of the lines that it executed was the last at each place, if it finished.
    """

    killed: bool
    begun: int
    ended: int
    place: str
    last: Mapping[str, int]
    seconds: float

    @property
    def lines(self) -> int:
        """How many it executed; 0 unless it finished."""
        return max(self.last.values(), default=0)


class Victims:
    """The fork server; a context manager."""

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.child"],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._server.communicate()

    def run(
        self,
        folder: Path,
        script: Sequence[Sequence[Operation]],
        *,
        embedder: int = 0,
        first_line: int = 0,
        spared: Collection[str] = (),
        at: str = "",
        seconds: float = 0,
        engine: bool = False,
    ) -> Death:
        """Let a child make the calls; kill it at a line or after some seconds.

        Fails when the child itself fails: it must end by its death or by finishing.
        """
        request = {
            "folder": str(folder),
            "script": [[asdict(operation) for operation in run] for run in script],
            "embedder": embedder,
            "first_line": first_line,
            "spared": sorted(spared),
            "at": at,
            "seconds": seconds,
            "engine": engine,
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        return _death(answer)


def _death(answer: dict[str, Any]) -> Death:
    events = answer["events"]
    failures = [event["failure"] for event in events if "failure" in event]
    assert not failures, "the child failed by itself:\n" + failures[0]
    finished = any("finished" in event for event in events)
    assert finished or answer["status"] == -9, answer
    return Death(
        killed=answer["status"] == -9,
        begun=sum(event.get("event") == "begin" for event in events),
        ended=sum(event.get("event") == "end" for event in events),
        place=next((event["killed_at"] for event in events if "killed_at" in event), ""),
        last=next((event["last"] for event in events if "last" in event), {}),
        seconds=answer["seconds"],
    )
