"""From sentences to claims about a product, and from claims to facts that reviewers share."""
