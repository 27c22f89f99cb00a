"""The store: tables, transactions and SQL, on SQLite and on PostgreSQL."""
