"""Runs the benchmarks: python -m benchmarks [NAME…] [--data DIR] [--quick] [--output DIR].

Each prints its tables and writes DIR/NAME.json; one that cannot run here says why.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

from benchmarks.reporting import (
    ROOT,
    Options,
    Result,
    Skipped,
    circumstances,
    data_folder,
    write_json,
)
from quoth import QuothError

NAMES = (
    "startup",
    "page",
    "reading",
    "ingest",
    "search",
    "answers",
    "retrieval",
    "followups",
    "chunking",
    "quality",
    "gpu",
)
# Too long to run unless it is named.
_LONG = ("scale", "bulk", "retrieval_time")
_OUTPUT = ROOT / "benchmarks" / "results"


def main(arguments: list[str] | None = None) -> int:
    """Run what is named, or everything; returns 1 when a benchmark failed."""
    given = _parser().parse_args(arguments)
    # The baseline's libraries would look for a newer model on the network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    options = Options(
        data=given.data,
        cache=given.output / "cache",
        quick=given.quick,
        fresh=given.fresh,
        repeats=given.repeats,
        collections=tuple(given.collections),
        chunks=given.chunks,
        others=given.others,
        others_seconds=given.others_seconds,
    )
    failed = [name for name in given.names or NAMES if not _run(name, options, given.output)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; or {', '.join(_LONG)}"
    )
    parser.add_argument("--data", type=Path, default=data_folder(), help="the collections' folder")
    parser.add_argument("--output", type=Path, default=_OUTPUT, help="where JSON is written")
    parser.add_argument(
        "--quick", action="store_true", help="small samples; no bars judged on them"
    )
    parser.add_argument("--fresh", action="store_true", help="ingest again what was kept")
    parser.add_argument("--repeats", type=int, default=3, help="pairs of runs in a comparison")
    parser.add_argument(
        "--collections",
        nargs="+",
        default=Options.__dataclass_fields__["collections"].default,
        metavar="FOLDER",
        help="folders of --data in BEIR layout, for retrieval; all when none is named",
    )
    parser.add_argument("--chunks", type=int, default=1_000_000, help="how many, for scale")
    parser.add_argument(
        "--others", type=Path, metavar="PYTHON", help="one that has others to compare with"
    )
    parser.add_argument(
        "--others-seconds", type=int, default=3600, help="the most that each of them gets"
    )
    return parser


def _run(name: str, options: Options, output: Path) -> bool:
    """Run one benchmark; False when it failed."""
    if name not in (*NAMES, *_LONG):
        print(
            f"there is no benchmark {name}; there are {', '.join((*NAMES, *_LONG))}",
            file=sys.stderr,
        )
        return False
    print(f"\n== {name} ==\n", flush=True)
    began = time.perf_counter()
    about = circumstances() | {"quick": options.quick}
    try:
        result: Result = importlib.import_module(f"benchmarks.{name}").run(options)
    except Skipped as reason:
        print(f"skipped: {reason}")
        write_json(output, name, {"benchmark": name, **about, "skipped": str(reason)})
        return True
    except QuothError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    about["seconds"] = round(time.perf_counter() - began, 1)
    file = write_json(output, name, {"benchmark": name, **about, **result.as_json()})
    print(f"{result}\n\nwritten to {file}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
