"""Inputs nobody would write, against every reader of the package: `make fuzz`.

Each target takes bytes and may do one of two things: work, or raise an `UpperhandError` (a server:
answer below 500). Anything else is a finding: another exception, two seconds of processor time,
a file left behind.
"""
