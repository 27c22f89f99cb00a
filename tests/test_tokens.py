"""Tokens: what is handed out, what is kept, what is taken for one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.tokens import ENTROPY, Credential, digest, mint, parse, same

ENTROPIES = st.binary(min_size=ENTROPY, max_size=ENTROPY)


@given(ENTROPIES)
def test_a_token_is_read_back(entropy):
    """What was minted is found again in its own text."""
    assert mint(entropy) == parse(str(mint(entropy)))


@given(ENTROPIES)
def test_a_token_has_one_shape(entropy):
    """A scanner finds a token by this pattern wherever it leaked."""
    assert re.fullmatch(r"hub_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}", str(mint(entropy)))


def test_tokens_that_were_handed_out_stay_tokens():
    """They are kept by providers for years: neither their shape nor their checksum changes."""
    token = "hub_0001IYT0XLWR_1u8QmlquE1rQpeqoulx6MZVGVGgufeog3UsDEHmrG2p_0LmcM4"

    assert token == str(mint(bytes(range(ENTROPY))))
    assert mint(bytes(range(ENTROPY))) == parse(token)


@given(ENTROPIES, st.integers(0, 67), st.characters())
def test_a_changed_token_is_none(entropy, place, letter):
    """One letter exchanged anywhere is noticed before anything is looked up."""
    token = str(mint(entropy))
    changed = token[:place] + letter + token[place + 1 :]

    assert changed == token or parse(changed) is None


@pytest.mark.parametrize("text", ["", "hub_", "Bearer x", "hub_a_b_c", "hub_" + "é" * 12])
def test_noise_is_no_token(text):
    """What was never a token is None, whatever it is."""
    assert None is parse(text)


def test_the_digest_depends_on_key_id_secret_and_key():
    """A digest fits one credential under one key."""
    one, other = mint(bytes(ENTROPY)), mint(bytes([1]) * ENTROPY)

    assert same(digest(one, b"k"), digest(one, b"k"))
    assert not same(digest(one, b"k"), digest(one, b"l"))
    assert not same(digest(one, b"k"), digest(other, b"k"))
    assert not same(digest(one, b"k"), digest(Credential(other.key_id, one.secret), b"k"))
    assert one.secret not in digest(one, b"k")


def test_too_little_chance_is_refused():
    """A token of fewer random bytes is not made."""
    with pytest.raises(ValueError, match="40 random bytes"):
        mint(bytes(16))
