"""Every table of the desk, a module per capability."""

from . import cases, collections, customers, engine, escalations, people, receivables, search, suspensions
from .base import metadata

__all__ = ["cases", "collections", "customers", "engine", "escalations", "metadata", "people", "receivables", "search", "suspensions"]
