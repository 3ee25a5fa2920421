"""The upload box: files go straight into the queue and the server's copies are dropped."""

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assistant.library import READABLE
from components import attachments, notices
from components.resources import workspace

PLACE = "upload"
TAKEN = "uploads_taken"  # ids of the files that were handed over
# The box keeps naming every file it ever took. Only those on their way or refused by the browser
# are of interest: the list of jobs below tells of the others.
STYLE = """<style>
.st-key-upload div:has(> .stFileChip:not([aria-invalid]) [aria-label^="Remove"]) { display: none }
.st-key-upload [aria-label="Add files"] { width: auto; white-space: nowrap }
.st-key-upload [aria-label="Add files"]::after { content: "Add files" }
</style>"""


def show() -> None:
    """Let the person choose or drop files, and say which could not be taken."""
    limit = workspace().settings.upload_megabytes
    st.html(STYLE)
    files = st.file_uploader(
        f"Add PDF, text or Markdown files, up to {limit} MB each",
        type=list(READABLE),
        accept_multiple_files=True,
        max_upload_size=limit,
        key=PLACE,
    )
    taken = st.session_state.setdefault(TAKEN, set())
    new = [f for f in files if isinstance(f, UploadedFile) and f.file_id not in taken]
    if new:
        _, problems = attachments.queue(new)
        taken.update(file.file_id for file in new)
        notices.keep(PLACE, problems)
        _forget(new)
    notices.kept(PLACE)


def _forget(files: list[UploadedFile]) -> None:
    """Drop the bytes. A new key for the box would do so in public, and lose a file that is dropped
    before the browser has drawn the new box."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
