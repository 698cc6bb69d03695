"""A local Teams: the wire protocol of the Connector and of bot authentication."""
