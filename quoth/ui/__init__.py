"""The browser page: Streamlit pages over `quoth.engine`; nothing else of Quoth knows Streamlit."""
