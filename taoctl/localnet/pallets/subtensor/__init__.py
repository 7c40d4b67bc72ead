"""SubtensorModule: subnets, neurons, stake, weights, emission and consensus."""
