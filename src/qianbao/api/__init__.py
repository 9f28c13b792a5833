"""The door: REST under `/api/v1`, health, metrics, OpenAPI and its page. Shapes only, no business rule."""
