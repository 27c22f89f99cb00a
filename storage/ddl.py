"""DDL as migrations carry it: one text for both databases, and the few words that differ.

Tortoise's own operations cannot say this schema: they leave constraints out, know no
composite foreign key, and split a trigger at its first semicolon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.migrations.operations import RunSQL

#: A word of the DDL below → what each database says for it.
WORDS: Mapping[str, Mapping[str, str]] = {
    # Text sorts by code point on both.
    " TEXT": {"sqlite": " TEXT", "postgres": ' TEXT COLLATE "C"'},
    " SERIAL": {
        "sqlite": " INTEGER PRIMARY KEY AUTOINCREMENT",
        "postgres": " BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    },
    # Rows in order of their primary key, where the database can.
    " CLUSTERED": {"sqlite": " WITHOUT ROWID", "postgres": ""},
    # Which transaction wrote the row: see storage/outbox.py.
    " TRANSACTION_ID": {
        "sqlite": " BIGINT NOT NULL DEFAULT 0",
        "postgres": " BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)",
    },
}


def both(*statements: str) -> dict[str, list[str]]:
    """Return *statements* as each database understands them."""
    return {dialect: [_spell(text, dialect) for text in statements] for dialect in ("sqlite", "postgres")}


def _spell(text: str, dialect: str) -> str:
    for word, spellings in WORDS.items():
        text = text.replace(word, spellings[dialect])
    return text


class Statements(RunSQL):
    """SQL by dialect, forward and backward; each statement runs whole."""

    def __init__(self, forward: Mapping[str, Sequence[str]], backward: Mapping[str, Sequence[str]]) -> None:
        super().__init__(forward, backward)

    async def _run_sql(self, editor: Any, by_dialect: Any) -> None:
        for statement in by_dialect[editor.DIALECT]:
            if editor.collect_sql:
                editor.collected_sql.append(statement)
            else:
                await editor.client.execute_query(statement)
