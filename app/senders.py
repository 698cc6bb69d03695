"""What each kind of outbox row does, in the order: call outside, then settle the row with what came back."""

from collections.abc import Mapping

from app import partner, pulling
from app.sweeps import Sender

SENDERS: Mapping[str, Sender] = {**partner.SENDERS, **pulling.SENDERS}
