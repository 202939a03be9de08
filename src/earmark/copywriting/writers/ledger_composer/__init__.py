"""Copy for goods from a ledger of facts: what it is, what it does, for whom, and what to know before buying."""
