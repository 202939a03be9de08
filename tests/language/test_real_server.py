"""A server that nobody here wrote: ``transformers serve`` with tiny random models."""

import io
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.language import Message, Prompt
from earmark.language.choose import open_model

pytestmark = pytest.mark.slow


def start(model, log):
    pytest.importorskip("uvicorn", reason="pip install 'transformers[serving]'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(model)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
    for _ in range(3000):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
            break
        except OSError:
            assert process.poll() is None, Path(log.name).read_text()[-2000:]
            time.sleep(0.1)
    return process, f"http://127.0.0.1:{port}/v1#{model}"


@pytest.fixture
def serving(tmp_path):
    running = []

    def serve(model):
        process, address = start(model, (tmp_path / "log").open("w"))
        running.append(process)
        return address

    yield serve
    for process in running:
        process.terminate()
        process.wait(timeout=20)


def test_a_chat_server_answers(serving, tiny_chat):
    model = open_model(serving(tiny_chat))
    prompt = Prompt(name="q", version="1", instructions="Say.", data=(Message(label="l", text="a dog"),), max_tokens=5)
    reply = model.reply(prompt)
    assert reply.usage.prompt_tokens > 0
    assert reply.model.endswith("#" + str(tiny_chat))
    assert reply == model.reply(prompt)


def test_an_audio_server_takes_input_audio(serving, tiny_listener):
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(8000) / 5), 16000, format="WAV")
    clip = Message(label="clip", text="one clip", audio_wav=file.getvalue())
    model = open_model(serving(tiny_listener))
    silent = model.reply(
        Prompt(name="q", version="1", instructions="Listen.", data=(Message(label="c", text="one clip"),), max_tokens=4)
    )
    heard = model.reply(Prompt(name="q", version="1", instructions="Listen.", data=(clip,), max_tokens=4))
    assert heard.usage.prompt_tokens > 0
    assert silent.usage.prompt_tokens > 0
