"""Ways to compute the colour stage's arithmetic, on the same data in one run, interleaved.

L*a*b* planes of 1500 x 1000 to linear light with the gamut test, the part that every way can do:
numpy in passes over strips, numpy in blocks (tomau's), numexpr, OpenCV, a graph run by
ONNX Runtime, numba. And two enlargements of five planes from 768 x 512: taps as passes of numpy
over Pillow's columns, and banded matrices (tomau's). Ways that need a package which is not
installed are left out. Each way is run by two threads (of Python's or its own); "start" is what
importing and the first call cost beyond a usual call, "installed" the size of the packages.

    pip install numba numexpr opencv-python-headless onnx
    python benchmarks/color_contenders.py --pictures KODAK --out results/color_contenders.csv
"""

from __future__ import annotations

import importlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from oracle import at_working_size, parse_options, read_pictures, write_table
from tomau.color import luminance, srgb_to_lab, upsample_chroma
from tomau.color.banded import by_columns, by_rows, cubic_taps
from tomau.color.gamut import linear_in_gamut
from tomau.color.spaces import FROM_XYZ

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Planes = tuple[NDArray[np.float32], ...]
    Way = Callable[[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]], Any]

HEIGHT, WIDTH, ROWS = 1000, 1500, 174
KNEE, SLOPE = np.float32(0.2068966), np.float32(1 / 7.787)
LOW, HIGH = np.float32(-1e-6), np.float32(1 + 2e-4)
PACKAGES = {
    "numpy, passes": (),
    "numpy, in blocks": (),
    "numexpr": ("numexpr",),
    "OpenCV": ("cv2", "opencv_python_headless.libs"),
    "ONNX Runtime": (),
    "numba": ("numba", "llvmlite"),
}


def main() -> None:
    """Measure and write the table."""
    options = parse_options(__doc__.splitlines()[0])
    l, a, b = planes(read_pictures(options.pictures)[0])
    expected = np.stack(passes(l, a, b))
    makers = {
        "numpy, passes": lambda: passes,
        "numpy, in blocks": lambda: blocks,
        "numexpr": with_numexpr,
        "OpenCV": with_opencv,
        "ONNX Runtime": with_onnx,
        "numba": with_numba,
    }
    ways, starts, errors = {}, {}, {}
    for name, make in makers.items():
        start = time.perf_counter()
        try:
            way = make()
        except ImportError as error:
            print(f"{name} left out: {error}")
            continue
        answer = np.stack(list(way(l, a, b))).reshape(expected.shape)
        starts[name], ways[name] = time.perf_counter() - start, way
        errors[name] = float(np.abs(np.clip(answer, 0, 1) - np.clip(expected, 0, 1)).max())
    strips = [slice(top, top + ROWS) for top in range(0, HEIGHT, ROWS)]
    with ThreadPoolExecutor(options.threads) as pool:
        works = {
            name: partial(over_strips, way, (l, a, b), strips, pool) for name, way in ways.items()
        }
        rates = interleaved(works, options.repeats)
        enlargements = {
            "enlarge 5 planes: passes": partial(enlarge_by_passes, l, pool, strips),
            "enlarge 5 planes: banded, BLAS": partial(enlarge_by_blas, l, pool, strips),
        }
        rates |= interleaved(enlargements, options.repeats)
    rows = []
    for name, rate in rates.items():
        first = rates["numpy, passes" if name in ways else "enlarge 5 planes: passes"]
        start = f"{starts[name]:.2f}" if name in ways else ""
        error = f"{errors[name]:.1e}" if name in ways else ""
        size = f"{installed(PACKAGES.get(name, ())):.0f}" if name in ways else ""
        rows.append((name, f"{rate:.1f}", f"{rate / first:.2f}", start, size, error))
    columns = ("way", "mp_per_s", "speed_over_passes", "start_s", "installed_mb", "largest_error")
    write_table(options.out, columns, rows)


def planes(rgb_u8: NDArray[np.uint8]) -> Planes:
    """L*, a* and b* of an enlarged picture as the upsampler makes them."""
    rgb_u8 = np.asarray(Image.fromarray(rgb_u8).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))
    l = luminance(rgb_u8)
    ab_low = at_working_size(srgb_to_lab(rgb_u8.astype(np.float32) / 255)[..., 1:], 256)
    return l, *np.ascontiguousarray(np.moveaxis(upsample_chroma(ab_low, l), -1, 0))


