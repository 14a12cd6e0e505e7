"""The commands of `lienthong` as an operator types them: what they print, what they change, how they refuse."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import orjson
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.cli.accounts import DEMO_FILE, ensure_demo_accounts
from app.cli.installation import parsed_settings, read_settings
from app.cli.terminal import CommandError
from app.db.engine import Database, driver_url
from app.identity.domain import generate_password
from app.kit.clock import FixedClock, SystemClock
from app.kit.ids import TenantId, uuid7
from app.main import create_app, install
from app.outbox import service as outbox
from app.process import Process
from app.settings import Settings
from tests import nursery
from tests.conftest import make_settings
from tests.diaries import Diary, note, written

Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def lienthong(committed_url: str, tmp_path: Path) -> Command:
    """Runs the program on a database of the test's own; exit code and everything it printed."""

    async def run(*arguments: str, **settings: str) -> tuple[int, str]:
        environment = {
            "LIENTHONG_DATABASE_URL": committed_url,
            "LIENTHONG_DATA_DIR": str(tmp_path),
            "LANG": "C.UTF-8",
            "COLUMNS": "200",
            **{f"LIENTHONG_{name.upper()}": value for name, value in settings.items()},
        }
        process = await nursery.begin(nursery.PROGRAM, *arguments, settings=environment)
        printed, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return process.returncode, printed.decode()

    return run


async def test_an_officer_is_added_listed_given_a_new_password_and_can_sign_in(
    lienthong: Command, committed_url: str, tmp_path: Path
) -> None:
    code, first = await lienthong(
        *("staff", "add", "lan", "--name", "Nguyễn Thị Lan", "--unit", "H23.21.01", "--role", "officer"),
        *("--role", "approver"),
    )
    assert code == 0, first
    code, listed = await lienthong("staff", "list")
    assert code == 0
    assert listed.split() == ["lan", "Nguyễn", "Thị", "Lan", "H23.21.01", "approver,", "H23.21.01", "officer"]
    code, second = await lienthong("staff", "password", "lan")
    assert code == 0
    assert second != first
    assert await sign_in(committed_url, tmp_path, "lan", first.strip()) == 401
    assert await sign_in(committed_url, tmp_path, "lan", second.strip()) == 200
    assert not (tmp_path / "secret-key").exists(), "what seals nothing makes no key"


async def sign_in(url: str, data_dir: Path, username: str, password: str) -> int:
    settings = make_settings(url, data_dir)
    process = await Process.open(settings, SystemClock())
    try:
        app: FastAPI = create_app(settings)
        install(app, process)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://haiduong.localhost") as http:
            body = {"username": username, "password": password}
            return (await http.post("/api/v1/auth/token", json=body)).status_code
    finally:
        await process.close()


async def test_a_refusal_is_a_sentence_in_both_languages_and_exit_code_1(lienthong: Command) -> None:
    code, said = await lienthong(
        "staff", "add", "lan", "--name", "Lan", "--unit", "H23.99.99", "--role", "officer", secret_key="k" * 32
    )
    assert code == 1
    assert "Traceback" not in said
    assert len(said.splitlines()) == 2
    code, said = await lienthong("staff", "list", "--tenant", "atlantis")
    assert (code, "Có: haiduong, khanhhoa" in said) == (1, True)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"database_url": "postgresql://nobody@127.0.0.1:1/none"}, "cannot be reached"),
        ({"secret_key": "short"}, "at least 32 characters"),
        ({"port": "many"}, "LIENTHONG_PORT"),
    ],
)
async def test_what_is_wrong_with_the_settings_is_said_in_words(
    lienthong: Command, settings: dict[str, str], sentence: str
) -> None:
    code, said = await lienthong("tenant", "list", **settings)
    assert code == 1
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["up", "serve", "worker", "migrate"])
async def test_nothing_starts_with_the_key_of_another_installation(
    lienthong: Command, committed_url: str, tmp_path: Path, command: str
) -> None:
    code, said = await lienthong("migrate", "--no-seed", secret_key="the-key-it-was-begun-with-0123456789")
    assert code == 0, said
    code, said = await lienthong(command, secret_key="the-key-of-another-one-0123456789", port="0")
    assert code == 1, said
    assert said.splitlines()[-2:] == [
        line for line in said.splitlines() if "không phải khoá" in line or "is not this database's" in line
    ]
    assert "Traceback" not in said
    assert not (tmp_path / "secret-key").exists()


