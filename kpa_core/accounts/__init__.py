"""Accounts: ways in, sessions, code cards, messages to people, what is known about someone."""

from kpa_core.accounts.cards import new_card as new_card
from kpa_core.accounts.first import first_account as first_account
from kpa_core.accounts.login import actor_of_request as actor_of_request
from kpa_core.accounts.login import install as install
