"""The page in pieces, one a file. With ``streamlit_app.py`` the only importers of streamlit."""