async def test_how_units_are_reached_is_read_from_a_table_or_not_at_all(
    lienthong: Command, committed_url: str, tmp_path: Path
) -> None:
    table = tmp_path / "units.csv"
    good = "code,email,phone\nH23.21.01,camthuong@example.VN,0220 3 852 114\n"
    table.write_text(f"{good}H23.90,khong-phai-thu,\n", "utf-8-sig")
    code, said = await lienthong("units", "contacts", str(table))
    assert (code, "dòng 3" in said, "Chưa ghi gì" in said) == (1, True, True)
    table.write_text(good, "utf-8")
    code, said = await lienthong("units", "contacts", str(table))
    assert code == 0, said
    connection = await asyncpg.connect(driver_url(committed_url))
    kept = await connection.fetchval("SELECT contact FROM units WHERE code = 'H23.21.01'")
    await connection.close()
    assert orjson.loads(kept) == {"email": "camthuong@example.vn", "phone": "0220 3 852 114"}


async def test_a_file_of_a_procedure_is_looked_at_brought_in_and_written_out(
    lienthong: Command, tmp_path: Path
) -> None:
    file = tmp_path / "thu-tuc.yaml"
    code, said = await lienthong("procedures", "export", "1.004873")
    assert code == 0, said
    file.write_text(said, "utf-8")
    code, said = await lienthong("procedures", "import", str(file))
    assert (code, "giống tệp này" in said) == (0, True), said
    lines = file.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.strip() == "- receive")
    lines[place - 1] = lines[place - 1].replace("receive", "nobody")
    file.write_text("\n".join(lines), "utf-8")
    for command in (("validate", str(file), "--offline"), ("import", str(file))):
        code, said = await lienthong("procedures", *command)
        assert (code, f"{file}:{place}: Không có bước nào trước đó" in said) == (1, True), said
    lines[place - 1] = lines[place - 1].replace("nobody", "receive")
    unit = next(number for number, line in enumerate(lines, 1) if line == "  unit_kind: people_committee")
    lines[unit - 1] = "  unit_kind: one_stop"
    file.write_text("\n".join(lines), "utf-8")
    code, said = await lienthong("procedures", "validate", str(file))
    assert (code, f"{file}:{unit}: Không có đơn vị nào loại one_stop" in said) == (1, True), said
    lines[unit - 1] = "  unit_kind: people_committee"
    file.write_text("\n".join(lines) + "\nsupplements: 2\n", "utf-8")
    code, said = await lienthong("procedures", "import", str(file))
    assert (code, "Đã ban hành 1.004873 v2" in said) == (0, True), said


