"""Every system of record, in and out, a folder each."""
