"""Taking a seat: of a subnet against its burn, and on root for root stake."""
