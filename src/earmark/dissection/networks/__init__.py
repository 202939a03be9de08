"""Audio networks and the places in them where neurons are read. Importing this loads no torch.

What needs torch lies one level down: :mod:`.loading`, :mod:`.taps`, :mod:`.dictionaries`, :mod:`.weights`,
:mod:`.pooling` and :mod:`.listening`.
"""

from earmark.dissection.networks.network import AudioNetwork, Pooling, Tap, TapKind, TokenLayout, Waveform

__all__ = ["AudioNetwork", "Pooling", "Tap", "TapKind", "TokenLayout", "Waveform"]
