"""CAPE."""
