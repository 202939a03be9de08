"""The spine's way of asking models for words and vectors."""

from earmark.language.embedder import Embedder, FloatMatrix
from earmark.language.model import LanguageModel, Message, Prompt, Reply, Usage

__all__ = ["Embedder", "FloatMatrix", "LanguageModel", "Message", "Prompt", "Reply", "Usage"]
