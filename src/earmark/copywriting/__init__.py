"""Wing 2: write product copy from customer reviews, with a receipt for every sentence.

Paper: Generating Attractive and Authentic Copywriting from Customer Reviews (NAACL 2024, arXiv 2404.13906).
"""
