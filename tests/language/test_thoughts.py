"""Thoughts are cut in every notation; what is left is the answer."""

import pytest

from earmark.language.thoughts import without_thoughts


@pytest.mark.parametrize(
    "reply",
    [
        "answer",
        "<think>hm</think>answer",
        "<THINKING>\nhm\n</THINKING>answer",
        "hm, so\n</think>answer",
        "<think>I close with </think> and think on</think>answer",
        "<think>a<think>b</think>c</think>answer",
        "answer<think>was that right?",
        "answer<reasoning>was that right?</reasoning>",
        "[THINK]hm[/THINK]answer",
        "\u25c1think\u25b7hm\u25c1/think\u25b7answer",
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>answer",
        "analysisWe need one word.assistantfinalanswer",
    ],
)
def test_the_answer_is_what_is_no_thought(reply):
    assert without_thoughts(reply) == "answer"


@pytest.mark.parametrize("reply", ["<think>hm, I could say", "<|channel|>analysis<|message|>hm", "[THINK]hm"])
def test_a_thought_that_never_ends_holds_no_answer(reply):
    assert without_thoughts(reply) == ""
