"""The server's key is made once, kept closed, and never guessed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.secret import SecretError, key_fault, server_key


def test_key_is_made_once(tmp_path):
    """The first call makes a key of 32 bytes that only its owner may read; the next finds it."""
    key = server_key(tmp_path / "data", {})

    assert 32 == len(key)
    assert key == server_key(tmp_path / "data", {})
    assert 0o600 == (tmp_path / "data" / "secret.key").stat().st_mode & 0o777
    assert ["secret.key"] == [file.name for file in (tmp_path / "data").iterdir()]


def test_makers_at_once_agree(tmp_path):
    """Of several that find no key and make one, all end with the same."""
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: server_key(tmp_path, {}), range(16)))

    assert 1 == len(keys)


def test_environment_wins(tmp_path):
    """HUB_SECRET_KEY is the key where it is set, and no file is made."""
    assert bytes(range(32)) == server_key(tmp_path, {"HUB_SECRET_KEY": bytes(range(32)).hex()})
    assert [] == list(tmp_path.iterdir())


def test_key_open_to_others_is_refused(tmp_path):
    """A key that others may read is not used; the sentence says how to close it."""
    server_key(tmp_path, {})
    (tmp_path / "secret.key").chmod(0o640)

    with pytest.raises(SecretError, match="others may read the key: run chmod 600"):
        server_key(tmp_path, {})


@pytest.mark.parametrize("text", ["", "short", "00" * 31, "00" * 33, "zz" * 32, "ä" * 64])
def test_what_is_no_key_is_refused(tmp_path, text):
    """A cut or foreign file is a fault that never quotes what stands in it, and is not written over."""
    path = tmp_path / "secret.key"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(SecretError, match=r"secret\.key: expected 64 hexadecimal digits \(openssl") as caught:
        server_key(tmp_path, {})

    assert not text or text not in str(caught.value)
    assert text == path.read_text()


def test_folder_that_cannot_be_made(tmp_path):
    """A data folder that cannot be is told as a sentence."""
    (tmp_path / "file").touch()

    with pytest.raises(SecretError, match="cannot be made"):
        server_key(tmp_path / "file" / "data", {})


def test_looking_makes_no_key(tmp_path):
    """A key that is yet to be made is no fault, and stays so; one that cannot be used is."""
    assert None is key_fault(tmp_path / "data", {})
    assert not (tmp_path / "data").exists()
    assert "expected 64 hexadecimal digits" in str(key_fault(tmp_path, {"HUB_SECRET_KEY": "x"}))

    server_key(tmp_path, {})
    assert None is key_fault(tmp_path, {})
    (tmp_path / "secret.key").chmod(0o644)
    assert "others may read the key" in str(key_fault(tmp_path, {}))
