"""Servers that are limited by other people's code, each just enough of a Messaging API to be asked."""
