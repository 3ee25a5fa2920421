"""Finds text in a document that speaks to the assistant instead of to the reader.

Rules only, so every finding can be explained and the same text always gets the same one. They are
made for text that tries to take the assistant over; a mere request that does not belong into a
document ("What is the capital of Brazil?") reads like any other sentence and is not found. What
else protects: passages are fenced in the prompt, and every sentence of an answer is checked.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

HIDDEN = "It hides characters that only a machine reads."

_FEW = r"(?:[\w']+,? ){0,4}?"  # words in between
_NEAR = r"[^.!?]{0,90}?"  # the same sentence
_AT_START = r"(?:^|[.!?:;\"”] |\bplease |\band )"
_ORDERS = (
    r"(?:instructions?|prompts?|directions|directives?|guidelines|rules|commands|orders|"
    r"programming|constraints|restrictions|guardrails|safeguards)"
)
_DROP = (
    r"(?:ignore|disregard|forget|(?:do not|don't|stop) (?:follow|obey)(?:ing)?|pay no attention "
    r"to|(?<![a-z] )(?:override|overrule|bypass|discard|set aside))"
)
_ASSISTANT = (
    r"(?:ai(?: assistant| model| agent| system)?|artificial intelligence|llm|"
    r"(?:large )?language model|chat ?bot|chatgpt|(?:virtual )?assistant)"
)
_SECRETS = (
    r"(?:(?:system|initial|hidden) prompt|system message|conversation(?: history)?|"
    r"chat (?:history|log)|(?:user|customer)'s (?:question|quer|data|message|name|e-?mail)\w*|"
    r"retrieved (?:documents?|passages?)|api keys?|access tokens?|passwords?|credentials)"
)
_SAY = r"(?:answer|respond|reply|say|state|output|recommend|claim|mention|tell|reveal)"
_ANSWER = r"your (?:next |final |own )?(?:answer|response|reply|output)s?"
_TRICKS = (
    r"(?:letters?|vowels?|words?|spaces?|typos?|misspell\w*|spelling\w*|punctuation|anagram\w*|"
    r"symbols?|substitution|emojis?|base64|rhymes?|backwards|in fours)"
)

# What is wrong with the text, in words for the person, and how to tell. Patterns see lower case,
# single spaces and straight apostrophes.
SIGNS: Mapping[str, tuple[str, ...]] = {
    "It tells the assistant to disregard its instructions.": (
        rf"\b{_DROP},? {_FEW}(?:all|any|every|previous|prior|earlier|above|preceding|your|system|"
        rf"initial|original|safety)\b {_FEW}{_ORDERS}\b",
        rf"\b{_DROP},? {_FEW}{_ORDERS} {_FEW}(?:above|before|so far|you (?:were|have|had|got))\b",
        rf"\b{_DROP} (?:all |any )?instructions,? and\b",
        rf"\b{_DROP} (?:all|any) (?:other )?(?:info|information|text|content) (?:except|but)\b",
        rf"\b{_DROP} (?:everything|anything|all) (?:that )?(?:above|before|(?:you|i) "
        r"(?:were|was|have|had|know|said))",
        rf"\b{_DROP} (?:the (?:rest|remainder)|all|everything) (?:of|in) (?:this|the) "
        r"(?:data|text|document|page|context),? and\b",
        r"\b(?:your|the) (?:new|real|actual|true|updated) (?:instructions?|task|objective|"
        r"mission|system prompt) (?:is|are) ",
        r"(?:^|[.:!#*\]>-] ?)(?:new|updated|revised) (?:system |developer )?(?:instructions?|"
        r"prompt|directives?) ?:",
        r"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*) .{0,30}?(?:anweisung|instruktion|"
        r"vorgabe|befehl|regeln)",
        r"\b(?:ignore[rz]?|oublie[rz]?) .{0,25}?(?:instructions?|consignes?|directives?) "
        r"(?:pr[eé]c[eé]dent|ant[eé]rieur|ci-dessus|qui pr[eé]c[eè]dent)",
        r"\b(?:ignor[ae]n?|olvid[ae]|dimentica|esque[cç]a) .{0,25}?(?:instruc|istruzion|instru[cç])"
        r"\w+ .{0,12}?(?:anterior|previ|precedent)",
        r"(?:忽略|无视|忘记|無視).{0,10}?(?:指令|指示|提示|命令)",
        r"игнорируй(?:те)? .{0,25}?(?:инструкци|указани)",
    ),
    "It gives the assistant another role.": (
        rf"\byou are now {_FEW}(?:{_ASSISTANT}|dan|jailbroken|unrestricted|unfiltered|uncensored|"
        r"(?:developer|debug|god|admin|maintenance) mode)\b",
        r"\bfrom now on,? you(?:'re|'ll| are| will| must| shall| have to)\b.{0,60}?\b(?:answer|"
        r"respond|reply|act|speak|pretend|behave|only|never|always|obey|assistant|ai)\b",
        r"\b(?:pretend|imagine|act|behave)\b (?:to be |(?:that |as if )?you (?:are|were) |as |like "
        rf"){_FEW}(?:{_ASSISTANT}|dan)\b.{{0,60}}?\b(?:no|without|unrestricted|never|ignor\w+|"
        r"free)\b",
        r"\b(?:enter|enable|activate|switch (?:in)?to|you are in) (?:\w+ )?(?:developer|debug|god|"
        r"dan|jailbreak|unrestricted) mode\b.{0,80}?\b(?:you|answer|respon\w+|reply|restrict\w+|"
        r"rules|filters?)\b",
        r"\bdo anything now\b",
    ),
    "It imitates the markers of a chat model's prompt.": (
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|"
        r"begin_of_text|end_of_turn|end)\|>",
        r"\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|<end of session>|\[/?system\]|</?system>",
        r"</?(?:passage|retrieved_context|search_results|system_prompt|system_message)\b"
        r"[^<>]{0,80}>",
        r"(?:^|[\s#*\[<(])(?:system|developer)(?: message| prompt| instruction| override| note)?"
        r"[\])>*]* ?:[ *]*(?:you (?:are|must|will|should)|ignore|disregard|forget|the user|new |"
        rf"override|always|never|do not|focus|print|provide|{_SAY})\b",
        r"\b(?:assistant|ai|bot) ?: .{1,200}? (?:user|human) ?: ",
        r"#{2,4} ?(?:system|instructions?|assistant|human)(?: ?:|\b ?#{2,4})",
        r"[-=_*#\[]{2} ?(?:end|stop) of (?:the )?(?:context|documents?|passages?|sources?|data|"
        r"prompt|instructions|user input|retrieved \w+)\b",
    ),
    "It speaks to the assistant.": (
        r"\b(?:attention|dear|hello|hey|(?:note|message|instructions?) (?:to|for)),? (?:all |any |"
        rf"the |this |every )?{_ASSISTANT}s?(?: reading| processing| that| who| answering|[:,!])",
        r"\b(?:note|message|instructions?|profile) (?:to|for) (?:the |all |any )?automat\w+ "
        r"(?:\w+ ){0,2}(?:systems?|software|tools?|agents?) ?:",
        r"\b(?:invisible|hidden) (?:to|from) (?:humans?|people|readers?)\b.{0,30}?\b(?:llms?|ai|"
        r"models?|bots?|machines?)\b",
        r"\bif you(?:'re| are) an? (?:[\w-]+ )?(?:ai|llm|language model|chat ?bot|gpt)\b",
        r"\b(?:any|all|every|the) (?:ai|llm|language model|chat ?bot)s?(?: assistants?| models?)? "
        r"(?:reading|processing|summari[sz]ing|parsing|that (?:reads?|process\w*)) this\b",
        rf"\bwhen(?:ever)? (?:you(?:'re| are)? )?(?:asked|summari[sz]ing|answering)\b{_NEAR},? "
        rf"(?:you must|you should (?:always|only)|always|only) {_SAY}\b",
        rf"\bif (?:the |a |any )?users? asks?\b{_NEAR},? (?:you must|always|only|do not|never) "
        rf"{_SAY}\b",
        rf"\b(?:if|when) (?:(?:the |a |any )?users? asks?|(?:you are |you're )?asked)\b{_NEAR},? "
        r"(?:simply |just |only |always )?(?:answer|respond|reply)(?: only)? with (?:only )?"
        r"(?:the following|[\"“'«])",
        r"(?:\b(?:and|then|instead,?|now)|[!,]) (?:just|only|simply|instead) (?:say|print|output|"
        r"reply|respond|answer|write|repeat)\b ?(?:with )?(?:the (?:words?|phrase|following)\b|"
        r"[\"“'«:])",
        r"(?:^|[.!?:] )(?:respond|reply|answer) only (?:with|in|by)\b[^.]{0,40}?(?:[\"“'«]|"
        r"(?:base64|emojis?|rhymes?)\b)",
    ),
    "It asks to keep something from the user.": (
        r"\b(?:do not|don't|never|must not|without) (?:ever )?(?:tell|inform|notify|alert|warn|let|"
        r"reveal|mention|disclos)\w* (?:(?:this|it|any of this|that|these instructions) )?(?:to )?"
        r"(?:the |your )(?:user|human|reader)s?\b (?:about |that |of )?(?:this|these|you|your|it\b|"
        r"anything|know)",
        r"\b(?:do not|don't|never) (?:mention|reveal|disclose|acknowledge|refer to|repeat|quote) "
        r"(?:the existence of )?(?:this|these|your) (?:hidden |secret |system )?(?:instructions?|"
        r"message|prompt|directives?|injection)\b",
    ),
    "It asks to send data away or to give away the assistant's instructions.": (
        r"\b(?:send|post|forward|upload|transmit|exfiltrate|leak|submit|append|include|embed|encode|"
        r"add|e-?mail(?= (?:me|the|your|all|any)))\b[^.!?]{0,40}?\b(?:the|your|all|any|this|user's|"
        rf"its)\b[^.!?]{{0,30}}?{_SECRETS}[^!?]{{0,60}}?(?:https?://|www\.|\S+@\S+\.\w|\bto "
        r"(?:the|this) (?:url|address|server|link|image|webhook))",
        r"\b(?:reveal|print|repeat|output|show|display|tell me|give me|disclose|recite|write out) "
        r"(?:me )?(?:all (?:of )?)?(?:your|the) (?:[\w']+ )?(?:(?:system|hidden|initial) prompt|"
        r"system message|(?:initial|secret) instructions|instructions (?:above|you (?:were|have)))",
        r"!\[[^\]]{0,80}\]\(https?://[^)\s]{1,200}[?&/=][^)\s]{0,80}[{\[<][^)]{0,40}(?:data|query|"
        r"question|prompt|history|conversation|secret|summary|context|answer)",
    ),
    "It says how the assistant should disfigure its answer or what to slip into it.": (
        rf"{_AT_START}(?:modify|rewrite|alter|change|adjust|twist) (?:the \w+ of )?{_ANSWER} "
        r"(?:so|to)\b",
        rf"{_AT_START}(?:integrate|insert|append|inject|embed|slip|weave|add) [^?]{{1,160}}? (?:in|"
        rf"into|to|at the end of|to the end of) {_ANSWER}\b",
        rf"{_AT_START}(?:in|at the end of) {_ANSWER},? (?:suggest|recommend|promote|encourage|"
        r"advertise|urge|link|direct|tell)\b",
        rf"{_AT_START}(?:misspell|rearrange|scramble|reverse|anagram|encode|encrypt|substitute|"
        rf"replace|remove|group|introduce|use|provide|write|give)\b[^.!?]{{0,70}}?{_TRICKS}\b"
        rf"[^.!?]{{0,60}}? (?:of|in|from|for|to|using|with) {_FEW}{_ANSWER}\b",
        rf"{_AT_START}(?:misspell|rearrange|scramble|reverse|anagram|encode|provide|write|give|"
        rf"remove|group)\b[^.!?]{{0,50}}?{_ANSWER}\b[^.!?]{{0,40}}?\b{_TRICKS}\b",
    ),
}

# Quick to find, and one that is missing rules out every pattern it is a part of. Each stands in its
# patterns where it must match, never as one of several or in a look-around.
_PARTS = (_ANSWER, _DROP, _SECRETS)
_SIGNS = [  # one by one: joined into one expression they take twice the time
    (re.compile(pattern), reason, [part for part in _PARTS if part in pattern])
    for reason, patterns in SIGNS.items()
    for pattern in patterns
]
_FOUND_BY = {part: re.compile(part) for part in _PARTS}
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# letters of other scripts that look like Latin ones
_LOOKALIKES = str.maketrans("аеорсухіјѕԁԛԝһαοερτυνικ", "aeopcyxijsdqwhaoeptuvik")
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
_FLAG = "\N{WAVING BLACK FLAG}"
_HIDDEN_RUN = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]{12,}")


def screen(text: str) -> str:
    """Why this text must not reach a model, in one sentence; "" when nothing is wrong with it."""
    if _hides_characters(text):
        return HIDDEN
    for form in _forms(text):
        there = {part for part, pattern in _FOUND_BY.items() if pattern.search(form)}
        for pattern, reason, parts in _SIGNS:
            if there.issuperset(parts) and pattern.search(form):
                return reason
    return ""


def _forms(text: str) -> Iterator[str]:
    """The text as it reads, and again with letters that only look Latin put into Latin ones."""
    seen = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).replace("’", "'")
    plain = " ".join(seen.casefold().split())
    yield plain
    latin = plain.translate(_LOOKALIKES)
    if latin != plain:
        yield latin


def _hides_characters(text: str) -> bool:
    """Whether it carries a message in tag characters, which only flags of regions may have, or in
    runs of characters without width."""
    tagged = any(text[match.start() - 1 : match.start()] != _FLAG for match in _TAGS.finditer(text))
    return tagged or _HIDDEN_RUN.search(text) is not None
