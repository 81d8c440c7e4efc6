"""What `make demo` fills the product with, through the same commands that the console and the API use."""
