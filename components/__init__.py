"""Reusable pieces of pages; with frame.py and pages/ the only place that imports streamlit."""

from streamlit.runtime.pages_manager import PagesManager

# Where a folder named pages/ exists, Streamlit expects pages directly in it until st.navigation has
# run once, and tells the first visitor of another address that the page does not exist. Ours are
# always declared with st.navigation.
PagesManager.uses_pages_directory = False
