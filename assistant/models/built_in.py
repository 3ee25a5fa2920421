"""What comes with Openbook in the folder `weights`: openbook-mini and sample adapters for it."""

from pathlib import Path

from store.model_records import AdapterState
from store.models import Adapters

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
MINI = "openbook-mini"
BUILT_IN = ("reader", "scripted", MINI)
_SAMPLE = "sample-"


def mini_folder(weights: Path) -> Path | None:
    """Where openbook-mini is; None when this copy of Openbook came without it."""
    folder = weights / MINI
    return folder if (folder / "config.json").is_file() else None


def is_sample(adapter_id: str) -> bool:
    """Whether an adapter came with Openbook."""
    return adapter_id.startswith(_SAMPLE)


def keep_samples(weights: Path, adapters: Adapters) -> None:
    """Put the sample adapters that are new among the others; the first is published if none is,
    so that there is something to switch to from the start."""
    known = {adapter.id: adapter for adapter in adapters.all(MINI)}
    for folder in sorted((weights / "adapters").glob("*/")):
        sample = _SAMPLE + folder.name
        if sample in known:
            adapters.move(sample, str(folder))
            continue
        adapters.add(MINI, folder.name, str(folder), adapter_id=sample)
        if not any(a.state is AdapterState.PUBLISHED for a in adapters.all(MINI)):
            adapters.publish(sample)
