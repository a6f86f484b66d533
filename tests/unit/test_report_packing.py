"""Packed slices: nothing of the labels is lost, and a page of the default study stays small."""

import base64
import zlib

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from manyeyes.randomness import generator
from manyeyes.report.packing import (
    MOST_COMBINATIONS,
    pack_image,
    pack_inside,
    pack_labels,
)


def unpacked(chunks, shape, digit="1"):
    """Return where a phase is, by variant and user, decoded as the page's script does it."""
    found = {}
    for chunk in chunks:
        codes = np.stack(
            [
                np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(shape)
                for text in chunk["slices"]
            ]
        )
        for plane in chunk["planes"]:
            lookup = np.array([sign == digit for sign in plane["phases"]])
            found[plane["variant"], plane["user"]] = lookup[codes]
    return found


def named(volumes):
    return [({"variant": "S2", "user": str(n)}, volume == 1) for n, volume in enumerate(volumes)]


@given(st.integers(0, 2**32), st.integers(1, 14), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_labels_come_back_as_they_were(seed, users, depth):
    volumes = np.random.default_rng(seed).integers(1, 3, (users, depth, 7, 11), np.uint8)
    found = unpacked(pack_labels(named(volumes)), (7, 11))
    assert len(found) == users
    for number, volume in enumerate(volumes):
        assert np.array_equal(found["S2", str(number)], volume == 1)


def test_nested_thresholds_share_one_chunk_however_many_they_are():
    image = generator("nested").integers(0, 256, (2, 40, 40))
    volumes = [np.where(image >= level, 1, 2).astype(np.uint8) for level in range(60, 150, 3)]
    chunks = pack_labels(named(volumes))
    assert len(chunks) == 1
    assert len(chunks[0]["planes"]) == 30
    assert {len(plane["phases"]) for plane in chunks[0]["planes"]} == {31}


def test_a_chunk_ends_before_a_byte_has_too_few_values():
    volumes = generator("independent").integers(1, 3, (20, 3, 64, 64)).astype(np.uint8)
    chunks = pack_labels(named(volumes))
    assert [len(chunk["planes"]) for chunk in chunks] == [8, 8, 4]
    assert all(
        len(plane["phases"]) <= MOST_COMBINATIONS for chunk in chunks for plane in chunk["planes"]
    )


@pytest.mark.parametrize("phases", [1, 3, 9])
def test_every_phase_comes_back(phases):
    volumes = generator("phases", phases).integers(0, phases + 1, (7, 2, 6, 9)).astype(np.uint8)
    named_volumes = [({"variant": "S2", "user": str(n)}, v) for n, v in enumerate(volumes)]
    chunks = pack_labels(named_volumes, phases)
    for place in range(phases + 1):
        found = unpacked(chunks, (6, 9), str(place))
        assert all(
            np.array_equal(found["S2", str(n)], volume == place) for n, volume in enumerate(volumes)
        )
    with pytest.raises(ValueError, match="1 to 9 phases"):
        pack_labels(named_volumes, 10)


def test_nothing_makes_no_chunk():
    assert pack_labels([]) == []


def test_segmentations_of_different_shape_are_refused():
    volumes = [np.ones((1, 2, 3), np.uint8), np.ones((1, 3, 2), np.uint8)]
    with pytest.raises(ValueError, match=r"one shape, found \(1, 2, 3\) and \(1, 3, 2\)"):
        pack_labels(named(volumes))


def test_pictures_are_the_slices_that_were_asked_for():
    image = np.zeros((5, 16, 24), np.uint8)
    image[3] = 200
    first, second = (
        imagecodecs.jpeg8_decode(base64.b64decode(text)) for text in pack_image(image, [3, 4])
    )
    assert first.shape == (16, 24)
    assert abs(int(first.mean()) - 200) <= 1
    assert second.mean() == 0


def test_images_of_more_than_8_bits_are_refused():
    with pytest.raises(ValueError, match="uint16"):
        pack_image(np.zeros((2, 3, 4), np.uint16), [0])


def test_a_page_of_the_default_study_stays_below_20_mb():
    """By arithmetic, from two slices that are noisier than its raw images are on average."""
    rng = generator("a noisy slice")
    slices, raw_images, filtered_images, side = 24, 6, 6, 200
    variants, users = 9, 3  # 324 segmentations of 12 images
    solid = gaussian_filter(rng.normal(size=(2, side, side)), (0, 7, 7)) > 0
    noise = gaussian_filter(rng.normal(size=(2, side, side)), (0, 0.7, 0.7))
    grey = 110 + 40 * solid + 25 * noise / noise.std()
    image = np.clip(grey, 0, 255).astype(np.uint8)

    def by(variant, user):
        """Return a threshold of the noisy image, or of a smooth one that each user sees anew."""
        if variant < 3:
            seen = grey - 10 * variant
        else:
            seen = gaussian_filter(grey, (0, 0.8, 0.8)) + rng.normal(scale=1.5, size=grey.shape)
        return np.where(seen > 125 + 4 * user, 1, 2).astype(np.uint8)

    labels = named(by(variant, user) for variant in range(variants) for user in range(users))
    packed = sum(len(text) for chunk in pack_labels(labels) for text in chunk["slices"])
    pictures = sum(map(len, pack_image(image, range(2))))
    a_slice = (packed + pictures) / len(image)
    # In a run a raw image had 45 800 bytes a slice on average, a filtered one 0.37 of that, and
    # figures and tables 9.2 MB.
    assert a_slice > 45_800
    figures_and_tables = 9.5e6
    assert slices * (raw_images + 0.4 * filtered_images) * a_slice + figures_and_tables < 20e6


def test_a_field_of_view_comes_back_as_it_was():
    inside = np.random.default_rng(0).random((2, 7, 11)) < 0.5
    found = [zlib.decompress(base64.b64decode(text)) for text in pack_inside(inside)]
    planes = np.stack([np.frombuffer(plane, np.uint8) for plane in found])
    assert np.array_equal(planes == 1, inside.reshape(2, -1))
