"""The processes that read PDFs for this one."""

import psutil  # type: ignore[import-untyped]


def readers() -> list[psutil.Process]:
    """Those that run."""
    return [one for one in psutil.Process().children(recursive=True) if _reads(one)]


def _reads(process: psutil.Process) -> bool:
    try:
        return "assistant.ingestion.reading_worker" in process.cmdline()
    except psutil.Error:  # it ended meanwhile
        return False
