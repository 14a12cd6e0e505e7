"""Everyone looks for a procedure, reads what it asks for, and tries a form."""

from __future__ import annotations

import httpx
import pytest

PROCEDURES = "/api/v1/procedures"
MARITAL = "1.004873"
VI, EN = {"Accept-Language": "vi"}, {"Accept-Language": "en"}
FORM = {
    "full_name": "Nguyễn Thị Ánh",
    "birth_date": "1990-02-28",
    "identity_number": "030190001234",
    "residence": "Phường Cẩm Thượng, Hải Dương",
    "marital_status": "divorced",
    "spouse_name": "Trần Văn Bình",
    "since": "2021-03-01",
    "purpose": "loan",
    "copies": 3,
    "relation": "self",
}


async def found(client: httpx.AsyncClient, **params: str) -> list[str]:
    """Codes of what is found, page by page."""
    codes: list[str] = []
    while True:
        answer = await client.get(PROCEDURES, params=params)
        assert answer.status_code == 200, answer.text
        codes += [item["code"] for item in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            return codes
        params["cursor"] = answer.json()["next_cursor"]


async def test_procedures_are_found_by_words_event_and_place(client: httpx.AsyncClient) -> None:
    everything = await found(client, limit="3")
    assert len(everything) == len(set(everything)) >= 8
    assert everything == await found(client)
    assert (await found(client, q="giay khai sinh"))[0] == "1.001193"
    assert (await found(client, q="xac nhan doc than", limit="1"))[0] == MARITAL
    assert "1.004227" in await found(client, life_event="house_land")
    assert set(await found(client, area="10507")) == set(everything), "a commune receives or passes on"
    assert (await client.get(PROCEDURES, params={"area": "00001"})).status_code == 422
    assert (await client.get(PROCEDURES, params={"life_event": "party"})).status_code == 422


async def test_a_procedure_shows_its_form_steps_and_where_they_go(client: httpx.AsyncClient) -> None:
    land = (await client.get(f"{PROCEDURES}/1.004227", params={"area": "10507"}, headers=EN)).json()
    assert [step["tier"] for step in land["steps"]] == [
        *("commune", "commune", "district", "district", "province", "commune"),
    ]
    assert land["steps"][4]["unit"]["name"] == "Hải Dương Department of Agriculture and Environment"
    assert land["steps"][2]["unit"]["name"].startswith("Office of Agriculture and Environment")
    assert land["open"] is True
    assert land["form"]["properties"]["change"]["x-labels"]["gift"] == {"vi": "Tặng cho", "en": "Gift"}
    assert list(land["form"]["properties"]) == land["form_order"]
    elsewhere = {"Host": "khanhhoa.localhost"}
    answer = await client.get(f"{PROCEDURES}/1.004227", params={"area": "22366"}, headers=elsewhere)
    assert all(step["unit"] for step in answer.json()["steps"]), "without districts their part falls to the commune"


async def test_an_answer_is_kept_by_its_tag_and_an_unknown_code_has_neighbours(client: httpx.AsyncClient) -> None:
    first = await client.get(f"{PROCEDURES}/{MARITAL}", headers=VI)
    again = await client.get(f"{PROCEDURES}/{MARITAL}", headers={**VI, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in first.headers["Cache-Control"]
    english = await client.get(f"{PROCEDURES}/{MARITAL}", headers=EN)
    assert english.headers["ETag"] != first.headers["ETag"]
    assert (await client.get(f"{PROCEDURES}/{MARITAL}", params={"version": 9})).status_code == 404
    unknown = await client.get(f"{PROCEDURES}/1.004874")
    assert (unknown.status_code, unknown.json()["suggestions"][0]["code"]) == (404, MARITAL)


async def test_a_form_is_tried_without_a_trace(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{PROCEDURES}/{MARITAL}/check", json={"answers": FORM}, headers=VI)
    assert answer.status_code == 200, answer.text
    assert [document["code"] for document in answer.json()["documents"]] == ["divorce"]
    assert (answer.json()["fees"][0]["amount_vnd"], answer.json()["total_vnd"]) == (45_000, 45_000)
    wrong = {**FORM, "copies": 0, "nickname": "x"}
    for headers, said in ((VI, "Cần lớn hơn hoặc bằng 1."), (EN, "Must be at least 1.")):
        refused = await client.post(f"{PROCEDURES}/{MARITAL}/check", json={"answers": wrong}, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid-form-answers")
        errors = {error["pointer"]: error["detail"] for error in refused.json()["errors"]}
        assert errors.keys() == {"/answers/copies", "/answers/nickname"}
        assert errors["/answers/copies"] == said
    unknown = await client.post(f"{PROCEDURES}/9.999999/check", json={"answers": {}})
    assert (unknown.status_code, unknown.json()["type"]) == (422, "/problems/unknown-procedure")


@pytest.mark.parametrize("levels", [100, 10_000])
async def test_a_form_nested_ten_thousand_deep_is_a_clear_refusal(client: httpx.AsyncClient, levels: int) -> None:
    body = f'{{"answers": {{"full_name": {"[" * levels}{"]" * levels}}}}}'
    answer = await client.post(
        f"{PROCEDURES}/{MARITAL}/check", content=body, headers={**EN, "Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["detail"]
