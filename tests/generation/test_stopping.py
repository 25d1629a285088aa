from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING, Any

from generation.stopping import StopFlag

if TYPE_CHECKING:
    from generation.llama import LlamaModel

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p)


def test_c_reads_what_was_set() -> None:
    flag = StopFlag()
    function, data = flag.callback(CALLBACK)
    for value in (False, True, True, False, True):
        flag.set(value)
        assert (bool(flag), function(data)) == (value, value)


def test_flags_are_set_apart() -> None:
    one, other = StopFlag(), StopFlag()
    one.set(True)
    function, data = other.callback(CALLBACK)
    assert not function(data)


def test_evaluating_calls_no_python_for_the_steps_of_its_graph(model: LlamaModel) -> None:
    native = model._native
    calls: list[str] = []

    def note(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            calls.append(frame.f_code.co_qualname)

    def decode() -> bool:
        native.abort.set(False)
        native.forget_after(0)
        sys.setprofile(note)
        try:
            return native.decode([1] * 16)
        finally:
            sys.setprofile(None)

    assert model._submit(decode).result()
    assert calls[0] == "NativeModel.decode"
    assert len(calls) < 50  # the graph has hundreds of nodes
