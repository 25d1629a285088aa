"""The Python API in one screen: `python docs/use_quoth.py`. Knows only `quoth`."""
# ruff: noqa: T201 - a script that talks to its reader

from pathlib import Path
from tempfile import TemporaryDirectory

from quoth import Quoth

with TemporaryDirectory() as folder, Quoth.open(Path(folder) / "library") as quoth:
    report = quoth.ingest([Path(__file__).parents[1] / "examples"])
    print(f"{report.count('added')} documents added in {report.seconds:.1f} s\n")

    for hit in quoth.search("how much memory does the KV cache take?", k=3):
        print(f"{hit.rank}. {hit.score:.2f}  {hit.chunk.source}, page {hit.chunk.first_page}")

    answer = quoth.ask("How many entries does the vocabulary of GPT-2 have?")
    print(f"\n{answer.text}")
    for quote in answer.quotes:
        print(f"  {quote.source}, page {quote.page}: {quote.text!r}")

    print()
    for piece in quoth.stream("Who introduced nucleus sampling?"):
        if piece.withdrawn:  # what was shown did not pass its check
            print("\n[corrected:]")
        print(piece.text, end="", flush=True)
    print()
