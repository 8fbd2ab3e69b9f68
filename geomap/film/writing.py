"""Frames into a file: MP4 through ffmpeg, GIF and WebP through Pillow; captions beside them."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError
from geomap.files import shown

if TYPE_CHECKING:
    from PIL import Image

Shown = tuple["Image.Image", int]
"""A frame, and for how many of the film's steps it stands."""

CONSTANT_RATE = 21
"""x264's measure of quality: type stays sharp, and 240 days take 2-4 MB at 1080p."""


def ffmpeg() -> str:
    """Where ffmpeg is.

    Raises
    ------
    OutputError
        It is not installed; the line says how to get it, and what does without.
    """
    try:
        found: str = import_module("imageio_ffmpeg").get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise OutputError(
            ".mp4 needs ffmpeg; pip install 'geomap-territory[film]', or write .gif or .webp, which need nothing more"
        ) from None
    return found


def write_mp4(frames: Iterable[Shown], size: tuple[int, int], rate: float, path: Path, *, title: str) -> None:
    """H.264 in 4:2:0, which every browser and phone plays; the same frames give the same bytes.

    Raises
    ------
    OutputError
        ffmpeg is missing or fails.
    """
    told = title.encode("utf-8", "replace").replace(b"\0", b"").decode("utf-8")
    # fmt: off
    command = [
        ffmpeg(), "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}",
        "-r", f"{rate:g}", "-i", "-", "-an", "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-c:v", "libx264",
        "-preset", "veryfast", "-tune", "animation", "-crf", str(CONSTANT_RATE), "-threads", "2",
        "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-metadata", f"title={told}",
        "-f", "mp4", str(path),
    ]
    # fmt: on
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
        assert process.stdin is not None
        try:
            for image, steps in frames:
                data = image.tobytes()
                for _ in range(steps):
                    process.stdin.write(data)
            process.stdin.close()
            code = process.wait()
        except BrokenPipeError:
            with suppress(BrokenPipeError):
                process.stdin.close()
            code = process.wait() or 1
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code:
            said.seek(0)
            lines = said.read(2000).decode("utf-8", "replace").strip().splitlines()
            raise OutputError(f"ffmpeg could not make the film ({shown(lines[-1] if lines else f'code {code}')})")


def write_moving_picture(frames: Iterable[Shown], rate: float, path: Path, form: str) -> None:
    """An animated GIF or WebP that begins again at its end."""
    given = iter(frames)
    first, steps = next(given)
    durations = [steps]

    def rest() -> Iterator[Image.Image]:
        for image, many in given:
            durations.append(many)
            yield image

    step_ms = 1000 / rate
    if form == "webp":
        pictures = list(rest())
        first.save(
            path, format="WEBP", save_all=True, append_images=pictures,
            duration=[round(d * step_ms) for d in durations], loop=0, quality=80, method=2, minimize_size=False,
        )  # fmt: skip
        return
    from PIL import Image

    # one palette for all: colours do not flicker
    pictures = list(rest())
    palette = _palette([first, pictures[len(pictures) // 2], pictures[-1]] if pictures else [first])
    thin = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in chain([first], pictures)]
    thin[0].save(
        path, format="GIF", save_all=True, append_images=thin[1:], duration=[round(d * step_ms) for d in durations],
        loop=0, optimize=False, disposal=1,
    )  # fmt: skip


def _palette(samples: Sequence[Image.Image]) -> Any:
    """128 colours that serve all: of the first frame, one of the middle and the last."""
    from PIL import Image

    whole = Image.new("RGB", (samples[0].width, samples[0].height * len(samples)))
    for number, image in enumerate(samples):
        whole.paste(image, (0, number * image.height))
    return whole.quantize(colors=128, dither=Image.Dither.NONE)


def render_captions(cues: Iterable[tuple[float, float, str]], *, note: str) -> str:
    """WebVTT: (start, end, words) in seconds; ``note`` stands above, unseen."""
    parts = ["WEBVTT", "NOTE " + _cue(note)]
    parts += [f"{_clock(start)} --> {_clock(end)}\n{_cue(text)}" for start, end, text in cues]
    return "\n\n".join(parts) + "\n"


def _cue(text: str) -> str:
    """Words as a cue may have them: no markup, no line that begins another cue."""
    plain = " ".join(text.split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"
