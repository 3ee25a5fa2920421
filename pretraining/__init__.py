"""Makes openbook-mini: data, tokenizer, training. Not part of the running product."""
