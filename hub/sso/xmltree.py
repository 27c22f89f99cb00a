"""XML of strangers, read safely: no entities, no document types, no comments, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from hub.providers import NotBelieved

#: An element; lxml has no types.
Element: TypeAlias = Any

#: What lxml raises.
XmlError: type[Exception] = etree.LxmlError

#: The most elements of a document, names of its namespaces, and attributes of one element: what signs and
#: verifies takes the square of these.
ELEMENTS_MAX, NAMESPACES_MAX, ATTRIBUTES_MAX = 20_000, 2_000, 100

#: Prefixes as they are written here → namespaces.
NAMESPACES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


def parse(raw: bytes, what: str) -> Element:
    """Return the root of *raw*, UTF-8, or raise `NotBelieved`, which calls it *what*."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotBelieved(f"{what} is not UTF-8") from error
    # Before a parser sees it: what they declare can grow without end, or be fetched from elsewhere.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotBelieved(f"{what} has a document type, which is refused")
    if text.count("xmlns") > NAMESPACES_MAX:
        raise NotBelieved(f"{what} names more than {NAMESPACES_MAX} namespaces")
    root = _parsed(text.encode(), what)
    _check_size(root, what)
    return root


def alone(element: Element) -> Element:
    """Return a copy of *element* as a root, with the namespaces that it stands in and nothing else."""
    return _parsed(etree.tostring(element, with_tail=False), "the element")


def _check_size(root: Element, what: str) -> None:
    for number, element in enumerate(root.iter(), 1):
        if number > ELEMENTS_MAX:
            raise NotBelieved(f"{what} has more than {ELEMENTS_MAX} elements")
        if len(element.attrib) > ATTRIBUTES_MAX:
            raise NotBelieved(f"{what} has an element of more than {ATTRIBUTES_MAX} attributes")


def _parsed(raw: bytes, what: str) -> Element:
    # A comment inside a value would cut it in two, for whoever reads the first half only.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        return etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotBelieved(f"{what} is not XML") from error


def name(prefixed: str) -> str:
    """Return a name as elements have it: `saml:Issuer` → `{urn:…}Issuer`."""
    prefix, _, local = prefixed.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def within(element: Element, path: str) -> list[Element]:
    """Return the elements at *path* (`saml:Subject/saml:NameID`), from *element*'s children on."""
    found: list[Element] = element.findall(path, NAMESPACES)
    return found


def one(element: Element, path: str) -> Element:
    """Return the element at *path*, of which there must be one, or raise `NotBelieved`."""
    found = within(element, path)
    if len(found) != 1:
        raise NotBelieved(f"expected {path} once, found {len(found)}")
    return found[0]


def text(element: Element) -> str:
    """Return all the text of an *element* that has no elements."""
    if len(element):
        raise NotBelieved(f"{etree.QName(element).localname} holds more than text")
    return (element.text or "").strip()


def everywhere(root: Element, prefixed: str) -> list[Element]:
    """Return all elements of that name, the root itself among them."""
    return list(root.iter(name(prefixed)))


def ids(root: Element) -> Iterator[str]:
    """Yield every id in the document, however its attribute is written."""
    for element in root.iter():
        for key, value in element.attrib.items():
            if etree.QName(key).localname.lower() == "id":
                yield value


def element(prefixed: str, *children: Element, text: str | None = None, **attributes: str) -> Element:
    """Return a new element."""
    made = etree.Element(name(prefixed), attributes, nsmap=NAMESPACES)
    made.text = text
    made.extend(children)
    return made


def written(element: Element) -> bytes:
    """Return *element* as a document."""
    etree.cleanup_namespaces(element)
    raw: bytes = etree.tostring(element, xml_declaration=True, encoding="utf-8")
    return raw
