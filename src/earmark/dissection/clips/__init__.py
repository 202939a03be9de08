"""Clips: what a network is probed with, read from any local folder or manifest, and split before anything is shown."""

from earmark.dissection.clips.clip import Clip, ClipSet, Split
from earmark.dissection.clips.decoding import read_waveform
from earmark.dissection.clips.layouts import clip_root
from earmark.dissection.clips.loading import ClipConfig, load_clips

__all__ = ["Clip", "ClipConfig", "ClipSet", "Split", "clip_root", "load_clips", "read_waveform"]
