"""What can be raised at a caller. Bad files never raise; bad calls always do.

::

    LeakverifyError
    ├── UsageError            the call itself is wrong (also a ValueError)
    ├── IsolationUnavailable  isolation was required and this machine cannot give it
    ├── StoreError            the scan store cannot be used
    │   └── StoreTooNew       it was written by a later version of leakverify
    └── ModelError            the model cannot be used, or could have run code
"""


class LeakverifyError(Exception):
    """Base of everything this package raises on purpose."""


class UsageError(LeakverifyError, ValueError):
    """The call is wrong: missing path, unknown name, impossible option."""


class IsolationUnavailable(LeakverifyError):
    """``isolation="required"`` and the machine cannot confine a process."""


class StoreError(LeakverifyError):
    """The store is not ours, is damaged, or is in use by another scan."""


class StoreTooNew(StoreError):
    """The store was written by a later version; nothing was changed in it."""


class ModelError(LeakverifyError):
    """A model file that is damaged, not ours, or that holds something which could run code."""
