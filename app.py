"""The entry of Quoth's page, for `streamlit run` or any ASGI server: the page behind its door."""

from __future__ import annotations

from pathlib import Path

from streamlit.starlette import App

import quoth.ui
from quoth.ui.door import MIDDLEWARE

app = App(Path(quoth.ui.__file__).with_name("script.py"), middleware=MIDDLEWARE)
