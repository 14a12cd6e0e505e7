"""The desk before a real browser, wide and narrow: taking a service request in, its slip, and the catalogue."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import expect

from app.identity.terms import Role
from app.media.store import FolderStore
from app.process import Process
from tests.applicants import MARITAL, MARRIED, Life, an_applicant
from tests.browser.conftest import Open
from tests.browser.test_officers import sign_in
from tests.browser.test_service_requests import look, paper
from tests.builders import PROVINCE, an_officer


@pytest.fixture
def store(application: FastAPI, tmp_path: Path) -> FolderStore:
    application.state.file_store = found = FolderStore(tmp_path)
    return found


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.usefixtures("store")
async def test_an_officer_takes_a_service_request_in(open_page: Open, process: Process, phone: bool) -> None:
    of = "phone" if phone else "wide"
    officer = await an_officer(process)
    page = await open_page("/console/take-in?q=tinh trang hon nhan", phone=phone)
    await sign_in(page, officer.username)
    await page.get_by_role("link", name="tình trạng hôn nhân").first.click()
    await page.get_by_label("Họ, chữ đệm và tên").fill("Nguyễn Thị Hoa")
    await page.get_by_label("Số định danh cá nhân").fill("030123456789")
    await page.get_by_label("Nơi cư trú", exact=True).fill("12 Cẩm Thượng")
    await page.locator('[name="answers.marital_status"][value="never_married"]').check()
    await page.locator('[name="answers.purpose"][value="property"]').check()
    await page.locator('[name="answers.relation"][value="self"]').check()
    await page.locator('[name="answers.copies"]').fill("2")
    await page.locator("#file-authority").set_input_files(paper("uy-quyen.pdf"))
    await page.get_by_role("button", name="Tiếp tục").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await look(page, f"desk-1-form-{of}")
    await page.get_by_label("Ngày sinh").fill("1990-05-17")
    await page.locator('[name="paper.authority"]').check()
    await page.get_by_role("button", name="Tiếp tục").click()
    await expect(page.get_by_text("uy-quyen.pdf")).to_be_visible()
    await look(page, f"desk-2-check-{of}")
    await page.get_by_role("button", name="Tiếp nhận, in giấy hẹn").click()
    await expect(page.get_by_role("heading", name="Đã nhận hồ sơ")).to_be_visible()
    await look(page, f"desk-3-slip-{of}")
    await page.goto("/console/requests")
    await look(page, f"desk-4-queue-{of}")
    await page.goto("/console/take-in")
    await look(page, f"desk-0-choose-{of}")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_the_catalogue_and_an_account_are_fit_for_any_screen(
    open_page: Open, process: Process, client: httpx.AsyncClient, live_url: str, phone: bool
) -> None:
    of = "phone" if phone else "wide"
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    page = await open_page("/console/procedures", phone=phone)
    await sign_in(page, admin.username)
    await look(page, f"catalogue-1-list-{of}")
    await page.goto(f"/console/procedures/{MARITAL}/versions/1")
    await page.locator("#last_day").fill("2026-12-31")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_role("heading", name="Nếu kết thúc")).to_be_visible()
    await look(page, f"catalogue-2-version-{of}")
    await page.goto("/console/procedures/import")
    wrong = b"code: 1\nname: {vi: A, en: B}\n"
    await page.locator("#file").set_input_files({"name": "x.yaml", "mimeType": "text/yaml", "buffer": wrong})
    await page.get_by_role("button", name="Nhập thành dự thảo").click()
    await expect(page.get_by_text("Dòng 1").first).to_be_visible()
    await look(page, f"catalogue-3-import-{of}")
    citizen = await open_page(f"/apply/{MARITAL}", phone=phone)
    await expect(citizen.get_by_role("heading", name="Đăng nhập để nộp hồ sơ")).to_be_visible()
    await look(citizen, f"account-1-why-{of}")
    life = Life(client, await an_applicant(client))
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    token = life.mine["Authorization"].removeprefix("Bearer ")
    await citizen.context.add_cookies([{"name": "account", "value": token, "url": live_url, "httpOnly": True}])
    await citizen.goto("/account/notices")
    await citizen.locator('[name="channels"][value="sms"]').uncheck()
    await citizen.get_by_role("button", name="Lưu").click()
    await expect(citizen.get_by_role("status")).to_contain_text("Đã lưu")
    await look(citizen, f"account-2-notices-{of}")
    await citizen.goto(f"/service-requests/{life.code}/notices")
    await look(citizen, f"account-3-of-one-{of}")