def over_strips(way: Way, lab: Planes, strips: list[slice], pool: ThreadPoolExecutor) -> None:
    """Run a way on all strips, spread over the pool."""
    list(pool.map(lambda rows: way(*(plane[rows] for plane in lab)), strips))


def interleaved(works: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median megapixels per second of each, all run in turn so that noise meets all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    pixels = HEIGHT * WIDTH / 1e6
    return {name: pixels / statistics.median(took[1:]) for name, took in seconds.items()}


def passes(l: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> Planes:
    """Plain numpy, a pass over the strip per operation."""
    fy = (l + np.float32(16)) * np.float32(1 / 116)
    cubes = []
    for f in (fy + a * np.float32(1 / 500), fy, fy - b * np.float32(1 / 200)):
        bent = np.maximum(f, KNEE)
        cubes.append((f - bent) * SLOPE + bent * bent * bent)
    linear = [row[0] * cubes[0] + row[1] * cubes[1] + row[2] * cubes[2] for row in FROM_XYZ]
    low = np.minimum(np.minimum(linear[0], linear[1]), linear[2])
    high = np.maximum(np.maximum(linear[0], linear[1]), linear[2])
    if ((low < LOW) | (high > HIGH)).any():
        return tuple(blocks(l, a, b).reshape(3, *l.shape))
    return tuple(linear)


def blocks(
    l: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Numpy block by block, as tomau does, which finishes each block while it is in the cache."""
    linear = np.empty((3, l.size), np.float32)
    for pixels, part in linear_in_gamut(l, a, b):
        linear[:, pixels] = part
    return linear


def in_gamut(way: Way) -> Way:
    """Finish linear light of any way by tomau's mapping of what lies outside."""

    def whole(l: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> Any:
        linear = np.stack(list(way(l, a, b))).reshape(3, -1)
        outside = np.flatnonzero((linear.min(axis=0) < LOW) | (linear.max(axis=0) > HIGH))
        if len(outside):
            few = (plane.ravel()[outside][np.newaxis] for plane in (l, a, b))
            linear[:, outside] = blocks(*few)
        return linear

    return whole


def with_numexpr() -> Way:
    """An expression per channel."""
    numexpr = importlib.import_module("numexpr")
    numexpr.set_num_threads(1)
    cube = "(({0} - maximum({0}, k)) * s + maximum({0}, k) ** 3)".format
    fx, fy, fz = "((l + c) * i + a * j)", "((l + c) * i)", "((l + c) * i - b * h)"
    text = f"m0 * {cube(fx)} + m1 * {cube(fy)} + m2 * {cube(fz)}"
    known = {
        name: np.float32(value)
        for name, value in {"c": 16, "i": 1 / 116, "j": 1 / 500, "h": 1 / 200}.items()
    }
    known |= {"k": KNEE, "s": SLOPE}

    def way(l: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> Any:
        for row in FROM_XYZ:
            names = (
                known | {"l": l, "a": a, "b": b} | dict(zip(("m0", "m1", "m2"), row, strict=True))
            )
            yield numexpr.evaluate(text, local_dict=names)

    return in_gamut(way)


def with_opencv() -> Way:
    """OpenCV's arithmetic on float32, its matrix product on interleaved pixels."""
    cv2 = importlib.import_module("cv2")
    cv2.setNumThreads(1)

    def way(l: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> Any:
        fy = cv2.addWeighted(l, 1 / 116, l, 0, 16 / 116)
        f = cv2.merge([cv2.addWeighted(a, 1 / 500, fy, 1, 0), fy])
        f = cv2.merge([*cv2.split(f), cv2.addWeighted(b, -1 / 200, fy, 1, 0)])
        bent = cv2.max(f, (float(KNEE),) * 4)
        cubes = cv2.multiply(cv2.multiply(bent, bent), bent)
        line = cv2.addWeighted(f, float(SLOPE), bent, -float(SLOPE), 0)
        return cv2.split(cv2.transform(cv2.add(line, cubes), FROM_XYZ))

    return in_gamut(way)


def with_onnx() -> Way:
    """One graph, one thread in the runtime: Python's threads each run it on a strip."""
    onnx = importlib.import_module("onnx")
    runtime = importlib.import_module("onnxruntime")
    numbers = {"c": 16, "i": 1 / 116, "j": 1 / 500, "h": -1 / 200, "k": KNEE, "s": SLOPE}
    constants = [
        onnx.numpy_helper.from_array(np.array(value, np.float32), name)
        for name, value in (numbers | {"m": FROM_XYZ}).items()
    ]
    steps = (
        ("Add", "l c", "l1"), ("Mul", "l1 i", "fy"), ("Mul", "a j", "a1"), ("Add", "a1 fy", "fx"),
        ("Mul", "b h", "b1"), ("Add", "b1 fy", "fz"), ("Concat", "fx fy fz", "f"),
        ("Max", "f k", "bent"), ("Sub", "f bent", "d"), ("Mul", "d s", "line"),
        ("Mul", "bent bent", "sq"), ("Mul", "sq bent", "cube"), ("Add", "line cube", "x"),
        ("MatMul", "m x", "linear"),
    )  # fmt: skip
    nodes = [
        onnx.helper.make_node(
            kind, given.split(), [out], **({"axis": 0} if kind == "Concat" else {})
        )
        for kind, given, out in steps
    ]
    port = partial(onnx.helper.make_tensor_value_info, elem_type=onnx.TensorProto.FLOAT)
    graph = onnx.helper.make_graph(
        nodes,
        "colour",
        [port(name, shape=[1, "n"]) for name in "lab"],
        [port("linear", shape=[3, "n"])],
        constants,
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9
    )
    settings = runtime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = runtime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )

    def way(l: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> Any:
        given = {name: plane.reshape(1, -1) for name, plane in zip("lab", (l, a, b), strict=True)}
        return session.run(None, given)[0]

    return in_gamut(way)


def with_numba() -> Way:
    """One loop over pixels, compiled; the start contains the compilation."""
    numba = importlib.import_module("numba")
    matrix = tuple(np.float32(value) for value in FROM_XYZ.ravel())
    c, i, j, h = (np.float32(v) for v in (16, 1 / 116, 1 / 500, 1 / 200))

    @numba.njit(inline="always")
    def cube(f: np.float32) -> np.float32:
        bent = max(f, KNEE)
        return (f - bent) * SLOPE + bent * bent * bent

    @numba.njit(nogil=True)
    def loop(l: Any, a: Any, b: Any, out: Any) -> None:
        for n in range(l.size):
            fy = (l[n] + c) * i
            x, y, z = cube(fy + a[n] * j), cube(fy), cube(fy - b[n] * h)
            out[0, n] = matrix[0] * x + matrix[1] * y + matrix[2] * z
            out[1, n] = matrix[3] * x + matrix[4] * y + matrix[5] * z
            out[2, n] = matrix[6] * x + matrix[7] * y + matrix[8] * z

    def way(l: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> Any:
        out = np.empty((3, l.size), np.float32)
        loop(l.ravel(), a.ravel(), b.ravel(), out)
        return out

    return in_gamut(way)


def five_small(l: NDArray[np.float32]) -> NDArray[np.float32]:
    """Five planes of 768 x 512."""
    small = np.asarray(Image.fromarray(l).resize((768, 512), Image.Resampling.BOX))
    return np.stack([small] * 5)


def enlarge_by_passes(
    l: NDArray[np.float32], pool: ThreadPoolExecutor, strips: list[slice]
) -> None:
    """Columns by Pillow, rows by four passes of numpy."""
    taps = cubic_taps(HEIGHT, 512)
    weight = taps.weight.astype(np.float32)
    size = (WIDTH, 512)
    wide = list(
        pool.map(
            lambda plane: np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC)),
            five_small(l),
        )
    )

    def rows_of(rows: slice) -> list[NDArray[np.float32]]:
        index, w = taps.index[rows], weight[rows, :, None]
        return [sum(plane[index[:, k]] * w[:, k] for k in range(4)) for plane in wide]

    list(pool.map(rows_of, strips))


def enlarge_by_blas(l: NDArray[np.float32], pool: ThreadPoolExecutor, strips: list[slice]) -> None:
    """As the upsampler does: columns and rows of each strip by banded matrices."""
    planes_ = five_small(l)
    down, across = by_rows(cubic_taps(HEIGHT, 512)), by_columns(cubic_taps(WIDTH, 768))

    def rows_of(rows: slice) -> NDArray[np.float32]:
        rows = slice(rows.start, min(rows.stop, HEIGHT))
        return down.rows(across.columns(planes_[:, down.inputs(rows)]), rows)

    list(pool.map(rows_of, strips))


def installed(names: tuple[str, ...]) -> float:
    """Megabytes of packages beside numpy and what tomau needs anyway."""
    total = 0
    for name in names:
        base = Path(importlib.import_module(names[0]).__file__ or "").parents[1]
        total += sum(file.stat().st_size for file in (base / name).rglob("*") if file.is_file())
    return total / 1e6


if __name__ == "__main__":
    main()
