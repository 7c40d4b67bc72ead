"""Compares two metadata documents, declaration by declaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from metadata_reader import Metadata, PalletDef


@dataclass
class Report:
    """What was compared, what differs, and how much of the other side is declared."""

    matches: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    compared: Counter[str] = field(default_factory=Counter)
    declared: Counter[str] = field(default_factory=Counter)
    available: Counter[str] = field(default_factory=Counter)
    type_names: Counter[bool] = field(default_factory=Counter)

    def check(self, kind: str, name: str, what: str, ours: Any, theirs: Any) -> None:
        """Count one comparison."""
        self.compared[kind] += 1
        if ours == theirs:
            self.matches[kind] += 1
        else:
            self.differences.append(f"{kind} {name} {what}")

    def lines(self) -> Iterator[str]:
        """The report in words; `of` counts within the pallets and APIs that are declared."""
        for kind in self.available:
            declared = self.declared[kind]
            yield (
                f"{kind}: {declared} declared of {self.available[kind]}, "
                f"{self.matches[kind]} of {self.compared[kind]} comparisons match"
            )
        total = self.type_names.total()
        yield f"source type names: {self.type_names[True]} of {total} are the same"


class Comparison:
    """Walks everything that `ours` declares and looks it up in `theirs`."""

    def __init__(self, ours: Metadata, theirs: Metadata) -> None:
        self.ours, self.theirs, self.report = ours, theirs, Report()

    def run(self) -> Report:
        """Compare all there is."""
        self._count("pallet", self.ours.pallets, self.theirs.pallets)
        for name, pallet in self.ours.pallets.items():
            other = self.theirs.pallets.get(name)
            if other is None:
                self.report.differences.append(f"pallet {name} exists only here")
                continue
            self.report.check("pallet", name, "index", pallet.index, other.index)
            self._pallet(pallet, other)
        self._apis()
        self._extrinsic()
        self._outer()
        return self.report

    def _count(self, kind: str, ours: Any, theirs: Any) -> None:
        self.report.declared[kind] += len(ours)
        self.report.available[kind] += len(theirs)

    def _tree(self, kind: str, name: str, what: str, ours: int, theirs: int) -> None:
        self.report.check(kind, name, what, self.ours.tree(ours), self.theirs.tree(theirs))
        same = self.ours.tree(ours, type_names=True) == self.theirs.tree(theirs, type_names=True)
        self.report.type_names[same] += 1

    def _pallet(self, ours: PalletDef, theirs: PalletDef) -> None:
        self._storage(ours, theirs)
        for kind in ("call", "event", "error"):
            self._variants(kind, ours, theirs)
        self._count("constant", ours.constants, theirs.constants)
        for name, (kind, value) in ours.constants.items():
            full = f"{ours.name}.{name}"
            if name not in theirs.constants:
                self.report.differences.append(f"constant {full} exists only here")
                continue
            other_kind, other_value = theirs.constants[name]
            self._tree("constant", full, "type", kind, other_kind)
            self.report.check("constant", full, "value", value, other_value)

    def _storage(self, ours: PalletDef, theirs: PalletDef) -> None:
        if ours.storage:
            self.report.check("storage", ours.name, "prefix", ours.prefix, theirs.prefix)
        self._count("storage", ours.storage, theirs.storage)
        for name, item in ours.storage.items():
            full = f"{ours.name}.{name}"
            other = theirs.storage.get(name)
            if other is None:
                self.report.differences.append(f"storage {full} exists only here")
                continue
            check = self.report.check
            check("storage", full, "modifier", item.modifier, other.modifier)
            check("storage", full, "hashers", item.hashers, other.hashers)
            check("storage", full, "default", item.default, other.default)
            self._tree("storage", full, "value", item.value, other.value)
            check("storage", full, "map", item.key is None, other.key is None)
            if item.key is not None and other.key is not None:
                self._tree("storage", full, "key", item.key, other.key)

    def _variants(self, kind: str, ours: PalletDef, theirs: PalletDef) -> None:
        attribute = {"call": "calls", "event": "event", "error": "error"}[kind]
        mine, other = getattr(ours, attribute), getattr(theirs, attribute)
        if mine is None:
            self._count(kind, (), self.theirs.variants(other))
            return
        if other is None:
            self.report.differences.append(f"{kind} enum of {ours.name} exists only here")
            return
        self.report.check(
            kind, ours.name, "enum", self._head(self.ours, mine), self._head(self.theirs, other)
        )
        known = self.theirs.variants(other)
        declared = self.ours.variants(mine)
        self._count(kind, declared, known)
        for name, variant in declared.items():
            full = f"{ours.name}.{name}"
            match = known.get(name)
            if match is None:
                self.report.differences.append(f"{kind} {full} exists only here")
                continue
            check = self.report.check
            check(kind, full, "index", variant.index, match.index)
            mine_fields = self.ours.fields(variant.fields)
            check(kind, full, "fields", mine_fields, self.theirs.fields(match.fields))
            names = [f.type_name for f in variant.fields] == [f.type_name for f in match.fields]
            self.report.type_names[names] += 1

    def _head(self, meta: Metadata, ty: int) -> Any:
        kind = meta.types[ty]
        params = [(n, None if p is None else meta.tree(p)) for n, p in kind.params]
        return kind.path, params

    def _apis(self) -> None:
        for name, methods in self.ours.apis.items():
            known = self.theirs.apis.get(name, {})
            self._count("runtime API", methods, known)
            for method in methods.values():
                full = f"{name}.{method.name}"
                other = known.get(method.name)
                if other is None:
                    self.report.differences.append(f"runtime API {full} exists only here")
                    continue
                mine = [n for n, _ in method.inputs]
                theirs = [n for n, _ in other.inputs]
                self.report.check("runtime API", full, "inputs", mine, theirs)
                for (arg, a), (_, b) in zip(method.inputs, other.inputs, strict=False):
                    self._tree("runtime API", full, f"input {arg}", a, b)
                self._tree("runtime API", full, "output", method.output, other.output)

    def _extrinsic(self) -> None:
        check = self.report.check
        for part, ty in self.ours.extrinsic.items():
            other = self.theirs.extrinsic[part]
            if part == "version":
                check("extrinsic", "", "version", ty, other)
            else:
                self._tree("extrinsic", "", part, ty, other)
        names = [e[0] for e in self.ours.extensions]
        check("extrinsic", "", "extensions", names, [e[0] for e in self.theirs.extensions])
        for mine, other_one in zip(self.ours.extensions, self.theirs.extensions, strict=False):
            self._tree("extrinsic", mine[0], "type", mine[1], other_one[1])
            self._tree("extrinsic", mine[0], "implicit", mine[2], other_one[2])
        self._tree("extrinsic", "", "runtime", self.ours.runtime_type, self.theirs.runtime_type)
        self._count("extrinsic", self.ours.extensions, self.theirs.extensions)

    def _outer(self) -> None:
        for kind, ty in self.ours.outer.items():
            other = self.theirs.outer[kind]
            check = self.report.check
            check("outer", kind, "path", self.ours.types[ty].path, self.theirs.types[other].path)
            known = self.theirs.variants(other)
            declared = self.ours.variants(ty)
            self._count("outer", declared, known)
            for name, variant in declared.items():
                match = known.get(name)
                if match is None:
                    self.report.differences.append(f"outer {kind}.{name} exists only here")
                    continue
                check("outer", f"{kind}.{name}", "index", variant.index, match.index)
                inner = self.ours.types[variant.fields[0].ty].path
                theirs = self.theirs.types[match.fields[0].ty].path
                check("outer", f"{kind}.{name}", "inner", inner, theirs)
