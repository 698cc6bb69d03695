"""The desk in Teams. The archived Bot Framework SDK stays inside this folder (docs/adr/0005)."""
