"""What members of governance do: propose, vote, decide, and take a seat."""
