"""Commands run in the process of the tests."""

from collections.abc import Callable

import pytest

from eduplan.cli import main


class Ran:
    """What a run came to: exit code, output and error output."""

    def __init__(self, code: object, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; no run may end in a traceback or draw on no terminal."""

    def call(*words: object) -> Ran:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert "\x1b" not in out + err, "no colour and no progress bar where there is no terminal"
        assert "\r" not in err
        return Ran(left.value.code, out, err)

    return call
