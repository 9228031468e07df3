"""Numbers and pictures come back bit for bit."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digitizer.ledger.packing import pack_crop, pack_floats, unpack_crop, unpack_floats


@given(st.lists(st.floats(0, 1)))
def test_numbers_come_back_bit_for_bit(values: list[float]) -> None:
    """Whatever a probability is, the same double comes back."""
    assert struct.pack(f"{len(values)}d", *unpack_floats(pack_floats(values))) == struct.pack(
        f"{len(values)}d", *values
    )


def test_values_of_a_network_take_four_bytes_each() -> None:
    """Float32 values, of which there are twelve for each cell, are not stored twice as long as they are."""
    values = [float(each) for each in np.linspace(0, 1, 12, dtype=np.float32)]

    assert len(pack_floats(values)) == 1 + 12 * 4
    assert unpack_floats(pack_floats(values)) == tuple(values)


@given(st.binary(max_size=800))
def test_pictures_come_back_byte_for_byte(crop: bytes) -> None:
    """Any crop is the same after it was stored, an empty one too."""
    assert unpack_crop(pack_crop(crop)) == crop


def test_a_crop_is_stored_compressed() -> None:
    """A digit on an empty ground takes a fraction of its pixels."""
    assert len(pack_crop(bytes(300) + bytes(range(184)) + bytes(300))) < 784 / 3
