"""The paper's claims as data, and the engine that compares them with a study."""
