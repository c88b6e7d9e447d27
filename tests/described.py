"""What the API's own description says of an answer: every field, no other, of the kind and the choices that are named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import jsonschema
from drf_spectacular.generators import SchemaGenerator

FORMATS = jsonschema.FormatChecker(["date", "uuid"])


def strict(shape: Any) -> Any:
    """Return a shape of OpenAPI 3.0 as JSON Schema has it; an object has the fields that are named, and no others."""
    if isinstance(shape, list):
        return [strict(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    found = {name: strict(value) for name, value in shape.items() if name not in {"nullable", "readOnly"}}
    if "properties" in shape and "additionalProperties" not in shape:
        found["additionalProperties"] = False
    return {"anyOf": [found, {"type": "null"}]} if shape.get("nullable") else found


@dataclass
class Description:
    """The calls of a host by path and method, and the shapes they are made of."""

    paths: dict[str, Any]
    components: dict[str, Any]

    @cached_property
    def patterns(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        """The calls by the pattern of their path."""
        return [
            (re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path))), calls)
            for path, calls in self.paths.items()
        ]


@cache
def description(urlconf: str) -> Description:
    """Return what a host's API says of itself."""
    generator: Any = SchemaGenerator
    schema = strict(generator(urlconf=urlconf).get_schema(request=None, public=True))
    return Description(schema["paths"], schema["components"])


def faults(urlconf: str, method: str, path: str, status: int, data: Any) -> list[str]:
    """Return in what an answer is not as it is described; of calls that are not described, and of errors, nothing."""
    told = description(urlconf)
    found = [calls for pattern, calls in told.patterns if pattern.fullmatch(path)]
    call = found[0].get(method.lower()) if found else None
    if call is None or status >= 400:
        return []
    answer = call["responses"].get(str(status))
    if answer is None:
        return [f"{method} {path} answers {status}, which is not described"]
    content = next(iter(answer.get("content", {}).values()), None)
    if content is None:
        return [] if data is None else [f"{method} {path} answers something, and nothing is described"]
    shape = {**content["schema"], "components": told.components}
    wrong = jsonschema.Draft4Validator(shape, format_checker=FORMATS).iter_errors(data)
    return [f"{method} {path} {'.'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in wrong]
