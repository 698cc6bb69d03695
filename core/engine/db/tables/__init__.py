"""Every table of the desk, a module per capability."""

from . import cases, charges, collections, customers, engine, escalations, people, receivables, search, suspensions
from .base import metadata

__all__ = [
    "cases",
    "charges",
    "collections",
    "customers",
    "engine",
    "escalations",
    "metadata",
    "people",
    "receivables",
    "search",
    "suspensions",
]
