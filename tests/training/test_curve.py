"""What is said of losses, in words, and when they end a training."""

from math import nan

from assistant.training.curve import Curve


def said(curve: Curve, *losses: float, every: int = 10) -> dict[str, tuple[int, str]]:
    """Warnings by kind after validations with these losses, the first before training."""
    told = {}
    for place, loss in enumerate(losses):
        for warning in curve.validated(place * every, loss):
            told[warning.kind] = (warning.step, warning.text)
    return told


def test_falling_loss_is_nothing_to_speak_of():
    curve = Curve(40, patience=2)
    assert said(curve, 2.0, 1.5, 1.2, 1.0, 0.9) == {}
    assert (curve.best_step, curve.tired, curve.ended) == (40, False, True)
    assert curve.summary() == (
        "Trained all 40 steps; its last step was kept, which has the best validation loss, 0.90 "
        "(2.00 before training)."
    )


def test_rising_loss_is_memorising():
    curve = Curve(100, patience=3)
    told = said(curve, 2.0, 1.5, 1.2, 1.3, 1.4, 1.5)
    step, text = told["memorising"]
    assert step == 40, "once is chance"
    assert text.startswith("The validation loss rises since step 20: the model is memorising")
    assert curve.tired and curve.ended
    assert curve.summary() == (
        "Stopped early after step 50 of 100: the validation loss was no longer falling; "
        "step 20 was kept, with 1.20 (2.00 before training)."
    )


def test_each_kind_is_told_once_and_not_again_after_a_pause():
    curve = Curve(100, patience=0)
    said(curve, 2.0, 1.0, 1.3, 1.4)
    assert list(curve.validated(40, 1.5)) == []
    again = Curve(100, patience=0, told=curve.told)
    assert said(again, 2.0, 1.0, 1.3, 1.4, 1.5) == {}


def test_patience_of_nought_never_ends_early():
    curve = Curve(100, patience=0)
    said(curve, 2.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5)
    assert not curve.ended


def test_tiny_gains_wear_patience_out_but_the_best_of_them_is_kept():
    curve = Curve(1000, patience=3)
    said(curve, 2.0, 1.0, 0.9995, 0.9990, 0.9985)
    assert curve.tired
    assert curve.best_step == 40


def test_loss_far_above_the_untrained_model_diverges():
    told = said(Curve(100, patience=3), 2.0, 1.9, 3.1)
    assert told["diverging"][0] == 20
    assert "lower learning rate" in told["diverging"][1]


def test_loss_that_hardly_moves_is_no_learning_once_half_is_done():
    curve = Curve(40, patience=0)
    told = said(curve, 2.0, 1.99, 1.98)
    assert told["not-learning"][0] == 20
    assert "1.98, hardly below the 2.00 before training" in told["not-learning"][1]


def test_loss_that_is_no_number_ends_it_and_never_counts_as_best():
    curve = Curve(40, patience=3)
    told = said(curve, 2.0, 1.5, nan)
    assert told["broken"] == (20, "The validation loss is not a number at step 20.")
    assert (curve.best_step, curve.ended) == (10, True)
    trained = Curve(40, patience=3)
    assert [w.kind for w in trained.trained(3, nan)] == ["broken"]
    assert (trained.best_step, trained.ended) == (0, True)
