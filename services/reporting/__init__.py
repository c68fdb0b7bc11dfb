"""Reporting: what the program tells the public, its funder and researchers about a quarter. Pure.

Promise: no number of fewer than eleven referrals is told, nor can one be worked out from what is told; and what the
law asks for and the hub does not know is named.
"""
