"""The local page on which a person segments: what it asks the computer for, and how that is kept.

`session` knows the person's work and folder, `server` answers the page over HTTP, `guard` refuses
everybody else, `page/` is the page itself.
"""