async def test_payments_are_set_up_and_a_statement_is_compared_by_commands(
    lienthong: Command, committed_url: str, tmp_path: Path
) -> None:
    account = await lienthong("payments", "account", "970403", "001101", "KHO BAC", "--unit", "H23.21.01")
    assert account[0] == 0, account[1]
    code, said = await lienthong("payments", "account", "97040", "001101", "KHO BAC")
    assert (code, "6 chữ số" in said) == (1, True)
    secret = "a secret of more than thirty-two characters"
    provider = await lienthong("payments", "provider", "https://pay.example.vn/v1", "key-1", "--secret", secret)
    assert (provider[0], secret in provider[1]) == (0, False), provider[1]
    table = tmp_path / "statement.csv"
    table.write_text("transaction,amount,paid_at\nFT1,150000,2026-11-20\n", "utf-8-sig")
    code, said = await lienthong("payments", "reconcile", str(table))
    assert (code, "FT1 – – / 150000" in said, "missing here: 1 · 0 / 150,000 VND" in said) == (1, True, True), said
    connection = await asyncpg.connect(driver_url(committed_url))
    kept = await connection.fetch("SELECT key_id, secret FROM payment_provider_keys")
    await connection.close()
    assert [row["key_id"] for row in kept] == ["key-1"]
    assert secret.encode() not in kept[0]["secret"]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"OIDC_ISSUER": "http://id.example.vn"}, "LIENTHONG_OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example.vn", "OIDC_CLIENT_ID": "x", "OIDC_REDIRECTS": "https://a/",
          "OIDC_ASSURANCE": "loa2"}, "LIENTHONG_OIDC_ASSURANCE"),
        ({"SMTP_URL": "http://mail"}, "LIENTHONG_SMTP_URL"),
        ({"SMS_TEMPLATE": '{"to": "{to}"}'}, "LIENTHONG_SMS_TEMPLATE"),
    ],
)  # fmt: skip
def test_other_systems_that_are_not_named_as_they_must_be_are_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(f"LIENTHONG_{name}", value)
    with pytest.raises(CommandError) as refused:
        read_settings()
    assert named in refused.value.sentence.vi


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_that_is_not_right_is_said_wholly_in_vietnamese_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.chdir(tmp_path)  # no .env here
    field = Settings.model_fields[name]
    takes_any_text = field.annotation in {str, str | None, Path, Path | None, SecretStr | None}
    for value in ("many", "-1", "1e9", "99999999999999999999"):
        monkeypatch.setenv(f"LIENTHONG_{name.upper()}", value)
        try:
            parsed_settings()
        except CommandError as error:
            vi, en = error.sentence.vi, error.sentence.en
            assert f"LIENTHONG_{name.upper()} " in vi
            assert re.search("cần là|phải|không được", vi), vi
            assert re.search("must be", en), en
            assert not re.search("must|Input|should|cannot", vi), vi
        else:
            assert takes_any_text or value != "many"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"host": "nosuch.invalid"}, "không tìm thấy máy nào tên như vậy"),
        ({"host": "192.0.2.1"}, "máy này không có địa chỉ đó"),
        ({"data_dir": "/proc/none/here"}, "Không tạo được, hoặc không ghi được vào thư mục dữ liệu"),
        ({"data_dir": "/etc/hostname"}, "Không tạo được, hoặc không ghi được vào thư mục dữ liệu"),
        ({"database_url": "postgresql://nobody@127.0.0.1:1/none"}, "máy đó từ chối kết nối"),
    ],
)
async def test_what_the_system_refuses_at_the_start_is_said_in_both_languages(
    lienthong: Command, settings: dict[str, str], said: str
) -> None:
    code, printed = await lienthong("serve", **{"port": "0", **settings})
    vi, en = printed.splitlines()
    assert code == 1
    assert said in vi
    assert re.search("cannot be|was refused", en)


async def test_boundaries_are_checked_without_a_trace_and_imported_for_good(
    lienthong: Command, committed_url: str, tmp_path: Path
) -> None:
    ring = [[106.29, 20.94], [106.33, 20.94], [106.33, 20.97], [106.29, 20.97], [106.29, 20.94]]
    feature = {
        "type": "Feature",
        "properties": {"code": "10507"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file = tmp_path / "boundaries.geojson"
    file.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [feature]}))
    code, said = await lienthong("areas", "import", str(file), "--edition", "vn-63", "--dry-run")
    assert (code, await count(committed_url, "area_boundaries")) == (0, 0), said
    assert "Gaps could not be checked: there is no boundary of Thành phố Hải Dương itself." in said
    code, said = await lienthong("areas", "import", str(file), "--edition", "vn-63")
    assert (code, await count(committed_url, "area_boundaries")) == (0, 1), said
    feature["properties"] = {"code": "99999"}
    file.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [feature]}))
    code, said = await lienthong("areas", "import", str(file), "--edition", "vn-63")
    assert (code, await count(committed_url, "area_boundaries")) == (1, 1), said
    assert "Nothing was written" in said
    code, said = await lienthong("areas", "import", str(tmp_path / "none.geojson"))
    assert code == 1
    assert "Không đọc được tệp" in said


