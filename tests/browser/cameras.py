"""A camera that shows real codes: Chromium plays a video file as one, and the page reads its frames.

Chromium on Linux has no BarcodeDetector of its own, so the page gets one that hands each frame to zxing-cpp, the reader of the server.
"""

import base64
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy
import zxingcpp
from PIL import Image

from tests.factories.certificates import qr_picture

WIDTH, HEIGHT, PER_SECOND = 640, 480, 5
DETECTOR = """
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  async detect(video) {
    if (!video.videoWidth) return [];
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    return (await window.readFrame(canvas.toDataURL("image/png"))).map((rawValue) => ({ rawValue }));
  }
};
"""


def film(path: Path, scenes: Sequence[tuple[str, float]]) -> Path:
    """A Y4M file that holds each text as a QR code before the camera for so many seconds; "" is an empty road. It is played again and again."""
    with path.open("wb") as video:
        video.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for text, seconds in scenes:
            frame = numpy.full((HEIGHT, WIDTH), 200, numpy.uint8)
            if text:
                code = numpy.array(qr_picture(text, scale=5).convert("L"))
                top, left = (HEIGHT - code.shape[0]) // 2, (WIDTH - code.shape[1]) // 2
                frame[top : top + code.shape[0], left : left + code.shape[1]] = code
            grey = bytes([128]) * (WIDTH * HEIGHT // 2)
            video.write((b"FRAME\n" + frame.tobytes() + grey) * round(seconds * PER_SECOND))
    return path


def arguments(path: Path) -> list[str]:
    return ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}"]


def read_frame(address: str) -> list[str]:
    """The codes in a picture that the page sends as a data address."""
    picture = Image.open(BytesIO(base64.b64decode(address.partition(",")[2])))
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
