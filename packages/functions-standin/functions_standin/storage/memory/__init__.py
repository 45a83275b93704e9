"""A storage account in this process: everything of the port, no requests, whatever clock it is given."""

from functions_standin.storage.memory.account import MemoryAccount, MemoryStorage, Way

__all__ = ["MemoryAccount", "MemoryStorage", "Way"]
