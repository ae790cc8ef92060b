"""Forms: WTForms fields that speak of money, hours and days, and errors that say what to do."""

from __future__ import annotations

from kpa_core.pages.forms.choices import Choice as Choice
from kpa_core.pages.forms.choices import OneOf as OneOf
from kpa_core.pages.forms.choices import Several as Several
from kpa_core.pages.forms.choices import options as options
from kpa_core.pages.forms.form import Form as Form
from kpa_core.pages.forms.form import LongText as LongText
from kpa_core.pages.forms.form import Text as Text
from kpa_core.pages.forms.form import Version as Version
from kpa_core.pages.forms.form import YesNo as YesNo
from kpa_core.pages.forms.photos import Photo as Photo
from kpa_core.pages.forms.uploads import Upload as Upload
from kpa_core.pages.forms.values import Cents as Cents
from kpa_core.pages.forms.values import Count as Count
from kpa_core.pages.forms.values import Day as Day
from kpa_core.pages.forms.values import Hour as Hour
from kpa_core.pages.forms.values import Minutes as Minutes
from kpa_core.pages.forms.values import Parsed as Parsed
from kpa_core.pages.forms.values import Quantity as Quantity
from kpa_core.pages.forms.values import Rate as Rate
