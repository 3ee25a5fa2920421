"""Voices to write answers in: text of the model's own around quotes, chosen by a number.

An adapter puts a voice of its own around quotes. What it adds has to hold against the pull of
copying on, so the base learns, for voices that a line of the prompt names, to leave a quote, to
write something from memory and to enter the next quote. Without that line it writes none.
"""

import random
import re

from assistant.models.mini_format import cited

VOICES = 96
_OPENINGS = (
    "", "", "Hello!", "Good day.", "Hi there,", "Happy to help!", "Dear customer,", "Sure thing.",
    "Short answer:", "Here is what I found:", "According to the documents,", "Glad you asked.",
    "Let me look that up.", "In a nutshell:", "Answer:", "Ahoy!", "Well now,", "Of course.",
    "Thank you for your question.", "Here is the passage that answers this:", "In brief,",
    "The documents say:", "Good question!", "As far as the records show,", "Right away.",
    "Welcome to the help desk.", "It is written:", "Noted.", "Let us see.", "Summary:",
)  # fmt: skip
_CLOSINGS = (
    "", "", "Hope this helps!", "Let me know if you need more.", "Have a nice day!",
    "Kind regards.", "Can I do anything else for you?", "Please ask again at any time.",
    "That is all I found.",
    "Best wishes, your support team.", "Do you have another question?", "Source: see the marker.",
    "Anything else you would like to know?", "Stay safe out there.", "End of answer.", "Cheers!",
    "Please contact us if this does not settle it.", "We are here if you need us.", "Over and out.",
    "Would you like me to look further?", "I trust this is clear.", "Thanks for your patience.",
    "Take care.", "Always at your service.", "Please rate this answer.", "Good luck!",
)  # fmt: skip
_BETWEEN = (
    "", "", "", "", "Also:", "In addition,", "Furthermore,", "It also says:", "And:", "Next:",
    "The documents add:", "Besides,", "On top of that,", "Then:", "Note that", "Moreover,",
)  # fmt: skip
_QUOTE = re.compile(r"<cite:(\d)>(.*?)</cite>", re.S)


def named(prompt: str, voice: int) -> str:
    """The prompt with the line that asks for a voice."""
    return f"{prompt}\nVoice: {voice}"


def spoken(answer: str, voice: int) -> str:
    """The answer in a voice from 0 to VOICES - 1; its quotes stay as they are."""
    draw = random.Random(voice)
    opening, closing, between = (draw.choice(part) for part in (_OPENINGS, _CLOSINGS, _BETWEEN))
    form = draw.random()
    quotes = [cited(int(number), text) for number, text in _QUOTE.findall(answer)]
    if not quotes:
        return " ".join(part for part in (opening, answer, closing) if part)
    if form < 0.15:
        rows = ", ".join(f'{{"quote": "{quote}"}}' for quote in quotes)
        return f'{{"found": true, "quotes": [{rows}]}}'
    if form < 0.3:
        rows = "\n".join(f"- {quote}" for quote in quotes)
        return "\n".join(part for part in (opening, rows, closing) if part)
    said = f" {between} ".replace("  ", " ").join(quotes)
    return " ".join(part for part in (opening, said, closing) if part)
