"""Replies wait for those who expect them, wake who waits, and are nobody else's. In a process that Locust patched."""

import subprocess
import sys

PREPARED = """
import gevent.monkey; gevent.monkey.patch_all()
import gevent, time
from harness.errors import SinkDied
from harness.events import Replied
from harness.load.postbox import MOST_HELD, Postbox
from gevent.queue import Queue

class Feed:
    def __init__(self): self.queue = Queue()
    def put(self, session, at=1): self.queue.put(Replied(at, at, session, "u", "bot", "d"))
    def die(self): self.queue.put(SinkDied("it is gone"))
    def __iter__(self):
        while True:
            item = self.queue.get()
            if isinstance(item, SinkDied): raise item
            yield item

one, other = Feed(), Feed()
postbox = Postbox(one, other)
postbox.expect("s")
"""


def run(story: str) -> None:
    done = subprocess.run([sys.executable, "-c", PREPARED + story], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_came_before_the_waiting_is_there_and_what_comes_later_wakes_it():
    run("""
one.put("s", 7); gevent.sleep(0.01)
assert postbox.take("s", 0).at == 7
waits = gevent.spawn(postbox.take, "s", 30)
gevent.sleep(0.01)
other.put("x"); gevent.sleep(0.01)
assert not waits.ready()
other.put("s", 8)
assert waits.get(timeout=5).at == 8
""")


def test_who_waits_in_vain_is_told_at_his_time_and_a_reply_just_then_is_not_lost():
    run("""
began = time.monotonic()
assert postbox.take("s", 0.1) is None and 0.09 < time.monotonic() - began < 5
for number in range(200):
    gevent.spawn_later(0.001, one.put, "s", number)
    while not (arrival := postbox.take("s", 0.001)): pass
    assert arrival.at == number
""")


def test_a_session_that_nobody_expects_leaves_nothing_behind_and_a_flood_little():
    run("""
for _ in range(1000): one.put("x"); one.put("s")
one.put("last"); postbox.expect("last"); assert postbox.take("last", 5)
assert set(postbox._boxes) == {"s", "last"} and len(postbox._boxes["s"].held) == MOST_HELD
postbox.forget("s"); one.put("s", 9); assert postbox.take("s", 5).at == 9
postbox.dismiss("s"); postbox.dismiss("last"); assert not postbox._boxes
""")


def test_while_one_sink_lives_so_does_the_waiting_and_then_nobody_waits_any_longer():
    run("""
waits = gevent.spawn(postbox.take, "s", 30)
gevent.sleep(0.01); one.die(); gevent.sleep(0.01)
assert not waits.ready(); postbox.raise_if_dead()
other.put("s"); assert waits.get(timeout=5)
waits = [gevent.spawn(postbox.take, name, 30) for name in ("s", "t")]
postbox.expect("u"); other.put("u"); gevent.sleep(0.01); other.die()
for each in waits:
    each.join(5)
    assert isinstance(each.exception, SinkDied), each
assert postbox.take("u", 5)
""")


def test_who_is_killed_while_waiting_is_not_woken_again():
    run("""
waits = gevent.spawn(postbox.take, "s", 30)
gevent.sleep(0.01); one.put("s"); waits.kill(); gevent.sleep(0.01)
assert postbox.take("s", 0)
""")
