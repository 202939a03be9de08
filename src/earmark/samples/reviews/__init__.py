"""Products that do not exist and what nobody wrote of them: reviews by rules, with a known truth."""

from earmark.samples.reviews.products import make_products
from earmark.samples.reviews.records import SampleFact, SampleMention, SampleProduct, SampleReview
from earmark.samples.reviews.tables import review_rows, write_reviews

__all__ = [
    "SampleFact",
    "SampleMention",
    "SampleProduct",
    "SampleReview",
    "make_products",
    "review_rows",
    "write_reviews",
]
