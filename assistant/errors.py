"""What a person can do wrong or run into, in words for them.

AssistantError
├── BadInput            a question, setting or name that cannot be used
├── UnreadableFile      a file that cannot be taken in
│   └── PasswordNeeded  an encrypted file that needs a (better) password
├── JobCancelled        the person stopped the job
└── ModelUnavailable    a model that is unknown, missing or failing
    └── PromptTooLong   more to read than the model can take

Anything that is not an AssistantError or a StoreError is a bug and is logged with its traceback.
"""


class AssistantError(Exception):
    "A known failure; its message is one sentence shown to the person as it is."


class BadInput(AssistantError):
    "Input that cannot be used: the message names the field, what is wrong and what to do."


class UnreadableFile(AssistantError):
    "A file that cannot be taken in: the message says why and what to do."


class PasswordNeeded(UnreadableFile):
    "The file is encrypted and the password is missing or wrong."


class JobCancelled(AssistantError):
    "The person cancelled the job."


class ModelUnavailable(AssistantError):
    "The model is unknown, not installed or not answering."


class PromptTooLong(ModelUnavailable):
    "The prompt is longer than what the model can read; the message says by how much."
