"""Every command that asks a model stays within a budget, keeps what it has, and pays for nothing twice."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from earmark.copywriting.aspects.aspects import ready_set
from earmark.runs import RunFolder

KEY = "sk-planted-2718281828459045"
PRODUCTS, AT_ONCE = 6, 4
ASPECTS = ("fries", "soup", "bread", "salad", "cake", "coffee")


@pytest.fixture(scope="module")
def fault_server():
    file = Path(__file__).parents[1] / "language" / "fault_server.py"
    spec = importlib.util.spec_from_file_location("fault_server_for_commands", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def reviews(tmp_path):
    rows = ["product,text"]
    for number, dish in enumerate(ASPECTS):
        rows += [f"diner {number},The {dish} was crisp. The staff was friendly."]
        rows += [f"diner {number},Friendly staff and crisp {dish}. The terrace is quiet."]
        rows += [f"diner {number},I found the staff friendly and the {dish} crisp."]
    (tmp_path / "reviews.csv").write_text("\n".join(rows), encoding="utf-8")
    return "reviews.csv"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder and a cache of its own; and a key, of which no byte may be found there in the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_CACHE", str(tmp_path / "cache.sqlite"))
    monkeypatch.setenv("EARMARK_API_KEY", KEY)
    yield
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or KEY.encode() not in file.read_bytes(), file


@pytest.fixture
def call(call):
    """The same, without the key on either output."""

    def run(*words):
        code, out, err = call(*words)
        assert KEY not in out + err
        return code, out, err

    return run


def answer(body):
    """One sentence from the claims that are sent, or the first of two; and the key, as a careless server might."""
    material = "\n".join(str(message["content"]) for message in body["messages"])
    if '"better"' in body["messages"][0]["content"]:
        return json.dumps({"better": "first"}) + KEY
    dish = re.search(rf"({'|'.join(ASPECTS)}): crisp", material)
    return json.dumps({"drafts": [f"The {dish[1]} is crisp and the staff is friendly."]}) + KEY


def test_writing_stops_by_its_budget_and_goes_on_without_asking_twice(call, reviews, fault_server, tmp_path):
    with fault_server.FaultServer(answer=answer) as server:
        asked = ("write", reviews, "--vectors", "none", "--writer", "model", "--model", f"{server.url}#m")
        stopped = call(*asked, "--out", "copy.jsonl", "--max-requests", 3)
        assert stopped[0] == 3, stopped[2]
        assert "the budget of 3 requests is spent; what is done is kept." in stopped[2]
        assert "earmark resume copy.jsonl.run" in stopped[2]
        assert "model, write: 3 requests (21 prompt and 9 reply tokens), 0 from the cache" in stopped[2]
        assert len(server.bodies) == 3
        assert not (tmp_path / "copy.jsonl").exists()

        finished = call("resume", "copy.jsonl.run", "--prompt-price", 1e6)
        assert finished[0] == 0, finished[2]
        assert "model, write: 3 requests (21 prompt and 9 reply tokens, cost 21), " in finished[2]

        again = call(*asked, "--json")
        assert again[0] == 0, again[2]
        assert "0 requests (0 prompt and 0 reply tokens), 6 from the cache" in again[2]
        asked = [str(body["messages"]) for body in server.bodies]
    assert len(asked) == len(set(asked)) == PRODUCTS
    copies = [json.loads(line) for line in (tmp_path / "copy.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [copy["product_id"] for copy in copies] == [f"diner {number}" for number in range(PRODUCTS)]
    assert {copy["writer"] for copy in copies} == {f"model:{server.url}#m"}
    assert [json.loads(line)["text"] for line in again[1].splitlines()] == [copy["text"] for copy in copies]
    (use,) = RunFolder.open(tmp_path / "copy.jsonl.run").manifest.model_use
    assert (use.stage, use.prompt, use.requests, use.prompt_tokens, use.reply_tokens) == (
        "write",
        "write_copy",
        6,
        42,
        18,
    )
    assert use.cost == 21.0
    assert len(use.prompt_hash) == 16


def test_the_same_command_with_the_same_out_goes_on_as_resume_does(call, reviews, fault_server):
    with fault_server.FaultServer(answer=answer) as server:
        asked = (
            "write",
            reviews,
            "--vectors",
            "none",
            "--writer",
            "model",
            "--model",
            f"{server.url}#m",
            "--out",
            "run",
        )
        assert call(*asked, "--max-tokens", 5)[0] == 3
        assert 1 <= len(server.bodies) <= AT_ONCE
        assert call(*asked)[0] == 0
        assert len(server.bodies) == PRODUCTS
        assert call("resume", "run")[0] == 0
        assert len(server.bodies) == PRODUCTS


def test_summaries_by_a_model_are_asked_for_within_the_budget(call, reviews, fault_server):
    with fault_server.FaultServer(answer=lambda _: '{"claims": []}') as server:
        asked = ("write", reviews, "--vectors", "none", "--product", "diner 0", "--model", f"{server.url}#m")
        assert call(*asked)[0] == 2
        stopped = call(*asked, "--summarise-by", "model", "--max-requests", 2)
        assert stopped[0] == 3
        assert "model, aspect_summary: 2 requests" in stopped[2]
        assert call(*asked, "--summarise-by", "model")[0] == 0
        sent = [str(body["messages"]) for body in server.bodies]
    assert len(sent) == len(set(sent)) == len(ready_set("restaurants").aspects)


def test_judging_stops_by_its_budget_and_goes_on_without_asking_twice(call, fault_server, tmp_path):
    for name, word in (("a", "crisp"), ("b", "golden")):
        rows = [json.dumps({"product": str(n), "text": f"The {dish} is {word}."}) for n, dish in enumerate(ASPECTS)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with fault_server.FaultServer(answer=answer) as server:
        asked = ("judge", "a.jsonl", "b.jsonl", "--model", f"{server.url}#m")
        stopped = call(*asked, "--max-requests", 3)
        assert stopped[0] == 3, stopped[2]
        assert "model, pairwise_allure: 3 requests" in stopped[2]
        finished = call(*asked)
        assert finished[0] == 0, finished[2]
        assert "9 requests" in finished[2]
        assert "3 from the cache" in finished[2]
        assert len(server.bodies) == 2 * len(ASPECTS)


def test_a_training_stops_by_its_budget_and_resume_goes_on(call, reviews, fault_server, tmp_path):
    with fault_server.FaultServer(answer=answer) as server:
        asked = ("train", "writer", reviews, "--model", f"{server.url}#m", "--briefs", 1)
        stopped = call(*asked, "--out", "writer", "--max-requests", 2)
        assert stopped[0] == 3, stopped[2]
        assert "earmark resume writer" in stopped[2]
        resumed = call("resume", "writer", "--max-requests", 2)
        assert resumed[0] == 3, resumed[2]
        assert "model, corpus: 2 requests (14 prompt and 6 reply tokens), 2 from the cache" in resumed[2]
        assert len(server.bodies) == 4
    (use,) = RunFolder.open(tmp_path / "writer").manifest.model_use
    assert (use.stage, use.requests, use.from_cache) == ("corpus", 4, 2)


def test_checking_a_model_never_answers_from_the_cache_and_fails_where_it_cannot_be_used(call, fault_server):
    with fault_server.FaultServer(answer=lambda _: '{"word": "rain", "certain": 1}') as server:
        for _ in range(2):
            code, out, _ = call("models", "check", f"{server.url}#m")
            assert code == 0
            assert "it seems not to listen" in out
        assert len(server.bodies) == 8
        spent = call("models", "check", f"{server.url}#m", "--max-requests", 1)
        assert spent[0] == 3
        assert "text       works" in spent[1]
    with fault_server.FaultServer(answer=lambda _: "I had rather not.") as server:
        useless = call("models", "check", f"{server.url}#m")
    assert useless[0] == 2
    assert "structured does not work" in useless[1]
    assert "twice" in useless[1]


def test_another_host_is_named_once_and_plain_http_needs_the_flag(call, reviews):
    asked = ("write", reviews, "--vectors", "none", "--writer", "model", "--model", "http://192.0.2.1/v1#m")
    refused = call(*asked)
    assert refused[0] == 2
    assert "--allow-plain-http" in refused[2]
    assert "Traceback" not in refused[2]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "md"])
def test_a_key_that_the_server_writes_into_the_copy_is_in_no_file(call, reviews, fault_server, ending):
    draft = json.dumps({"drafts": [f"The fries are crisp and the staff is friendly. {KEY}"]})
    with fault_server.FaultServer(answer=lambda _: draft) as server:
        asked = ("write", reviews, "--vectors", "none", "--writer", "model", "--model", f"{server.url}#m")
        assert call(*asked, "--out", f"copy.{ending}")[0] == 0
        assert f"Bearer {KEY}" in server.headers[0].values()


def test_an_error_of_a_command_says_no_key(call, reviews, fault_server, monkeypatch):
    body = json.dumps({"error": f"{KEY} is unknown"}).encode()
    monkeypatch.setitem(fault_server.FAULTS, "401", lambda request: fault_server.send(request, 401, body))
    with fault_server.FaultServer(plan=lambda _: "401") as server:
        asked = ("write", reviews, "--vectors", "none", "--writer", "model", "--model", f"{server.url}#m")
        refused = call(*asked, "--out", "run")
        assert refused[0] == 2
        assert "refuses the key (401)" in refused[2]
        assert len(server.bodies) <= AT_ONCE
