"""The only place that says what is accepted as a video, how large it may be, and what it is brought to."""

MOST_BYTES = 8 * 1024**3
MOST_SECONDS = 4 * 60 * 60
LEAST_SECONDS = 1.0
MOST_WIDTH, MOST_HEIGHT = 4096, 2304
MOST_PIXELS = MOST_WIDTH * MOST_HEIGHT
LEAST_SIDE = 48  # pixels
MOST_STREAMS = 20
MOST_PICTURES_A_SECOND = 30

RUNGS = (360, 720, 1080)
SEGMENT_SECONDS = 6

LOUDNESS = -16.0  # LUFS, as ITU-R BS.1770 measures it: what platforms of spoken words bring theirs to
TRUE_PEAK = -1.5  # dBTP

# Formats by the first bytes of a file; nothing else is tried, so that no playlist or list of pictures is ever followed.
FORMATS = ("mov", "matroska", "avi", "mpegts")
PICTURE_CODECS = ("h264", "hevc", "av1", "vp9", "vp8", "mpeg4", "mpeg2video", "prores", "dnxhd", "mjpeg")
SOUND_CODECS = (
    *("aac", "mp3", "mp3float", "opus", "vorbis", "flac", "ac3", "eac3", "alac"),
    *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le"),
)

MEMORY = 3 * 1024**3  # bytes of addresses, of which a third is used at most
OPEN_FILES = 64
LOOK_SECONDS = 30  # of processor time, to see what a file is
TIMES_ITS_LENGTH = 20  # of processor time, to make a film of it; on top of:
AT_LEAST_SECONDS = 300
STANDS_STILL_SECONDS = 300  # without a word of progress, it is ended
