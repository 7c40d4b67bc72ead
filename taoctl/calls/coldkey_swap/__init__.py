"""Swapping a coldkey for another: announcing, waiting, disputing, calling off, carrying out."""
