"""harness: does a Messaging API keep its contract, how does it behave under load, where are its limits?"""

__version__ = "0.1.0"
