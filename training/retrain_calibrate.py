"""Calibration of a retrained network: as after training, then no less careful than settled fields ask for."""

import numpy as np
from numpy.typing import NDArray

from digitizer.reading.calibration import fit_field_exponent
from digitizer.reading.model_card import CalibrationCard
from training.calibrate import calibrated
from training.retrain_measure import judge
from training.retrain_settled import Settled

LEAST_FIELDS = 30
"""Settled fields from which on they are heard."""


def careful(calibration: CalibrationCard, logits: NDArray[np.float64], settled: Settled) -> CalibrationCard:
    """Raise the exponent of fields where settled ones were wrong more often than their confidences say.

    Parameters
    ----------
    calibration
        Fitted on digits of held-out writers and on drawn sheets, as in training.
    logits
        (N, 12) of the settled crops to calibrate with.

    Returns
    -------
    CalibrationCard
        With an exponent that is never lower. A field that was drawn by lot counts for all those that it was drawn from;
        the others are there because the old network doubted them, and where none were drawn by lot stand for all: what
        they tell is then on the careful side.
    """
    outcome = judge(calibrated(logits, calibration), settled)
    weights = np.rint(1 / settled.fields.share).astype(int)
    products, right = np.repeat(outcome.products, weights), np.repeat(outcome.right, weights)
    if len(outcome.right) < LEAST_FIELDS or not 0 < right.sum() < len(right):
        return calibration
    found = fit_field_exponent(products, right)
    if found <= calibration.field_exponent:
        return calibration
    method = f"{calibration.method}; raised for {len(outcome.right)} fields that people settled"
    return calibration.model_copy(update={"method": method, "field_exponent": found})
