"""Signatures of mail judged outside the box: keys, opening, grading and recovery.

Nothing here parses a mail.  The facts an extraction holds (digests, signature
values, canonical fields) are enough, so that stored facts can be judged again
with other keys.
"""
