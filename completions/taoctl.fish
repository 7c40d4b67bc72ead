# fish completion of taoctl; made by `taoctl completion generate fish`
function __taoctl_complete
    set -l words (commandline -opc)
    set -lx COMP_CWORD (count $words)
    set -lx COMP_WORDS (string join \n -- $words (commandline -ct) | string collect)
    _TAOCTL_COMPLETE=complete_bash $words[1] 2>/dev/null
end
complete -c taoctl -f -a '(__taoctl_complete)'
