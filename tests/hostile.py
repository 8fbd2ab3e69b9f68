"""Text that tries to become markup, script, formula or a terminal's command; each says its number if it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from geomap.models import Article, Assessment, Claim, Message, Snapshot, Span, Toponym

_RUN = "(window.ran=window.ran||[]).push('N')"

_VECTORS = r"""
<script>RUN</script>
<script src=data:text/javascript,RUN></script>
</script><script>RUN</script>
<img src=x onerror=RUN>
<img src=x onerror="RUN">
<img src='x' onerror='RUN'>
<IMG SRC=x OnErRoR=RUN>
<svg onload=RUN>
<svg><script>RUN</script></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s>
<svg/onload=RUN>
<body onload=RUN>
<iframe srcdoc="<script>parent.RUN</script>">
<iframe src="javascript:parent.RUN">
<object data="javascript:RUN">
<embed src="javascript:RUN">
<details open ontoggle=RUN>
<video><source onerror=RUN></video>
<audio src=x onerror=RUN>
<input autofocus onfocus=RUN>
<select autofocus onfocus=RUN>
<textarea autofocus onfocus=RUN>
<marquee onstart=RUN>
<a href="javascript:RUN">a</a>
<a href="&#106;avascript:RUN">a</a>
<a href=" javascript:RUN">a</a>
<form action="javascript:RUN"><button>b</button></form>
<button formaction="javascript:RUN">b</button>
<math><mtext><style><img src=x onerror=RUN></style></mtext></math>
<style>@import 'data:text/css,*{}'</style><img src=x onerror=RUN>
<link rel=stylesheet href="javascript:RUN">
<base href="javascript:RUN//">
<meta http-equiv=refresh content="0;url=javascript:RUN">
<template><script>RUN</script></template>
<noscript><p title="</noscript><img src=x onerror=RUN>">
<textarea></textarea><img src=x onerror=RUN>
<title></title><img src=x onerror=RUN>
<!--><img src=x onerror=RUN>-->
--><img src=x onerror=RUN>
]]><img src=x onerror=RUN>
<![CDATA[<img src=x onerror=RUN>]]>
"><img src=x onerror=RUN>
'><img src=x onerror=RUN>
`><img src=x onerror=RUN>
" onmouseover="RUN" x="
' onfocus='RUN' autofocus='
" autofocus onfocus=RUN tabindex=1 "
</style><img src=x onerror=RUN>
</title><script>RUN</script>
</textarea><script>RUN</script>
</blockquote></td></tr></table><script>RUN</script>
</svg><script>RUN</script>
${RUN}
`+RUN+`
`;RUN;//
';RUN;//
";RUN;//
\';RUN;//
\u003cscript\u003eRUN\u003c/script\u003e
&lt;script&gt;RUN&lt;/script&gt;
&#60;img src=x onerror=RUN&#62;
{{RUN}}
{{constructor.constructor("RUN")()}}
{% raw %}{{ self }}{% endraw %}<img src=x onerror=RUN>
#{RUN}
javascript:RUN
JaVaScRiPt:RUN
data:text/html,<script>RUN</script>
vbscript:RUN
%3Cscript%3ERUN%3C/script%3E
<scr<script>ipt>RUN</scr</script>ipt>
<<script>RUN//<</script>
<img/src="x"/onerror=RUN>
<x onclick=RUN tabindex=1 autofocus onfocus=RUN>
"""

PAYLOADS: tuple[str, ...] = (
    *(v.replace("RUN", _RUN.replace("N", str(n))) for n, v in enumerate(_VECTORS.strip().splitlines())),
    "<img src=x onerror\n=" + _RUN.replace("N", "900") + ">",
    "\u2028<script>" + _RUN.replace("N", "901") + "</script>\u2029",
    "\ufeff\u202e<svg onload=" + _RUN.replace("N", "902") + ">\u202c",
    "\x00<script>\x00" + _RUN.replace("N", "903") + "</script>",
    "\x1b]0;title\x07<img src=x onerror=" + _RUN.replace("N", "904") + ">",
    '=cmd|"/c calc"!A1<img src=x onerror=' + _RUN.replace("N", "905") + ">",
    "\ud800<img src=x onerror=" + _RUN.replace("N", "906") + ">",
)
"""More than eighty. The last ones carry separators, controls, a formula and a lone surrogate as well."""

OURS = {
    ("Claim", "id"),
    ("Comparison", "kind"),
    ("Place", "feature"),
    ("Evidence", "role"),
    ("Evidence", "unit"),
    ("Evidence", "as_of"),
    ("Aspect", "unit"),
    ("Aspect", "aspect"),
    ("Value", "unit"),
    ("Value", "si_unit"),
    ("Methods", "crs"),
    ("Quantity", "unit"),
}
"""Words that geomap itself sets; everything else may come from outside."""


def poison(made: Assessment, payload: str) -> Assessment:
    """The same assessment with ``payload`` in every string that can come from outside, quotes and offsets kept true."""
    texts = {a.id: _text(a, made, payload) for a in made.articles}

    def visit(value: Any, owner: str = "", name: str = "") -> Any:
        if isinstance(value, StrEnum) or (owner, name) in OURS:
            return value
        if isinstance(value, str):
            return value + payload
        if isinstance(value, tuple):
            return tuple(visit(v, owner, name) for v in value)
        if isinstance(value, Message):
            return Message(value.id, tuple((gap, visit(v, "Message", gap)) for gap, v in value.parameters))
        if isinstance(value, Snapshot):
            frame = value.frame.copy()
            for column in ("holder", "name"):
                frame[column] = frame[column].astype(object) + payload
            return dataclasses.replace(value, frame=frame, provenance=visit(value.provenance))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            kind = type(value).__name__
            changes = {f.name: visit(getattr(value, f.name), kind, f.name) for f in dataclasses.fields(value)}
            if isinstance(value, Article):
                changes["text"] = texts[value.id][0]
            elif isinstance(value, (Claim, Toponym)):
                span = texts[value.article][1](value.start, value.end)
                changes |= {"start": span.start, "end": span.end}
                if isinstance(value, Claim):
                    changes["quote"] = texts[value.article][0][span.start : span.end]
            return type(value)(**changes)
        return value

    poisoned: Assessment = visit(made)
    return poisoned


def _text(article: Article, made: Assessment, payload: str) -> tuple[str, Callable[[int, int], Span]]:
    """The text with the payload before every claim's quote, and how spans move."""
    cuts = sorted({c.start for c in made.claims if c.article == article.id})
    parts, last = [], 0
    for cut in cuts:
        parts += [article.text[last:cut], payload]
        last = cut
    text = "".join([*parts, article.text[last:]])

    def moved(start: int, end: int) -> Span:
        # a quote takes the payload before it along
        before = sum(c < start for c in cuts) * len(payload)
        inside = sum(start <= c < end for c in cuts) * len(payload)
        return Span(start=start + before, end=end + before + inside)

    return text, moved
