"""The second lock between provinces: a role of PostgreSQL's that policies hold to the tenant its transaction names.

Whoever owns the tables is not held by their policies, and migrates, seeds and works across tenants as before. The
program's units of work lay the owner's rights down and take this role, which sees no row before a tenant is named.
"""

from __future__ import annotations

from contextlib import suppress

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.db.lane import Lane

ROLE = "lienthong_app"
POLICY = "of_tenant"

_GRANTS = (
    f"GRANT USAGE ON SCHEMA public TO {ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
    f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {ROLE}",
)
# The trail is added to and sealed; nothing else of it is ever changed, and nothing removed.
_TRAIL_GRANTS = (
    f"REVOKE UPDATE, DELETE ON audit_entries, audit_heads, audit_cursors FROM {ROLE}",
    f"GRANT UPDATE (position, hash) ON audit_entries TO {ROLE}",
    f"GRANT UPDATE ON audit_heads, audit_cursors TO {ROLE}",
)
# Papers are what was issued: added to, never changed, never removed. Whom they are about may be kept no more.
_PAPER_GRANTS = (f"REVOKE UPDATE, DELETE ON papers FROM {ROLE}",)
_PAPER_FILE_GRANTS = (f"REVOKE UPDATE, DELETE ON paper_files FROM {ROLE}",)
_SEALED_PAPER_GRANTS = (f"GRANT UPDATE (sealed) ON papers TO {ROLE}",)
_MAKE_ROLE = f"CREATE ROLE {ROLE} NOLOGIN"
_JOIN_ROLE = f"GRANT {ROLE} TO CURRENT_USER"
_IS_MEMBER = text("SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = :role")
_HAS_TRAIL = text("SELECT to_regclass('audit_entries') IS NOT NULL")
_HAS_PAPERS = text("SELECT to_regclass('papers') IS NOT NULL")
_HAS_PAPER_FILES = text("SELECT to_regclass('paper_files') IS NOT NULL")
_SEALS_PAPERS = text("SELECT true FROM pg_attribute WHERE attrelid = to_regclass('papers') AND attname = 'sealed'")
_TAKE = f"""
    SELECT set_config('role', rolname, true) FROM pg_roles
    WHERE rolname = '{ROLE}' AND has_table_privilege(oid, to_regclass('tenants'), 'SELECT')
"""  # noqa: S608 - a name of ours


def prepare_role(connection: Connection) -> bool:
    """The role exists, we may take it, and it may do what the program does. Whether the server lets us have it so.

    A role belongs to the whole server, so that this is no step of the schema; it is looked at after each migration.
    """
    with connection.begin():
        if connection.scalar(_IS_MEMBER, {"role": ROLE}) is None:
            _try(connection, _MAKE_ROLE)
        if connection.scalar(_IS_MEMBER, {"role": ROLE}) is None:
            return False
        _try(connection, _JOIN_ROLE)
        trail = _TRAIL_GRANTS if connection.scalar(_HAS_TRAIL) else ()
        papers = _PAPER_GRANTS if connection.scalar(_HAS_PAPERS) else ()
        files = _PAPER_FILE_GRANTS if connection.scalar(_HAS_PAPER_FILES) else ()
        sealed = _SEALED_PAPER_GRANTS if connection.scalar(_SEALS_PAPERS) else ()
        for grant in (*_GRANTS, *trail, *papers, *files, *sealed):
            connection.execute(text(grant))
    return True


def _try(connection: Connection, statement: str) -> None:
    """Run what may be forbidden, or done already by a neighbour on the same server."""
    with suppress(DBAPIError), connection.begin_nested():
        connection.execute(text(statement))


async def may_take_role(lane: Lane) -> bool:
    """Whether sessions of this user can take the role and use the tables with it. One statement."""
    try:
        return await lane.fetchval(_TAKE) is not None
    except asyncpg.InsufficientPrivilegeError:
        return False
