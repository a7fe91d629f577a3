"""The only place that turns a sentence into sound: the voice, how it says our names, where speech begins and ends."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import av
import numpy as np
from hibari import Hibari
from hibari.voices import VOICES
from numpy.typing import NDArray

from tools.video.recipe import BadRecipe

RATE = 24_000
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Speech:
    """One spoken sentence, cut to its sound: it begins LEAD seconds in and ends TAIL seconds before the end."""

    words: str
    samples: Samples

    LEAD = 0.04
    TAIL = 0.16

    @property
    def seconds(self) -> float:
        """How long it sounds, without the margins."""
        return len(self.samples) / RATE - self.LEAD - self.TAIL

    def quietest(self, near: float, within: float) -> float:
        """The second, counted from the first sound, at which it is quietest, at most `within` from `near`."""
        step = _HOP / RATE
        first = max(0, round((self.LEAD + near - within) / step))
        last = round((self.LEAD + near + within) / step)
        return (first + int(np.argmin(self._loudness[first : last + 1]))) * step - self.LEAD

    @cached_property
    def _loudness(self) -> Samples:
        return _loudness(self.samples)


class Voice:
    """Speaks with one of the voices that came with the package: nothing is fetched."""

    def __init__(self, name: str, *, pace: float, pitch: float, sounds: dict[str, str]) -> None:
        ours = [known for known, voice in VOICES.items() if voice.get("bundled")]
        if name not in ours:
            raise BadRecipe(f"webinar.toml: there is no voice “{name}” here: write one of {', '.join(ours)}")
        self._tts = Hibari(voice=name, threads=1)  # more threads add the same numbers in another order
        self._pace = pace
        self._pitch = pitch
        self._sounds = sounds
        self._written = re.compile("|".join(rf"\b{re.escape(written)}\b" for written in sounds))

    def speak_all(self, sentences: list[str], *, tell: Callable[[float], None]) -> list[Speech]:
        """Each sentence by itself, so that one can change without moving the sound of another."""
        phonemes = [self._phonemes(words) for words in sentences]
        with ThreadPoolExecutor(max_workers=2) as pool:
            speeches: list[Speech] = []
            for speech in pool.map(self._speak, sentences, phonemes):
                speeches.append(speech)
                tell(len(speeches) / len(sentences))
            return speeches

    def weight(self, words: str) -> int:
        """How much there is to say in these words, to guess where in a sentence they are spoken."""
        return len("".join(self._phonemes(words)))

    def _phonemes(self, words: str) -> list[str]:
        spoken = self._written.sub(lambda found: self._sounds.get(found[0], found[0]), words)
        return list(self._tts.phonemize(spoken))

    def _speak(self, words: str, phonemes: list[str]) -> Speech:
        parts = [self._tts.from_phonemes(part, speed=self._pace / self._pitch, seed=0) for part in phonemes]
        samples = _pitched(np.concatenate([np.zeros(_LEAD, np.float32), *parts]), self._pitch)
        heard = np.flatnonzero(_loudness(samples) > _HEARD)
        if not len(heard):
            raise BadRecipe(f"webinar.toml: the voice finds nothing to say in “{words}”: write it in letters")
        first = heard[0] * _HOP - _LEAD
        last = (heard[-1] + 1) * _HOP + round(Speech.TAIL * RATE)
        return Speech(words, _with_soft_ends(samples[first:last]))


_LEAD = round(Speech.LEAD * RATE)
_HOP = RATE // 100
_HEARD = 0.008  # -42 dB; the voice's own pauses lie below -60 dB


def _pitched(samples: Samples, pitch: float) -> Samples:
    """The same words by a larger or a smaller throat: played slower or faster, so spoken faster or slower before."""
    if pitch == 1:
        return samples
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate, frame.pts = round(RATE * pitch), 0
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray()[0] for part in parts]).astype(np.float32)


def _loudness(samples: Samples) -> Samples:
    """The root mean square of each hundredth of a second."""
    whole = samples[: len(samples) // _HOP * _HOP].reshape(-1, _HOP)
    loudness: Samples = np.sqrt((whole**2).mean(axis=1))
    return loudness


def _with_soft_ends(samples: Samples) -> Samples:
    fade = min(len(samples) // 2, RATE // 50)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    samples[:fade] *= ramp
    samples[-fade:] *= ramp[::-1]
    return samples
