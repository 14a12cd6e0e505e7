"""The tables can be spread over servers by tenant one day: docs/decisions/0003 and rules of the sharding engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import DateTime, Enum, ForeignKeyConstraint, Index, Table, UniqueConstraint

from app.cli.schema import MIGRATIONS, all_tables
from app.db.base import Base, Instant, TenantRow

TABLES = all_tables().tables

# Copied to every server and rarely written: the map, who the tenants are, versions of what is kept in memory.
REFERENCE = {
    *("map_editions", "areas", "area_successions", "boundary_sets", "area_boundaries"),
    *("tenants", "reference_versions"),
}
# Of the installation as a whole, joined with nothing: they stay on one server when tenants are spread over several.
INSTALLATION = {"key_fingerprints", "worker_beats", "database_marks"}
# Looked up before anybody knows whose they are: spread by the phone, the upload, or whatever asks.
INSTALLATION |= {
    "phone_codes",
    "code_limits",
    "phone_accounts",
    "identity_accounts",
    "uploads",
    "upload_claims",
    "limit_marks",
}
# A citizen belongs to no tenant: these are spread by citizen.
CITIZEN = {name for name in TABLES if name.startswith("citizen")}
TENANT = {
    mapper.local_table.name
    for mapper in Base.registry.mappers
    if issubclass(mapper.class_, TenantRow) and isinstance(mapper.local_table, Table)
}


def names(constraint: ForeignKeyConstraint | UniqueConstraint | Index) -> list[str]:
    return [column.name for column in constraint.columns]


def uniques(table: Table) -> Iterator[UniqueConstraint | Index]:
    yield from (constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint))
    yield from (index for index in table.indexes if index.unique)


def test_every_table_is_a_tenants_a_citizens_or_listed_as_reference_or_the_installations() -> None:
    assert set(TABLES) - TENANT - CITIZEN <= REFERENCE | INSTALLATION


@pytest.mark.parametrize("name", sorted(INSTALLATION))
def test_the_installations_tables_point_at_nothing_but_what_is_spread_by_the_same_key(name: str) -> None:
    table = TABLES[name]
    for key in table.foreign_key_constraints:
        assert key.referred_table.name in INSTALLATION
        assert names(key) == list(table.primary_key.columns.keys())
        assert [one.column.name for one in key.elements] == list(key.referred_table.primary_key.columns.keys())


@pytest.mark.parametrize("name", sorted(TENANT))
def test_keys_and_uniques_of_a_tenants_table_start_with_the_tenant(name: str) -> None:
    table = TABLES[name]
    assert next(iter(table.primary_key.columns)).name == "tenant_id"
    assert all(names(unique)[0] == "tenant_id" for unique in uniques(table))


@pytest.mark.parametrize("name", sorted(CITIZEN))
def test_keys_and_uniques_of_a_citizens_table_start_with_the_citizen(name: str) -> None:
    table = TABLES[name]
    assert next(iter(table.primary_key.columns)).name == "citizen_id"
    assert all(names(unique)[0] == "citizen_id" for unique in uniques(table))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_foreign_keys_stay_with_the_tenant_and_change_nothing_behind_its_back(name: str) -> None:
    for key in TABLES[name].foreign_key_constraints:
        assert key.ondelete in {None, "NO ACTION", "CASCADE"}, key.name
        assert key.onupdate is None, key.name
        target = key.referred_table.name
        if target in TENANT:
            assert name in TENANT, f"{name} is copied to every server and cannot point at {target}"
            assert names(key)[0] == "tenant_id", key.name
            assert key.elements[0].column.name == "tenant_id", key.name


@pytest.mark.parametrize("name", sorted(TABLES))
def test_columns_are_of_kinds_that_every_postgresql_since_15_has(name: str) -> None:
    for column in TABLES[name].columns:
        assert not isinstance(column.type, Enum), f"{column}: text and a CHECK can be changed without a rewrite"
        assert not isinstance(column.type, DateTime), f"{column}: use Instant, which refuses naive times"
        assert column.identity is None, f"{column}: ids are made by the application"
        default = getattr(column.server_default, "arg", "")
        assert "(" not in str(default), f"{column}: the default calls a function; give the value in the INSERT"
        if column.name.endswith("_at"):
            assert isinstance(column.type, Instant), f"{column} is not an instant"


def test_names_are_not_cut_by_postgresql() -> None:
    for table in TABLES.values():
        for name in [constraint.name for constraint in table.constraints] + [index.name for index in table.indexes]:
            assert len(str(name)) <= 63, f"{table.name}: give {name} a short name of its own"


def test_migrations_use_nothing_that_a_sharded_table_cannot_have() -> None:
    for file in (MIGRATIONS / "versions").glob("*.py"):
        text = file.read_text(encoding="utf-8").upper()
        for word in ("CREATE TRIGGER", "CREATE RULE", "UNLOGGED", "SET NULL", "ON UPDATE"):
            assert word not in text, f"{file.name}: {word}"
