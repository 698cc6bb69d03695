"""Stand-ins speaking the real protocols over HTTP; imports nothing of ours; each can be replaced by a real address."""
