"""The Typer command tree."""
