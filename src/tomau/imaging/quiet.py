"""Decoders that talk past us, made silent: what is wrong with a file is told once, by tomau."""

from __future__ import annotations

import ctypes
import logging
import warnings

from PIL import _imaging

_LIBTIFF_HANDLERS = ("TIFFSetErrorHandler", "TIFFSetWarningHandler")


def silence_decoders() -> None:
    """Keep what Pillow, tifffile and libtiff say of damaged files from standard error.

    These are settings of the whole process: for a program to call, not for a library.
    """
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    for name in ("PIL", "tifffile"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    # Looked up through Pillow's own extension, which libtiff was loaded for; where it is built in
    # without these names, as on Windows, its lines stay.
    library = ctypes.CDLL(_imaging.__file__)
    for name in _LIBTIFF_HANDLERS:
        handler = getattr(library, name, None)
        if handler is not None:
            handler(None)
