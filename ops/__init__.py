"""Running the product: bootstrap, embedded servers, supervisor, backup and restore, doctor."""
