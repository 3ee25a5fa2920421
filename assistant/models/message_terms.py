"""Names in chat messages that those who write and those who read them must agree on."""

# LangChain's types of messages, and the roles they have in chat templates.
ROLES = {"system": "system", "human": "user", "ai": "assistant"}
# In response_metadata of pieces: how many are served before this one; for the last time when its
# turn has come and the model is loaded.
PLACE = "place_in_line"
