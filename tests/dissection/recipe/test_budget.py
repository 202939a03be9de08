"""A run with a model stops by its budget with everything kept, goes on where it was, and pays for nothing twice."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from earmark.dissection.concepts.concepts import ConceptScore
from earmark.runs import RunFolder

_FILE = Path(__file__).parents[2] / "language" / "fault_server.py"


def _fault_server():
    spec = importlib.util.spec_from_file_location("fault_server_for_runs", _FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KEY = "sk-planted-1618033988749894"


def earmark(folder, *arguments):
    environment = {
        **os.environ,
        "EARMARK_API_KEY": KEY,
        "EARMARK_CACHE": str(folder / "cache.sqlite"),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "earmark", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


def test_a_budget_stops_a_run_with_exit_code_3_and_resume_pays_for_the_rest_only(sounds, factory, tmp_path):
    with _fault_server().FaultServer(answer=lambda _: f'{{"concept": "rain", "echo": "{KEY}"}}') as server:
        name = f"{server.url}#m"
        stopped = earmark(
            tmp_path, "dissect", factory, sounds, "--out", "run", "--model", name, "--max-requests", 5, "--no-audio"
        )
        assert stopped.returncode == 3, stopped.stderr
        assert "the budget of 5 requests is spent" in stopped.stderr
        assert len(server.bodies) == 5
        finished = earmark(tmp_path, "resume", "run", "--no-audio")
        assert finished.returncode == 0, finished.stderr
        asked = [str(body["messages"]) for body in server.bodies]
    # 17 neurons vary; those whose strong clips are the same clips are one question.
    assert len(asked) == len(set(asked)) <= 17
    picked = [row for row in RunFolder.open(tmp_path / "run").read("concepts", ConceptScore) if row.source == "ICL"]
    assert len(picked) == 17
    assert {row.concept for row in picked} == {"rain"}
    (use,) = RunFolder.open(tmp_path / "run").manifest.model_use
    assert (use.stage, use.prompt, use.requests) == ("descriptions", "icl", len(asked))
    assert use.prompt_tokens == 7 * len(asked)
    assert f"model, descriptions: {len(asked) - 5} requests" in finished.stderr
    assert (tmp_path / "run" / "page.html").is_file()
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or KEY.encode() not in file.read_bytes(), file
    assert KEY not in stopped.stderr + finished.stderr + finished.stdout