async def test_publications_and_their_terms_are_made_anew_for_every_tenant_or_one(lienthong: Command) -> None:
    code, said = await lienthong("publications", "index")
    assert code == 0, said
    assert [line.partition(":")[0] for line in said.splitlines()] == ["haiduong", "khanhhoa"]
    code, said = await lienthong("publications", "index", "--tenant", "khanhhoa")
    told = "khanhhoa: đã sửa từ khoá của 0 bản công khai và 0 số đếm."
    assert (code, said.startswith(told)) == (0, True), said
    code, said = await lienthong("publications", "rebuild", "--tenant", "khanhhoa")
    assert (code, said.startswith("khanhhoa: 0 bản công khai đã thay đổi.")) == (0, True), said


async def test_an_operator_says_that_a_copy_was_put_back(lienthong: Command, committed_url: str) -> None:
    code, said = await lienthong("restored")
    assert (code, said.startswith("Đã ghi nhận")) == (0, True), said
    assert await count(committed_url, "lost_numbers") == 6, "three series of two provinces"
    assert await count(committed_url, "database_marks") == 1


async def count(url: str, table: str) -> int:
    connection = await asyncpg.connect(driver_url(url))
    try:
        number: int = await connection.fetchval(f"SELECT count(*) FROM {table}")
        return number
    finally:
        await connection.close()


async def test_a_trial_gets_accounts_once_in_a_file_that_only_its_owner_reads(
    committed_url: str, tmp_path: Path
) -> None:
    process = await Process.open(make_settings(committed_url, tmp_path), SystemClock())
    try:
        file = await ensure_demo_accounts(process)
        assert file == tmp_path / DEMO_FILE
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        written = file.read_text(encoding="utf-8")
        assert await ensure_demo_accounts(process) == file
        assert file.read_text(encoding="utf-8") == written
        username, password = next(line.split()[1:3] for line in written.splitlines() if line.startswith("haiduong"))
        assert len(password) == len(generate_password())
        assert await sign_in(committed_url, tmp_path, username, password) == 200
    finally:
        await process.close()


async def test_what_a_consumer_could_not_handle_is_listed_tried_again_and_skipped(
    lienthong: Command, committed_db: Database
) -> None:
    clock = FixedClock(SystemClock().now())
    bad, worse, good = (uuid7(clock.now()) for _ in range(3))
    await note(committed_db, clock, TenantId(1), [(bad, 1), (worse, 1), (good, 1)])
    await outbox.relay(committed_db, clock, TenantId(1))
    code, said = await lienthong("outbox", "list")
    assert (code, "No message is set aside" in said) == (0, True)
    diary = Diary(failing={bad, worse})
    await outbox.consume(committed_db, clock, TenantId(1), diary)
    await note(committed_db, clock, TenantId(1), [(bad, 2)])
    await outbox.relay(committed_db, clock, TenantId(1))
    await outbox.consume(committed_db, clock, TenantId(1), diary)
    code, said = await lienthong("outbox", "list", "--consumer", "diary")
    assert code == 0
    assert said.splitlines()[0].startswith(f"diary 1 case.noted {bad} attempts=1 behind=1 next=")
    assert said.splitlines()[0].endswith("LookupError")
    assert len(said.splitlines()) == 2
    diary.failing.clear()
    code, said = await lienthong("outbox", "skip", "diary", "4")
    assert (code, "No message at this position holds up its case" in said) == (1, True)
    for wrong in (("retry", "nope", "1"), ("skip", "nope", "1"), ("list", "--consumer", "nope")):
        code, said = await lienthong("outbox", *wrong)
        assert code == 1
        assert (
            "No such consumer: nope. There are: diary, federation, mobile, national, notices, partners, plans, "
            "publication, service_requests, supports, webhooks." in said
        )
    code, said = await lienthong("outbox", "retry", "diary")
    assert (code, "Name one position, or --all" in said) == (1, True)
    code, said = await lienthong("outbox", "skip", "diary", "1")
    assert (code, "diary will not handle message 1" in said) == (0, True)
    code, said = await lienthong("outbox", "retry", "diary", "--all")
    assert (code, "tries 2 messages again" in said) == (0, True)
    clock.at = SystemClock().now()
    assert await outbox.retry_due(committed_db, clock, TenantId(1), diary) == 2
    assert [await written(committed_db, bad), await written(committed_db, worse)] == [[2], [1]]
    code, said = await lienthong("outbox", "list", "--dead")
    assert (code, "No message is set aside" in said) == (0, True)
