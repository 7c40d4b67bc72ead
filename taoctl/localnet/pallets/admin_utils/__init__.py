"""AdminUtils: the calls that set parameters of the chain and of its subnets."""
