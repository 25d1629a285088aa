from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import sys
from generation.early import load_library_first
load_library_first({version})
print("libllama" in open("/proc/self/maps").read(), "numpy" in sys.modules)
from quoth import Quoth
Quoth.open(sys.argv[1])
import numpy
print("libllama" in open("/proc/self/maps").read())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the crash is known of Linux alone")
@pytest.mark.parametrize(
    ("version", "mapped"), [((3, 12), True), ((3, 11), False)], ids=["3.12", "3.11"]
)
def test_the_library_is_there_before_numpy(
    version: tuple[int, int], mapped: bool, tmp_path: object
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(version=version), str(tmp_path)],
        capture_output=True,
        check=True,
        text=True,
    )
    first, second = done.stdout.split("\n")[:2]
    assert first == f"{mapped} False"
    assert second == str(mapped or sys.version_info >= (3, 12))
