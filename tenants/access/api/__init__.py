"""The routes about people and access under `/api/v1/`, one module per resource."""
