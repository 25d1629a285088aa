"""How models come to this machine and go from it: downloaded, added, removed; knows no charts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from quoth import models
from quoth.errors import ModelError, StorageFullError
from quoth.ui import access, model_work, texts, uploads
from quoth.ui.markup import plain
from quoth.ui.widgets import card_title, confirm, draw_again, show_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.engine import Quoth
    from quoth.models import LocalModel, Progress
    from quoth.ui.model_rows import ModelRow
    from quoth.ui.model_work import ModelWork
    from quoth.ui.uploads import Upload

_LOOK_EVERY = 0.5  # seconds


def show_download(offered: Sequence[ModelRow]) -> None:
    """Choose a model of the hub and follow its download."""
    card_title(texts.PULL, texts.PULL_LEAD)
    if _on_its_way(model_work.current("pull"), "pull-stop"):
        return
    by_name = {row.pull: row for row in offered}
    chosen = st.selectbox(
        texts.PULL_WHICH, [*by_name, ""], key="model-to-pull",
        format_func=lambda name: _option(by_name[name]) if name else texts.PULL_OTHER,
    )  # fmt: skip
    name = chosen or st.text_input(texts.PULL_OTHER_NAME, key="model-other").strip()
    st.button(
        texts.PULL_DO, icon=":material/download:", disabled=not name, key="model-pull-do",
        on_click=_pull, args=(name,),
    )  # fmt: skip


def _option(row: ModelRow) -> str:
    size = texts.MEGABYTES.format(row.n_bytes / 1e6)
    return texts.PULL_OPTION.format(row.name, size, row.licence)


def _pull(name: str) -> None:
    """Begin a download; the only thing on the page that uses the network."""
    model_work.begin(
        "pull",
        lambda tell, cancelled: models.pull(name, on_progress=tell, cancelled=cancelled),
    )


def show_import(quoth: Quoth) -> None:
    """Add a GGUF file: uploaded, or named by whoever sits at this machine."""
    card_title(texts.IMPORT, texts.IMPORT_LEAD)
    if _on_its_way(model_work.current("import"), ""):
        return
    # Over a network a path would let others look for files, and copy what is not theirs.
    by_path = not access.must_sign_in(quoth)
    path = st.text_input(texts.IMPORT_PATH, key="model-path").strip() if by_path else ""
    generation = st.session_state.setdefault("model-upload-generation", 0)
    upload = st.file_uploader(texts.IMPORT_FILE, type="gguf", key=f"model-upload-{generation}")
    pressed = st.button(
        texts.IMPORT_DO, icon=":material/add:", disabled=not (path or upload), key="model-import-do"
    )
    if not pressed:
        return
    if upload is not None:
        st.session_state["model-upload-generation"] = generation + 1  # a new, empty uploader
        model_work.begin("import", lambda *_: keep_upload(upload))
    else:
        model_work.begin("import", lambda *_: models.import_file(path))
    draw_again()


def keep_upload(upload: Upload) -> LocalModel:
    """Put an uploaded model into the folder of models, whole or not at all.

    Raises what `models.import_file` raises.
    """
    folder = models.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".upload-", dir=folder) as temporary:
            file = Path(temporary) / uploads.safe_name(upload.name)
            file.write_bytes(upload.getbuffer())
            return models.import_file(file, move=True)
    except OSError as error:
        raise StorageFullError(
            f"{folder} cannot take {upload.name}: {error.strerror or error}; free some disk space, "
            "or name another folder in QUOTH_MODELS"
        ) from error


def _on_its_way(work: ModelWork | None, stop: str) -> bool:
    """Follow what is brought; once it is over say how it ended, and give False.

    `stop` is the key of the button that stops it; "" for what cannot be stopped.
    """
    if work is None:
        return False
    if work.running:
        _follow(work, stop)
        return True
    if work.result is not None:
        if work.result.path.exists():  # not removed since
            st.success(plain(texts.PULL_DONE.format(work.result.name)), icon=":material/check:")
    elif work.stopped:
        st.info(plain(work.error), icon=":material/info:")
    else:
        show_error(work.error or texts.UNEXPECTED)
    return False


@st.fragment(run_every=_LOOK_EVERY)
def _follow(work: ModelWork, stop: str) -> None:
    if work.wait(0):
        draw_again()
    progress = work.progress
    if progress is not None:
        share = min(progress.done / max(progress.total, 1), 1.0)
        st.progress(share, text=plain(progress_line(progress)))
    else:
        st.progress(0.0, text=texts.PULL_STARTING if stop else texts.IMPORTING)
    if stop:
        st.button(
            texts.STOPPING if work.stopped else texts.STOP,
            on_click=work.stop, disabled=work.stopped, icon=":material/stop_circle:", key=stop,
        )  # fmt: skip


def progress_line(progress: Progress) -> str:
    """How far a download is, how fast, and a guess at the time left."""
    if progress.checking:
        return texts.PULL_CHECKING.format(progress.file_name)
    speed = progress.done / max(progress.seconds, 1e-3)
    line = texts.PULL_PROGRESS.format(
        done=progress.done / 1e6, total=progress.total / 1e6, name=progress.file_name,
        speed=speed / 1e6,
    )  # fmt: skip
    if not 0 < progress.done < progress.total:
        return line
    left = (progress.total - progress.done) / speed
    minutes = texts.MINUTES.format(left / 60) if left >= 60 else texts.seconds(left)
    return line + texts.PULL_LEFT.format(minutes)


def show_removal(quoth: Quoth, local: Sequence[LocalModel], running: Path | None) -> None:
    """Choose a model of the folder to delete; the one that runs is not among them."""
    removable = {
        model.path: model
        for model in local
        if model.path != running and model.path.parent == models.folder()
    }
    said = st.session_state.pop("model-removed", None)
    if said:
        st.toast(plain(texts.MODEL_REMOVED.format(said)), icon=":material/check:")
    if not removable:
        return
    card_title(texts.MODEL_REMOVE, texts.MODEL_REMOVE_LEAD)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            texts.MODEL_TO_REMOVE, list(removable), key="model-to-remove",
            format_func=lambda path: removable[path].name if path in removable else path.name,
        )  # fmt: skip
        pressed = st.button(
            texts.MODEL_REMOVE_DO, icon=":material/delete:", key="model-remove",
            disabled=chosen not in removable,
        )  # fmt: skip
    if pressed:
        _confirm(quoth, removable[chosen])


@st.dialog(texts.MODEL_REMOVE_TITLE)
def _confirm(quoth: Quoth, model: LocalModel) -> None:
    size = model.facts.file_bytes / 1e6 if model.facts else 0.0
    question = texts.MODEL_REMOVE_ASK.format(model.name, texts.MEGABYTES.format(size))

    def delete() -> None:
        remove(quoth, model)
        st.session_state["model-removed"] = model.name

    confirm(question, texts.MODEL_REMOVE_NOTE, texts.DELETE, delete)


def remove(quoth: Quoth, model: LocalModel) -> None:
    """Delete a model, unless somebody has run it meanwhile. Raises ModelError."""
    if model.path == running_model(quoth.info()):
        raise ModelError(f"{model.name} runs now; run another model first")
    models.remove(model.path.name)


def running_model(info: Mapping[str, object]) -> Path | None:
    """The file of the model that runs; None for one that a server runs."""
    model = info.get("model")
    path = model.get("path") if isinstance(model, dict) else None
    return Path(path) if isinstance(path, str) else None
