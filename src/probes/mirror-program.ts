/** Seconds after which a server that says nothing has not answered; the program ends itself after {@link mirrorSeconds}. */
const silence = 10;
export const mirrorSeconds = 900;

/**
 * A Python program for hosts, like those of reachability-programs.ts: only the standard library, nothing newer than Python 3.5.
 * It asks what standard input says, a JSON document [{"kind", "address", "digest"}], and answers in the same order by
 * [[problem, detail]], where no problem is null. Nothing is written on the host: a file whose digest is asked for is read and
 * forgotten.
 *
 * `file` and `image` are asked for by HEAD, and by GET where a server knows no HEAD. A registry that wants a token from somebody
 * without a name gives one (Docker's token authentication). `tls-first` is a registry without TLS, which containerd greets with
 * TLS nevertheless, and which has to answer by a line of HTTP.
 */
export const mirrorProgram = `
import hashlib, json, os, re, socket, ssl, sys, threading, time, urllib.error, urllib.parse, urllib.request
from concurrent.futures import ThreadPoolExecutor

silence, end = ${silence}, time.monotonic() + ${mirrorSeconds}
questions = json.load(sys.stdin)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
kinds = ", ".join("application/vnd." + kind for kind in (
    "oci.image.index.v1+json", "oci.image.manifest.v1+json",
    "docker.distribution.manifest.list.v2+json", "docker.distribution.manifest.v2+json"))

def ask(method, address, headers):
    request = urllib.request.Request(address, headers=headers, method=method)
    return opener.open(request, timeout=silence)

def head(address, headers):
    try:
        ask("HEAD", address, headers).close()
    except urllib.error.HTTPError as error:
        if error.code not in (400, 405, 501):
            raise
        ask("GET", address, headers).close()

def token(error):
    """What a registry gives to whoever has no name, or None."""
    said = error.headers.get("WWW-Authenticate", "")
    if not said.lower().startswith("bearer "):
        return None
    fields = dict(re.findall('([a-z]+)="([^"]*)"', said))
    realm = fields.pop("realm", "")
    if not realm.startswith(("http://", "https://")):
        return None
    with ask("GET", realm + "?" + urllib.parse.urlencode(fields), {}) as answer:
        given = json.loads(answer.read(1000000).decode("utf-8"))
    return given.get("token") or given.get("access_token")

def image(address):
    try:
        head(address, {"Accept": kinds})
    except urllib.error.HTTPError as error:
        given = token(error) if error.code == 401 else None
        if given is None:
            raise
        head(address, {"Accept": kinds, "Authorization": "Bearer " + given})

def digest(address, wanted):
    seen, size = hashlib.sha256(), 0
    with ask("GET", address, {}) as answer:
        length = answer.headers.get("Content-Length")
        while True:
            if time.monotonic() > end:
                return "timed-out", "the file is too slow"
            part = answer.read(262144)
            if not part:
                break
            seen.update(part)
            size += len(part)
    if length is not None and size != int(length):
        return "cut-off", "%d of %s bytes" % (size, length)
    return (None, "") if seen.hexdigest() == wanted else ("wrong-digest", "sha256:" + seen.hexdigest())

def tls_first(address):
    parts = urllib.parse.urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port or 80), silence) as one:
        one.settimeout(silence)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="mirror")
        try:
            hello.do_handshake()
        except ssl.SSLWantReadError:
            one.sendall(outgoing.read())
        said = b""
        while len(said) < 5:
            more = one.recv(5)
            if not more:
                break
            said += more
    return (None, "") if said == b"HTTP/" else ("no-http-answer", "")

def named(error):
    """The problem that an error is."""
    if isinstance(error, urllib.error.HTTPError):
        if error.code in (404, 410):
            return "missing", ""
        return ("login" if error.code in (401, 403) else "status"), "HTTP %d" % error.code
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, socket.timeout):
        return "timed-out", ""
    if isinstance(error, ssl.SSLError):
        text = str(error)
        if "CERTIFICATE" in text.upper() or type(error).__name__ == "CertificateError":
            return "certificate", text
        return "no-tls", ""
    if type(error).__name__ == "CertificateError":
        return "certificate", str(error)
    if type(error).__name__ == "IncompleteRead":
        return "cut-off", ""
    return "unreachable", getattr(error, "strerror", None) or str(error)

answers = [["timed-out", ""]] * len(questions)

def answer(number):
    question = questions[number]
    address = question["address"]
    try:
        if question["kind"] == "tls-first":
            found = tls_first(address)
        elif question["kind"] == "image":
            found = image(address), ""
        elif question.get("digest"):
            found = digest(address, question["digest"])
        else:
            found = head(address, {}), ""
    except Exception as error:
        found = named(error)
    answers[number] = [found[0], found[1][:200]]

def everything():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(len(questions))))

# A server that goes on saying a little is waited for no longer than for all together.
work = threading.Thread(target=everything, daemon=True)
work.start()
work.join(max(1, end + 15 - time.monotonic()))
print(json.dumps(answers))
sys.stdout.flush()
os._exit(0)
`;
