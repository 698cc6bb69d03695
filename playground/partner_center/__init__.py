"""A local Partner Center: login, customers and subscriptions with the documented dangers, and a ledger of every call.

Built from Microsoft's pages, independently of the desk's client; what those pages leave open is decided the dangerous way and says so.
"""
