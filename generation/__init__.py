"""Hits become an answer: models, prompt, packing, decoding, support and refusal."""
