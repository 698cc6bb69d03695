"""What happened to people's rights."""

from dataclasses import dataclass

from core.engine.journal import Event, Private


@dataclass(frozen=True, kw_only=True)
class StaffAdded(Event):
    """A member was added or given more."""

    staff_id: int
    handle: str
    name: Private
    roles: tuple[str, ...]
    identities: tuple[Private, ...]

    @property
    def subject(self) -> str:
        """The member."""
        return f"staff:{self.staff_id}"


@dataclass(frozen=True, kw_only=True)
class StaffRemoved(Event):
    """A member lost every right."""

    staff_id: int
    handle: str

    @property
    def subject(self) -> str:
        """The member."""
        return f"staff:{self.staff_id}"


@dataclass(frozen=True, kw_only=True)
class GroupSet(Event):
    """A group's routing or members changed."""

    group_id: int
    name: str
    routes: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The group."""
        return f"group:{self.group_id}"
