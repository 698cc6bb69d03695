"""What each kind of outbox row does, in the order: call outside, then settle the row with what came back."""

from collections.abc import Mapping

from app import examining, mailing, partner, polling, pulling, telling
from app.sweeps import Sender
from app.tickets import send_note, send_number, send_status
from core.cases.notes import CASE_KIND, COMMENT_KIND, REPLY_KIND, STATUS_KIND

TICKET_SENDERS: Mapping[str, Sender] = {
    COMMENT_KIND: send_note,
    REPLY_KIND: send_note,
    STATUS_KIND: send_status,
    CASE_KIND: send_number,
    **polling.SENDERS,
}
OTHER_SENDERS: Mapping[str, Sender] = {**partner.SENDERS, **pulling.SENDERS, **mailing.SENDERS, **telling.SENDERS}
DOCTOR_SENDERS: Mapping[str, Sender] = {**examining.SENDERS}
SENDERS: Mapping[str, Sender] = {**OTHER_SENDERS, **TICKET_SENDERS, **DOCTOR_SENDERS}
