"""Every table of the desk, a module per capability."""

from . import cases, customers, engine, people, receivables, search, suspensions
from .base import metadata

__all__ = ["cases", "customers", "engine", "metadata", "people", "receivables", "search", "suspensions"]
