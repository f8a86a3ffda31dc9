"""Bodies that routes read by hand, as the API's description tells of them."""

from typing import Any

from pydantic import BaseModel


def body_of(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """Return the part of the API's description that tells of a body which the route reads by hand."""
    return described({"application/json": plain_schema(model)}, required=required)


def described(schemas: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """Return the same for a body that may come as any of several media types."""
    content = {media_type: {"schema": schema} for media_type, schema in schemas.items()}
    return {"requestBody": {"required": required, "content": content}}


def plain_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of `model` without references: a route's own part of the description defines nothing."""
    schema = model.model_json_schema()
    plain: dict[str, Any] = _inlined(schema, schema.pop("$defs", {}))
    return plain


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return `schema` with each reference replaced by what it names."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}
