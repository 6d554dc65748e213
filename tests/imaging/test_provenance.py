from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.imaging import made
from tomau.imaging import with_history

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
EVENT = "{http://ns.adobe.com/xap/1.0/sType/ResourceEvent#}"

ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY b "c">]><a xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b"<rdf:RDF>&b;</rdf:RDF></a>"
)


def events(packet: bytes) -> list[tuple[str, str]]:
    root = ElementTree.fromstring(packet)
    found = root.iter(f"{RDF}li")
    return [
        (item.findtext(f"{EVENT}softwareAgent", ""), item.findtext(f"{EVENT}parameters", ""))
        for item in found
    ]


def test_a_file_without_xmp_gets_a_packet() -> None:
    packet, note = with_history(None, "tomau 1", "colourized <& told>")
    assert events(packet) == [("tomau 1", "colourized <& told>")]
    assert packet.startswith(b"<?xpacket begin=")
    assert packet.endswith(b'<?xpacket end="w"?>')
    assert note is None


def test_what_a_packet_says_stays() -> None:
    packet, note = with_history(made.XMP, "tomau 1", "did")
    assert b'dc:source="Harbour"' in packet
    assert events(packet) == [("tomau 1", "did")]
    assert note is None


def test_a_history_grows_at_its_end() -> None:
    once, _ = with_history(made.XMP, "scanner", "scanned")
    twice, _ = with_history(once, "tomau 1", "did")
    assert events(twice) == [("scanner", "scanned"), ("tomau 1", "did")]
    assert twice.count(b"xmpMM:History>") == 2  # one element, opened and closed


def test_a_new_description_speaks_of_the_same_thing() -> None:
    named = made.XMP.replace(b'rdf:about=""', b'rdf:about="uuid:17"')
    packet, _ = with_history(named, "tomau 1", "did")
    root = ElementTree.fromstring(packet)
    abouts = {item.get(f"{RDF}about") for item in root.iter(f"{RDF}Description")}
    assert abouts == {"uuid:17"}


def test_other_alphabets_survive() -> None:
    packet, _ = with_history(made.XMP.replace(b"Harbour", "Hải Phòng".encode()), "tomau", "tô màu")
    assert "Hải Phòng" in packet.decode()
    assert events(packet) == [("tomau", "tô màu")]


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta",
        b"no xml",
        b"<a/>",
        b"\xff\xfe",
        ENTITIES,
    ],
)
def test_a_damaged_packet_gives_way_and_it_is_told(packet: bytes) -> None:
    renewed, note = with_history(packet, "tomau 1", "did")
    assert events(renewed) == [("tomau 1", "did")]
    assert note == "damaged XMP left out"
