"""`taoctl completion`: scripts that let a shell complete taoctl's commands and options.

The scripts ask the program itself, so they never go out of date; what it answers is taken as
plain words and is not evaluated.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from taoctl.cli import output

app = typer.Typer(
    help="Completion scripts for shells.", no_args_is_help=True, rich_markup_mode=None
)

_BASH = """\
# bash completion of taoctl; made by `taoctl completion generate bash`
_taoctl() {
  local IFS=$'\\n'
  COMPREPLY=($(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \\
    _TAOCTL_COMPLETE=complete_bash "$1" 2>/dev/null))
}
complete -o bashdefault -o default -F _taoctl taoctl
"""

_ZSH = """\
#compdef taoctl
# zsh completion of taoctl; made by `taoctl completion generate zsh`
_taoctl() {
  local -a found
  found=("${(@f)$(COMP_WORDS="${(F)words}" COMP_CWORD=$((CURRENT - 1)) \\
    _TAOCTL_COMPLETE=complete_bash "${words[1]}" 2>/dev/null)}")
  if [[ -n "${found[1]}" ]]; then
    compadd -- "${found[@]}"
  else
    _files
  fi
}
if [[ "${funcstack[1]}" == _taoctl ]]; then
  _taoctl "$@"
else
  compdef _taoctl taoctl
fi
"""

_FISH = """\
# fish completion of taoctl; made by `taoctl completion generate fish`
function __taoctl_complete
    set -l words (commandline -opc)
    set -lx COMP_CWORD (count $words)
    set -lx COMP_WORDS (string join \\n -- $words (commandline -ct) | string collect)
    _TAOCTL_COMPLETE=complete_bash $words[1] 2>/dev/null
end
complete -c taoctl -f -a '(__taoctl_complete)'
"""


class Shell(StrEnum):
    """The shells there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


SCRIPTS = {Shell.BASH: _BASH, Shell.ZSH: _ZSH, Shell.FISH: _FISH}


@app.callback()
def group() -> None:
    """Keep `generate` a subcommand while it is the only one."""


@app.command("generate")
def generate(shell: Annotated[Shell, typer.Argument(help="The shell to complete in.")]) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      source <(taoctl completion generate bash)
      taoctl completion generate zsh > "${fpath[1]}/_taoctl"
      taoctl completion generate fish > ~/.config/fish/completions/taoctl.fish
    """
    output.write(SCRIPTS[shell].rstrip("\n"))
