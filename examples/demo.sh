#!/bin/sh
# What `make demo` runs: both jobs as a user would, on the embedded defaults. Everything lands in demo/.
set -eu

rm -rf demo
mkdir demo
echo "$ earmark samples reviews demo/reviews.csv --products 3"
earmark samples reviews demo/reviews.csv --products 3
echo
echo "$ earmark write demo/reviews.csv"
earmark write demo/reviews.csv
echo
echo "$ earmark samples sounds demo/sounds --per-class 12"
earmark samples sounds demo/sounds --per-class 12
echo
echo "$ earmark dissect reference demo/sounds --out demo/dissection"
earmark dissect reference demo/sounds --out demo/dissection
