"""Every instrument by its kind, and how a measure is read from plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from upperhand.core.errors import MeasureError, unknown
from upperhand.measures.base import Measure
from upperhand.measures.discouraged_purchase import DiscouragedPurchase
from upperhand.measures.entity_listing import EntityListing
from upperhand.measures.equipment_restriction import EquipmentRestriction
from upperhand.measures.export_control import ExportControl
from upperhand.measures.export_licence import ExportLicence
from upperhand.measures.export_tax import ExportTax
from upperhand.measures.import_ban import ImportBan
from upperhand.measures.mineral_licensing import MineralLicensing
from upperhand.measures.procurement_ban import ProcurementBan
from upperhand.measures.purchase_commitment import PurchaseCommitment
from upperhand.measures.subsidy import Subsidy
from upperhand.measures.tariff import Tariff
from upperhand.measures.walk_out import WalkOut

KINDS: dict[str, type[Measure]] = {
    "tariff": Tariff,
    "export_tax": ExportTax,
    "import_ban": ImportBan,
    "discouraged_purchase": DiscouragedPurchase,
    "export_control": ExportControl,
    "export_licence": ExportLicence,
    "subsidy": Subsidy,
    "entity_listing": EntityListing,
    "procurement_ban": ProcurementBan,
    "equipment_restriction": EquipmentRestriction,
    "mineral_licensing": MineralLicensing,
    "purchase_commitment": PurchaseCommitment,
    "walk_out": WalkOut,
}

AnyMeasure = Annotated[
    Tariff
    | ExportTax
    | ImportBan
    | DiscouragedPurchase
    | ExportControl
    | ExportLicence
    | Subsidy
    | EntityListing
    | ProcurementBan
    | EquipmentRestriction
    | MineralLicensing
    | PurchaseCommitment
    | WalkOut,
    Field(discriminator="kind"),
]


def read_measure(data: Mapping[str, Any]) -> Measure:
    """Return the measure that plain data describe; `kind` says which instrument it is.

    Raises:
        MeasureError: If the kind is unknown or any field is wrong (every fault listed).

    Examples:
        >>> read_measure({"kind": "tariff", "by": "USA", "against": ["CHN"], "add_pp": 10}).title()
        'USA tariff on CHN, goods'
        >>> read_measure({"kind": "tarif", "by": "USA"})
        Traceback (most recent call last):
        upperhand.core.errors.MeasureError: measure: unknown kind 'tarif'; did you mean 'tariff'?...
    """
    kind = data.get("kind")
    if kind not in KINDS:
        raise MeasureError("measure: " + unknown("kind", kind, list(KINDS)))
    keys: list[object] = list(data)  # YAML may hold keys that are numbers or days
    strange = [key for key in keys if not isinstance(key, str)]
    if strange:
        raise MeasureError(f"measure: '{strange[0]}' is no name of a field; quote it or leave it")
    return KINDS[kind](**data)
