"""Small videos, made on the spot: something that moves, and a voice that is too quiet."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 48_000


def write_video(
    path: Path,
    *,
    seconds: float = 4,
    size: tuple[int, int] = (640, 360),
    rate: int = 25,
    kind: str = "mp4",
    has_picture: bool = True,
    volume: float | None = 0.05,
    about: dict[str, str] | None = None,
) -> Path:
    """A video of this length and size; `volume` is that of its sound, None for none."""
    with av.open(str(path), "w", format=kind, options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(about or {})
        picture = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "30"})
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        sound = None if volume is None else container.add_stream("aac", rate=RATE, layout="stereo")
        for number in range(round(seconds * rate)) if has_picture else ():
            container.mux(picture.encode(_picture(number, size)))
        if sound is not None:
            for frame in _beeps(seconds, volume or 0.0):
                container.mux(sound.encode(frame))
            container.mux(sound.encode())
        container.mux(picture.encode())
    return path


def write_sound(path: Path) -> Path:
    """A file that is named and built like a video, and has no picture."""
    with av.open(str(path), "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=RATE, layout="stereo")
        for frame in _beeps(2, 0.1):
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return path


def _picture(number: int, size: tuple[int, int]) -> av.VideoFrame:
    width, height = size
    row = (np.arange(width) * 2 + number * 7) % 256
    column = (np.arange(height)[:, None] + number * 3) % 256
    grey = ((row + column) // 2).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(np.concatenate([grey, np.full((height // 2, width), 128, np.uint8)]), "yuv420p")
    frame.pts = None
    return frame


def _beeps(seconds: float, volume: float) -> list[av.AudioFrame]:
    """A tone that comes and goes as speech does."""
    at = np.arange(round(seconds * RATE)) / RATE
    wave = (volume * np.sin(2 * np.pi * 330 * at) * (np.sin(2 * np.pi * 1.5 * at) > -0.5)).astype(np.float32)
    frames = []
    for start in range(0, len(wave), 1024):
        part = wave[start : start + 1024]
        frame = av.AudioFrame.from_ndarray(np.stack([part, part]), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        frames.append(frame)
    return frames
