"""The network as a whole: the AND paper's two findings, with nulls, an untrained twin and a rule set beforehand."""
