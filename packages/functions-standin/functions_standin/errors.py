"""What can go wrong before a function runs.

HostError
├── SettingsError      host.json, local.settings.json, the environment or the command line
├── LoadError          the app as a whole cannot be loaded
└── FunctionInError    one function cannot run; the others can
    └── NotRunYet      its trigger or binding is one that the stand-in lists but does not run
"""


class HostError(Exception):
    """A problem that the message names together with its remedy."""


class SettingsError(HostError):
    """A setting is missing or wrong."""


class LoadError(HostError):
    """The app cannot be imported or indexed."""


class FunctionInError(HostError):
    """One function cannot run."""


class NotRunYet(FunctionInError):
    """The stand-in knows the binding but does not run it."""
