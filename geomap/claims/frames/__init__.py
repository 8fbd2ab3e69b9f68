"""Who takes, holds, loses or nears which ground: frames as data, arguments by measure.

``lang/*/frames.toml`` says which words claim what, and which argument is the place. ``lexicon`` finds them, ``tags``
and ``trees`` look at the sentence, ``clause`` lists what could be the place, ``arguments`` what speaks for each,
``scorer`` chooses, ``assertion`` tells what is only meant or denied, ``drafts`` makes claims of it.
"""

from geomap.claims.frames.drafts import FrameReader, governing
from geomap.claims.frames.reader import Reading

__all__ = ["FrameReader", "Reading", "governing"]
