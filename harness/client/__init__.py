"""The source system's side of the API: sends requests, paces them, and keeps what came back as evidence.

veil (keys never shown) · request and answer (the records) · curl (the paste-ready line) · pacer (when the next may go)
transport (httpx) and wire (a bare socket, for what httpx refuses to send) · source_system (the client made of them)
"""
