"""Instruments of trade policy: each maps a measure with its strength to a shock."""

from upperhand.measures.base import Change, Measure
from upperhand.measures.discouraged_purchase import DiscouragedPurchase
from upperhand.measures.export_control import ExportControl
from upperhand.measures.export_licence import ExportLicence
from upperhand.measures.export_tax import ExportTax
from upperhand.measures.import_ban import ImportBan
from upperhand.measures.registry import KINDS, AnyMeasure, read_measure
from upperhand.measures.subsidy import Subsidy
from upperhand.measures.tariff import Tariff

__all__ = [
    "KINDS",
    "AnyMeasure",
    "Change",
    "DiscouragedPurchase",
    "ExportControl",
    "ExportLicence",
    "ExportTax",
    "ImportBan",
    "Measure",
    "Subsidy",
    "Tariff",
    "read_measure",
]
