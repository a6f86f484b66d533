"""What a study consists of, and whether its config makes sense."""
