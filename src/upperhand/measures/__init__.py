"""Instruments of trade policy: each maps a measure with its strength to a shock."""

from upperhand.measures.base import Measure
from upperhand.measures.change import Change
from upperhand.measures.discouraged_purchase import DiscouragedPurchase
from upperhand.measures.entity_listing import EntityListing
from upperhand.measures.equipment_restriction import ControlIntensity, EquipmentRestriction
from upperhand.measures.export_control import ExportControl
from upperhand.measures.export_licence import ExportLicence
from upperhand.measures.export_tax import ExportTax
from upperhand.measures.import_ban import ImportBan
from upperhand.measures.mineral_licensing import MineralLicensing
from upperhand.measures.procurement_ban import ProcurementBan
from upperhand.measures.purchase_commitment import PurchaseCommitment
from upperhand.measures.registry import KINDS, AnyMeasure, read_measure
from upperhand.measures.subsidy import Subsidy
from upperhand.measures.tariff import Tariff
from upperhand.measures.walk_out import WalkOut

__all__ = [
    "KINDS",
    "AnyMeasure",
    "Change",
    "ControlIntensity",
    "DiscouragedPurchase",
    "EntityListing",
    "EquipmentRestriction",
    "ExportControl",
    "ExportLicence",
    "ExportTax",
    "ImportBan",
    "Measure",
    "MineralLicensing",
    "ProcurementBan",
    "PurchaseCommitment",
    "Subsidy",
    "Tariff",
    "WalkOut",
    "read_measure",
]
