"""De-identification: normalise → recognise → quarantine. Raw text goes in; masked text, offsets and keyed hashes come out."""

from annotator.privacy.gate import Gate
from annotator.privacy.values import GATE_VERSION, MAX_LENGTH, Found, GateResult, Kind

__all__ = ["GATE_VERSION", "MAX_LENGTH", "Found", "Gate", "GateResult", "Kind"]
