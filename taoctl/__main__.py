"""`python -m taoctl`: the program without its console script."""

from taoctl.cli.main import run

if __name__ == "__main__":
    run()
