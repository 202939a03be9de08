"""Descriptions judged by people, blinded, and what their answers say."""
