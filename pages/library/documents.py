"""Documents: add files, watch them being read, and look at what was read."""

import streamlit as st

from components import document_actions, document_table, job_list, reader, samples, uploader
from components.notices import reporting
from components.resources import workspace

with reporting():
    if document_id := st.query_params.get(document_actions.DOCUMENT):
        reader.show(document_id)
    else:
        st.title("Documents", anchor=False)
        above = st.container()
        uploader.show()  # before it is said that nothing is there
        if not workspace().library.documents():
            with above:
                samples.start(upload_here=True)
        job_list.live()
        if workspace().library.documents():
            document_table.show()
