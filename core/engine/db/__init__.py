"""The database: stores, tables, migrations."""
