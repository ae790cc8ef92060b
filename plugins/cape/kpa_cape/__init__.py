"""CAPE, CJS and volunteers: who may work for a customer, and how minors are protected."""

from kpa_cape.plugin import CapePlugin as CapePlugin
