"""Models may be loaded while their libraries are still being imported."""

import subprocess
import sys
from pathlib import Path

WHILE_IMPORTING = """
import sys, threading, time
from pathlib import Path
from assistant.models.libraries import import_libraries
from assistant.models.weights import Weights

importing = threading.Thread(target=import_libraries)
importing.start()
while "transformers" not in sys.modules:
    time.sleep(0.001)
print(Weights("Tiny", Path(sys.argv[1]), "fp32").context)
importing.join()
"""


def test_model_is_loaded_while_libraries_are_imported(tiny_folder: Path):
    done = subprocess.run(
        [sys.executable, "-c", WHILE_IMPORTING, str(tiny_folder)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
