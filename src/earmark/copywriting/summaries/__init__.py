"""What reviewers agree and disagree on: opinions to counted claims, each with the spans that say so."""
