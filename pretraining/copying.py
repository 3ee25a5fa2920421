"""Begins a decoder with one circuit that copies, which training from scratch finds late.

Two attention heads are set by hand. The first, in layer 0, looks at the token before: RoPE turns a
query and a key that are the same for all tokens by their distance, so phases chosen right peak at
one. The second, in layer 1, looks for tokens whose token before is the present one and passes them
on: an induction head (Olsson et al. 2022, "In-context Learning and Induction Heads").
Training is free to change all of it.
"""

from typing import Any

import torch
from torch.nn.init import orthogonal_
from transformers import LlamaForCausalLM

CONSTANT = 0.1  # value of dimension 0 of every token's embedding, five times the others' spread
FAST, SLOW = 8, 16  # RoPE pairs: the first FAST tell neighbours apart, those from SLOW hardly turn
SHARPNESS = 1.4  # of the first head: its neighbours get about e^-6 of the attention
MATCH = 1.1  # of the second head
PASSED_ON = 0.3


@torch.no_grad()
def seed_copying(model: LlamaForCausalLM) -> None:
    """Set head 0 of layers 0 and 1 of a fresh model."""
    embedding = model.model.embed_tokens.weight
    embedding[:, 0] = CONSTANT
    first, second = (model.model.layers[at].self_attn for at in (0, 1))
    width = first.head_dim
    half = width // 2
    rope: Any = model.config.rope_parameters
    turns = rope["rope_theta"] ** -(torch.arange(FAST) / half)
    query, key = torch.zeros(2, width, embedding.shape[1]).unbind()
    query[:FAST, 0] = SHARPNESS
    key[:FAST, 0] = SHARPNESS * turns.cos()
    key[half : half + FAST, 0] = SHARPNESS * turns.sin()
    first.q_proj.weight[:width], first.k_proj.weight[:width] = query, key
    read = orthogonal_(torch.empty(width, embedding.shape[1]))
    read[:, 0] = 0  # what all tokens have in common says nothing
    written = orthogonal_(torch.empty(width, embedding.shape[1]))
    slow = (torch.arange(width) % half >= SLOW).float()[:, None]
    first.v_proj.weight[:width] = PASSED_ON * read
    first.o_proj.weight[:, :width] = PASSED_ON * written.T
    second.q_proj.weight[:width] = MATCH * slow * read
    second.k_proj.weight[:width] = MATCH * slow * written
    second.v_proj.weight[:width] = PASSED_ON * read
    second.o_proj.weight[:, :width] = PASSED_ON * read.T
