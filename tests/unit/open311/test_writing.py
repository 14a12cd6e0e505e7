from __future__ import annotations

from xml.etree import ElementTree as ET

import orjson
from hypothesis import given, strategies as st

from app.open311.terms import Format, Status, status_after
from app.open311.writing import Value, written

_XML_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(_XML_TEXT)
def test_whatever_people_wrote_comes_back_out_of_xml_and_json(text: str) -> None:
    value: Value = [{"service_request_id": "H23-1", "description": text}]
    element = ET.fromstring(written("service_requests", value, Format.XML)).find("request/description")
    assert element is not None
    read = element.text or ""
    impossible = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
    possible = "".join("\ufffd" if one in impossible else one for one in text)
    assert read == possible.replace("\r\n", "\n").replace("\r", "\n")  # as every reader of XML does
    assert orjson.loads(written("service_requests", value, Format.JSON)) == value


def test_nothing_of_a_text_becomes_markup() -> None:
    hostile = ']]></description><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><status>closed</status>&a;'
    xml = written("service_requests", [{"description": hostile, "empty": [], "none": None, "yes": True}], Format.XML)
    assert xml.count(b"<") == 11
    assert [part.tag for part in ET.fromstring(xml)[0]] == ["description", "empty", "none", "yes"]
    assert b"<none/><yes>true</yes>" in xml


def test_a_history_opens_and_closes() -> None:
    history = ["case.opened", "case.accepted", "case.resolved", "case.rated", "case.reopened", "case.withdrawn"]
    status, told = Status.OPEN, []
    for entry in history:
        status = status_after(entry, status)
        told.append(status.value)
    assert told == ["open", "open", "closed", "closed", "open", "closed"]
