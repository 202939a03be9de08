"""A model is named in one way, and a key goes to its own host only."""

import pytest

from earmark.errors import InvalidInput
from earmark.language.choose import leaves_this_machine, open_model


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "EARMARK_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_embedded_is_no_model():
    assert open_model("embedded") is None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gpt", "names no model: write 'embedded'"),
        ("openai:", "names no model"),
        ("openai:gpt", "set OPENAI_API_KEY"),
        ("http://localhost:8000/v1", "write http://localhost:8000/v1#NAME"),
        ("http://example.com/v1#m", "unencrypted"),
        ("http://user:secret@localhost/v1#m", "never carries a key"),
        ("http://[::1/v1#m", "is not an address"),
        ("http://#m", "names no host"),
        ("http://localhost:port/v1#m", "is not an address"),
        ("http://localhost:99999/v1#m", "is not an address"),
        ("http://localhost\\@example.com/v1#m", "carries a key|is not an address"),
        ("http://local\thost/v1#m", "is not an address"),
        ("https://\uff4cocalhost/v1#m", "is not an address"),
        ("http://localhost/v1?version=1#m", "is not an address"),
        ("http://localhost/v1/chat/completions#m", "goes too far"),
        ("http://localhost.example.com/v1#m", "unencrypted"),
        ("scripted:nobody", "no scripted model matches"),
    ],
)
def test_a_name_that_means_nothing_is_one_sentence(name, sentence):
    with pytest.raises(Exception, match=sentence) as caught:
        open_model(name)
    assert caught.value.exit_code == 2
    assert "secret" not in str(caught.value)


def test_openais_key_is_not_for_another_server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    model = open_model("http://localhost:9/v1#m")
    assert model._model._client.api_key == "none"
    monkeypatch.setenv("EARMARK_API_KEY", "sk-mine")
    assert open_model("http://localhost:9/v1#m")._model._client.api_key == "sk-mine"
    assert open_model("openai:gpt", send_raw=True)._model._client.api_key == "sk-planted"


def test_plain_http_beyond_the_loopback_needs_a_flag():
    with pytest.raises(InvalidInput):
        open_model("http://192.0.2.1/v1#m")
    assert open_model("http://192.0.2.1/v1#m", allow_plain_http=True) is not None
    assert open_model("https://192.0.2.1/v1#m") is not None


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("openai:gpt", "api.openai.com"),
        ("http://localhost:8000/v1#m", None),
        ("http://127.0.0.2/v1#m", None),
        ("http://[::1]:8000/v1#m", None),
        ("http://0.0.0.0:11434/v1#m", None),
        ("https://example.com/v1#m", "example.com"),
        ("https://localhost@example.com/v1#m", "example.com"),
        ("http://localhost.example.com/v1#m", "localhost.example.com"),
        ("local:folder", None),
        ("embedded", None),
    ],
)
def test_the_host_that_would_read_the_reviews_is_known(name, host):
    assert leaves_this_machine(name) == host
