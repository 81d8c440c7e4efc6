"""auditlog's registry, filled from the declarations: its display and history read it, its recording signals are off."""

from auditlog import registry
from auditlog.registry import AuditlogModelRegistry

from kernel.recorder.declare import recorded_models


def replace() -> None:
    """Replace auditlog's global registry by one that records nothing but reads (`accessed`) itself."""
    filled = AuditlogModelRegistry(create=False, update=False, delete=False, m2m=False, access=True)
    for model, declared in recorded_models().items():
        filled.register(model, exclude_fields=list(declared.exclude), mask_fields=list(declared.mask))
    registry.auditlog = filled
