import { sh, type Script } from '../hosts/script.js';

/** Words of a kubeconfig that say what stands behind them. All others leave the host as word1, word2 and so on. */
const keys = [
  ...['clusters', 'cluster', 'contexts', 'context', 'current-context', 'users', 'user', 'name', 'server'],
  ...['certificate-authority', 'certificate-authority-data', 'client-certificate', 'client-certificate-data'],
];

/** Bytes that are looked at. */
const longest = 500_000;

/**
 * Takes a kubeconfig apart without understanding it, whether it is YAML or JSON: what is between words stays, known keys and
 * the address of an API server stay, and each other word gets a name, the same one wherever it stands. So no key and no
 * token leaves the host. With `words` set it prints each of these names with its word instead.
 */
const namesForWords = `
BEGIN {
  count = split(known, list, " ")
  for (one = 1; one <= count; one++) isKnown[list[one]] = 1
  between = "^[] \\t\\r\\042{},:[\\047]+"
  word = "^[^] \\t\\r\\042{},:[\\047]+"
  ends = "^[] \\t\\r\\042},\\047]"
}
function nameOf(text) {
  if (text in isKnown || text ~ /^(-|---|[|>][-+]?)$/) return text
  if (!(text in names)) { names[text] = "word" ++number; if (words) print names[text], text }
  return names[text]
}
{
  rest = $0; line = ""
  while (rest != "") {
    if (match(rest, between)) { line = line substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1); continue }
    if (match(rest, /^#+/)) { line = line "#"; rest = substr(rest, RLENGTH + 1); continue }
    if (match(rest, /^https:\\/\\/([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?/)) {
      address = substr(rest, 1, RLENGTH); after = substr(rest, RLENGTH + 1)
      if (after == "" || after ~ ends || after ~ /^\\//) {
        line = line address; rest = after
        if (match(rest, word)) rest = substr(rest, RLENGTH + 1)
        continue
      }
    }
    match(rest, word); line = line nameOf(substr(rest, 1, RLENGTH)); rest = substr(rest, RLENGTH + 1)
  }
  if (!words) print line
}`;

/**
 * Prints two sections: kubelet.conf with names for its words, and of each word that is a certificate, or names a file, what
 * can be told of it. The shell function `certificates_in NAME PEM` tells the latter.
 */
export function kubeletConfScript(kubernetes: string): Script {
  const conf = `${kubernetes}/kubelet.conf`;
  return sh`words_of() { if [ -r ${conf} ]; then head -c ${longest} ${conf} | awk -v known=${keys.join(' ')} -v words="$1" ${namesForWords}; fi; }
section kubelet-conf; words_of ''
section kubelet-certificates
words_of 1 | while read -r name word; do
  case $word in /*) file=$word ;; *) file=${kubernetes}/$word ;; esac
  if [ -f "$file" ] && [ -s "$file" ]; then
    echo "$name file"
    certificates_in "$name" "$(cat "$file" 2>/dev/null)"
  else
    case $word in ????????????????????*) certificates_in "$name" "$(printf %s "$word" | base64 -d 2>/dev/null | tr -d '\\000')" ;; esac
  fi
done`;
}
