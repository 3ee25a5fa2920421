"""Servers that people are likely to have, with the address they listen at when left unchanged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A kind of server; `key_variable` names where its key is usually kept, "" if it needs none,
    and `example` is a model name as it is written there."""

    title: str
    address: str
    key_variable: str
    example: str


PRESETS = (
    Preset("Ollama", "http://127.0.0.1:11434/v1", "", "llama3.2"),
    Preset("vLLM", "http://127.0.0.1:8000/v1", "", "Qwen/Qwen3-4B-Instruct-2507"),
    Preset("llama.cpp", "http://127.0.0.1:8080/v1", "", "default"),
    Preset("LM Studio", "http://127.0.0.1:1234/v1", "", "qwen3-4b"),
    Preset("OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", "gpt-4.1-mini"),
)
