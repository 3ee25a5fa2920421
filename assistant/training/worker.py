"""The process of one fine-tuning run: `python -m assistant.training.worker HOME RUN_ID`.

Who starts it waits until it has let go of them, so everything slow is imported after that.
"""

import logging
import sys
from pathlib import Path

from assistant.training import process

log = logging.getLogger(__name__)


def main() -> int:
    """Work on the run unless a process is at it already; its row tells how that ended."""
    home, run_id = Path(sys.argv[1]), sys.argv[2]
    claimed = process.claim(process.run_folder(home, run_id))
    if claimed is None:
        return 1
    process.detach(claimed)
    process.step_back()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _work(home, run_id)
    return 0


def _work(home: Path, run_id: str) -> None:
    from assistant.training.work import Work
    from store.database import Database
    from store.errors import NotFound

    database = Database(home / "records.sqlite3")
    try:
        Work(database, home, run_id).do()
    except NotFound:
        log.warning("the run was deleted")
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
