"""Folders of models that somebody else may have made: looked at before torch or transformers opens them."""
