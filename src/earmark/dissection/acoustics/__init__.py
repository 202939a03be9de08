"""What can be measured of a sound, in numbers and in words."""

from earmark.dissection.acoustics.measures import Measures, measure
from earmark.dissection.acoustics.scale import ATTRIBUTES, AcousticScale, Attribute

__all__ = ["ATTRIBUTES", "AcousticScale", "Attribute", "Measures", "measure"]
