"""What was done to a photograph, told in its XMP as the history that editing programs keep."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.dom import minidom
from xml.parsers.expat import ExpatError

if TYPE_CHECKING:
    from xml.dom.minidom import Document, Element

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_MM = "http://ns.adobe.com/xap/1.0/mm/"
_EVENT = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
_XMLNS = "http://www.w3.org/2000/xmlns/"
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}"/></x:xmpmeta>'
    '<?xpacket end="w"?>'
).encode()


def with_history(xmp: bytes | None, agent: str, did: str) -> tuple[bytes, str | None]:
    """Add an event to the history of an XMP packet; everything else in it stays.

    ``agent`` is the program, ``did`` one line of what it did. A packet that cannot be parsed
    gives way to a new one, of which a note tells.

    Source: XMP Specification Part 2, xmpMM:History and ResourceEvent.
    """
    note = None
    try:
        document, root = _parse(xmp or _EMPTY)
    except (ExpatError, ValueError):
        note = "damaged XMP left out"
        document, root = _parse(_EMPTY)
    _append_event(document, _sequence(document, root), agent, did)
    return document.toxml(encoding="utf-8").split(b"?>", 1)[1].lstrip(), note


def _parse(packet: bytes) -> tuple[Document, Element]:
    """The packet and its rdf:RDF element.

    Raises:
        ExpatError, ValueError: it is no XMP, or it declares entities, which XMP never does.
    """
    packet = packet.strip(b"\0 \r\n\t")
    if b"<!" in packet:
        raise ValueError("a document type in XMP")
    document = minidom.parseString(packet)
    roots = document.getElementsByTagNameNS(_RDF, "RDF")
    if not roots:
        raise ValueError("no rdf:RDF in XMP")
    return document, roots[0]


def _sequence(document: Document, root: Element) -> Element:
    """The list of events; made, after all that is there, if there is none."""
    for history in root.getElementsByTagNameNS(_MM, "History"):
        for sequence in history.getElementsByTagNameNS(_RDF, "Seq"):
            return sequence
    description = _element(document, _RDF, "rdf:Description", {"xmlns:xmpMM": _MM})
    description.setAttributeNS(_RDF, "rdf:about", _subject(root))
    history = _element(document, _MM, "xmpMM:History")
    sequence = _element(document, _RDF, "rdf:Seq", {"xmlns:rdf": _RDF})
    root.appendChild(description).appendChild(history).appendChild(sequence)
    return sequence


def _subject(root: Element) -> str:
    """What the packet speaks of: all its descriptions must name the same."""
    for description in root.getElementsByTagNameNS(_RDF, "Description"):
        return description.getAttributeNS(_RDF, "about")
    return ""


def _append_event(document: Document, sequence: Element, agent: str, did: str) -> None:
    event = _element(document, _RDF, "rdf:li", {"xmlns:rdf": _RDF, "xmlns:stEvt": _EVENT})
    event.setAttributeNS(_RDF, "rdf:parseType", "Resource")
    for name, text in (("action", "edited"), ("softwareAgent", agent), ("parameters", did)):
        field = _element(document, _EVENT, f"stEvt:{name}")
        field.appendChild(document.createTextNode(text))
        event.appendChild(field)
    sequence.appendChild(event)


def _element(
    document: Document, space: str, name: str, declared: dict[str, str] | None = None
) -> Element:
    element = document.createElementNS(space, name)
    for attribute, value in (declared or {}).items():
        element.setAttributeNS(_XMLNS, attribute, value)
    return element
