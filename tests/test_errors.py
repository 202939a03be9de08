"""Errors carry their exit code and one sentence that helps."""

import pytest

from earmark.errors import BudgetSpent, EarmarkError, InvalidInput, Mendable, MissingExtra, UnknownName


def test_an_unknown_name_comes_with_the_nearest_ones():
    error = UnknownName("tap", "layer.0.mpl", ["layer.0.mlp", "layer.1.mlp", "classifier"])
    assert str(error).startswith("no tap matches 'layer.0.mpl'; the nearest are layer.0.mlp")


def test_a_missing_extra_names_its_install_line():
    assert "pip install 'earmark[models]'" in str(MissingExtra("openai", "models"))


@pytest.mark.parametrize(("error", "code"), [(InvalidInput, 2), (Mendable, 2), (BudgetSpent, 3), (EarmarkError, 1)])
def test_exit_codes(error, code):
    assert error.exit_code == code
