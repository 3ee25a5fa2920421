"""How a page of a document is named wherever people read it."""


def page_name(page: int | None, label: str | None) -> str:
    """ "page 4", with the printed label where it differs: "page 4 (printed iv)"; "" if unknown."""
    if page is None:
        return ""
    printed = f" (printed {label})" if label and label != str(page) else ""
    return f"page {page}{printed}"


def place(document: str, page: int | None, label: str | None) -> str:
    """A document and the page in it: "guide.pdf, page 4"."""
    return ", ".join(part for part in (document, page_name(page, label)) if part)
