"""From a change to one of three outcomes: filters, messages, what an answer means, what the ledger must remember."""
