"""Products and what customers wrote of them: reading, cleaning, sifting, splitting."""

from earmark.copywriting.reviews.columns import Columns
from earmark.copywriting.reviews.guessing import guess_columns
from earmark.copywriting.reviews.reading import ReadingConfig, read_products, sift_product
from earmark.copywriting.reviews.records import Product, Review, ReviewedProduct, Sentence
from earmark.copywriting.reviews.sentences import split_sentences
from earmark.copywriting.reviews.splits import ProductSplit, split_products

__all__ = [
    "Columns",
    "Product",
    "ProductSplit",
    "ReadingConfig",
    "Review",
    "ReviewedProduct",
    "Sentence",
    "guess_columns",
    "read_products",
    "sift_product",
    "split_products",
    "split_sentences",
]
