"""Whether a frame's claim is asserted: what governs its word, as features of a small logistic model."""

from __future__ import annotations

from geomap.claims.frames.arguments import View
from geomap.claims.frames.clause import VERBAL
from geomap.models import Modality, Polarity

_CHAIN = 3
"""Words that govern a frame's word and are looked at: "is thought to be planning to capture"."""
_WINDOW = 5


def features_of_mood(view: View, modality: Modality, polarity: Polarity) -> list[str]:
    """What speaks for a claim being no assertion; ``modality`` and ``polarity`` are what the words in reach say."""
    clause, hit = view.clause, view.hit
    low = clause.p.tk.low
    section = hit.frame.section
    told = "asserted" if modality is Modality.ASSERTED else "not"
    out = [
        f"ms:{section}",
        f"mr:{section}|{told}",
        f"mm:{section}|{modality}",
        f"mp:{polarity}|{told}",
        f"mf:{section}|{view.form}|{told}",
        f"mk:{hit.frame.means}|{told}",
    ]
    infinitive = any(clause.tag(k) == "TO" for k in range(max(clause.first, hit.head - 2), hit.head))
    helpers = [low[c] for c in clause.children(hit.head) if clause.arc(c) in ("aux", "auxpass")]
    marks = [low[c] for c in clause.children(hit.head) if clause.arc(c) in ("mark", "advmod", "neg")]
    out += [f"mx:{word}|{section}" for word in helpers] + [f"mc:{word}|{section}" for word in marks]
    out.append(f"mt:{infinitive}|{view.form}|{told}")
    k, arcs = hit.head, ""
    for step in range(_CHAIN):
        above = clause.head(k)
        arcs += f"<{clause.arc(k)}"
        if above == k:
            out.append(f"ma:{section}|{arcs}|root|{infinitive}")
            break
        out += [f"mg{step}:{low[above]}|{infinitive}", f"mg:{low[above]}"]
        out.append(f"ma:{section}|{arcs}|{clause.tag(above)}|{infinitive}")
        out += [f"mgx{step}:{low[c]}" for c in clause.children(above) if clause.arc(c) in ("aux", "mark", "neg")]
        k = above
    for k in range(max(clause.first, hit.i - _WINDOW), hit.i):
        if clause.tag(k) in VERBAL or clause.tag(k) in ("TO", "IN", "WH", "NN"):
            out.append(f"mw:{low[k]}|{section}|{infinitive}")
    return out
