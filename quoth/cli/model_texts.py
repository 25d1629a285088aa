"""Models as aligned text for people. It knows the types it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.cli.tables import facts_text
from quoth.cli.terminal import one_line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.models import CatalogueModel, Choice, LocalModel, Machine, ModelDescription


def local_table(models: Sequence[LocalModel], configured: str) -> str:
    """One line a model of this machine; `*` marks the configured one."""
    rows = [("", "NAME", "PARAMETERS", "TYPE", "SIZE", "CONTEXT", "FILE")]
    for model in models:
        names = {model.name, model.catalogue_name, str(model.path)}
        mark = "*" if configured in names else ""
        if model.facts is None:
            rows.append((mark, one_line(model.name), "", "", "", "", one_line(model.error)))
            continue
        facts = model.facts
        rows.append(
            (
                mark,
                one_line(model.name),
                count(facts.n_parameters),
                facts.quantization,
                size(facts.file_bytes),
                f"{facts.context_length:,}",
                one_line(model.path.name),
            )
        )
    return table(rows)


def catalogue_table(
    models: Sequence[CatalogueModel],
    local: Sequence[LocalModel],
    proposed: CatalogueModel | None,
) -> str:
    """One line a model of the catalogue; `>` marks the one that suits the machine, `=` those here."""
    here = {model.catalogue_name for model in local}
    rows = [("", "NAME", "PARAMETERS", "TYPE", "SIZE", "NEEDS", "CONTEXT", "LICENCE", "LANGUAGES")]
    rows += [
        (
            (">" if model == proposed else "") + ("=" if model.name in here else ""),
            model.name,
            count(model.n_parameters),
            model.quantization,
            size(model.file_bytes),
            size(model.needed_bytes),
            f"{model.context_length:,}",
            model.licence,
            " ".join(model.languages),
        )
        for model in models
    ]
    return table(rows)


def machine_text(machine: Machine) -> str:
    """The machine in a phrase."""
    gpus = [f"{gpu.name} with {size(gpu.available_bytes)} free" for gpu in machine.gpus]
    return ", ".join(
        [
            f"{machine.cores} cores",
            f"{size(machine.available_bytes)} of {size(machine.memory_bytes)} memory free",
            *(gpus or ["no GPU that llama.cpp can use"]),
        ]
    )


def description_text(shown: ModelDescription) -> str:
    """The header's facts, the tensors by type, and the memory at each window size."""
    facts = shown.facts
    lines = facts_text(
        {
            "file": facts.path,
            "name": facts.name or "not told",
            "architecture": facts.architecture,
            "parameters": f"{facts.n_parameters:,}",
            "layers": facts.block_count,
            "heads": facts.head_count,
            "key and value heads": facts.head_count_kv,
            "embedding width": facts.embedding_length,
            "feed-forward width": facts.feed_forward_length,
            **({"experts": facts.expert_count} if facts.expert_count else {}),
            "vocabulary": f"{facts.vocabulary_size:,}",
            "positions": facts.position_encoding or "not told",
            "context": f"{facts.context_length:,} tokens",
            "licence": facts.licence or "not told",
            "languages": " ".join(facts.languages) or "not told",
            "quantization": facts.quantization or "not told",
        }
    )
    types = [("TYPE", "TENSORS", "PARAMETERS", "SIZE")]
    types += [
        (each.name, str(each.n_tensors), f"{each.n_parameters:,}", size(each.n_bytes))
        for each in facts.tensor_types
    ]
    needs = [("WINDOW", "WEIGHTS", "CACHE", "BUFFERS", "IN ALL", "")]
    free = shown.machine.available_bytes
    needs += [
        (
            f"{need.context_size:,}",
            size(need.weights),
            size(need.cache),
            size(need.buffers),
            size(need.total),
            "fits" if need.total <= free else "too large",
        )
        for need in shown.needs
    ]
    fits = f"largest window that fits: {shown.largest_context:,} tokens"
    if shown.machine.gpus:
        fits += f", {shown.largest_context_on_gpu:,} on a GPU"
    return "\n\n".join(
        [lines, table(types), table(needs), f"{machine_text(shown.machine)}\n{fits}"]
    )


def choice_text(choice: Choice) -> str:
    """What was measured, one line a type; `*` marks the one that is used."""
    rows = [("", "TYPE", "READS", "WRITES", "PERPLEXITY", "A USUAL ANSWER")]
    for i, speed in enumerate(choice.speeds):
        used = choice.kind == speed.kind if choice.kind else i == 0
        rows.append(
            (
                "*" if used else "",
                speed.kind,
                f"{speed.prompt:.0f} tokens/s",
                f"{speed.written:.0f} tokens/s",
                f"{speed.perplexity:.2f}",
                f"{speed.seconds:.1f} s",
            )
        )
    return table(rows)


def count(number: int) -> str:
    """A number of parameters as people say it."""
    return f"{number / 1e9:.2f} B" if number >= 1e9 else f"{number / 1e6:.0f} M"


def size(n_bytes: int) -> str:
    """Bytes as people read them, in mega- or gigabytes."""
    return f"{n_bytes / 1e9:.2f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"
