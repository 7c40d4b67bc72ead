"""Runtime APIs of the Subtensor runtime: their answer types and the code that fills them."""
