"""Features of the ZIP layer that Office documents share."""

from __future__ import annotations

from leakverify.features._rules import Made, Rule, Seen, any_of, every, flag, last, ordered
from leakverify.features._shapes import part_shape


def zip_rules(prefix: str, part: str) -> tuple[Rule, ...]:
    """How the package is laid out; ``part`` is the format's name for the parts it lists."""

    def order(seen: Seen) -> Made:
        """Parts in the order of the file, numbers set aside, runs of one as one."""
        row: list[str] = []
        for observation in seen.all(part)[:400]:
            shape = part_shape(str(observation.value))
            if not row or row[-1] != shape:
                row.append(shape)
        return [*ordered(row[:12]), *(f"has {shape}" for shape in row)]

    def first(seen: Seen) -> Made:
        return [part_shape(seen.text("zip.first_entry"))]

    return (
        every(f"{prefix}made_by", "system and version of the packer", "zip.made_by"),
        last(f"{prefix}flags_first", "flags of the first entry", "zip.flags.first"),
        every(f"{prefix}flags", "flags of the entries", "zip.flags"),
        every(f"{prefix}methods", "compression methods", "zip.method"),
        last(f"{prefix}times", "what the times of entries are", "zip.times"),
        every(f"{prefix}extra", "extra fields", "zip.extra_fields"),
        every(f"{prefix}attributes", "external attributes", "zip.attributes"),
        flag(f"{prefix}descriptors", "sizes stand behind the data", "zip.data_descriptors"),
        flag(f"{prefix}order_differs", "the directory lists entries in another order", "zip.order_differs"),
        any_of(f"{prefix}gaps", "bytes between entries", "zip.gap_bytes"),
        any_of(f"{prefix}duplicates", "entries of the same name", "zip.duplicates"),
        Rule(f"{prefix}first", "name of the first entry", ("zip.first_entry",), first),
        Rule(f"{prefix}parts", "parts in the order of the file", (part,), order),
    )
