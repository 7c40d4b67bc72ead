# bash completion of taoctl; made by `taoctl completion generate bash`
_taoctl() {
  local IFS=$'\n'
  COMPREPLY=($(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \
    _TAOCTL_COMPLETE=complete_bash "$1" 2>/dev/null))
}
complete -o bashdefault -o default -F _taoctl taoctl
