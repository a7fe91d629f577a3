"""The only place that packs a picture: PNG on the standard input, WebP on the standard output."""

import sys

from PIL import Image

_COLORS = 128  # of a few thousand, nearly all of them edges of letters: a third of the bytes, and no eye tells

if __name__ == "__main__":
    picture = Image.open(sys.stdin.buffer).convert("RGB").quantize(_COLORS, dither=Image.Dither.NONE)
    picture.convert("RGB").save(sys.stdout.buffer, "webp", lossless=True, method=6)
