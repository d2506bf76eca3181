"""The first signal is a wish, the second an order; afterwards signals do what they did before."""

import os
import signal

import pytest

from harness.processes.interrupt import Interrupt


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_a_wish_and_the_second_an_order(number):
    before = signal.getsignal(number)

    with Interrupt() as interrupt:
        assert not interrupt.wait(0)
        os.kill(os.getpid(), number)
        assert interrupt.wait(10)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)

    assert signal.getsignal(number) is before
