import { ownListener } from '../cluster/network/ports.js';

/**
 * Two Python programs for hosts, which have Python because Ansible needs it; only its standard library, and nothing
 * newer than Python 3.5.
 */

/**
 * `listen SECONDS TOKEN tcp:6443 udp:4789 …`: listens on those of the ports that are free, tells systemd which they are,
 * and answers whoever comes with the token. Its time is bounded by itself and by its unit, and its name tells whose it is.
 *
 * An address in use is in use by somebody else: TCP may take over what connections of before have left behind
 * (SO_REUSEADDR), but no port on which something listens; UDP takes over nothing.
 *
 * An answer over UDP comes from the address that was asked, by IP_PKTINFO and IPV6_PKTINFO, because the kernel's own choice
 * may be another one of the interface's, from which nobody waits for it. Of IP_PKTINFO older Pythons know no number.
 */
export const listenProgram = `
import errno, os, select, signal, socket, sys

signal.alarm(int(sys.argv[1]))
with open("/proc/self/comm", "w") as name:
    name.write("${ownListener}")
token = sys.argv[2].encode()
options = {socket.AF_INET6: (41, 49), socket.AF_INET: (0, 8)}

def bind(kind, port):
    for family, address in ((socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")):
        try:
            one = socket.socket(family, kind)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            if kind == socket.SOCK_STREAM:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if kind == socket.SOCK_DGRAM:
                one.setsockopt(options[family][0], options[family][1], 1)
            one.bind((address, port))
            if kind == socket.SOCK_STREAM:
                one.listen(64)
            one.setblocking(False)
            return one
        except OSError as error:
            if family == socket.AF_INET or error.errno == errno.EADDRINUSE:
                return None

def asked(control):
    """The address to which a packet came, as that from which one goes, whichever interface leads there."""
    for level, kind, data in control:
        if (level, kind) == (41, 50):
            return [(level, kind, data[:16] + bytes(4))]
        if (level, kind) == (0, 8):
            return [(level, kind, bytes(4) + data[4:8] + bytes(4))]
    return []

opened = {}
mine = []
for word in sys.argv[3:]:
    protocol, port = word.split(":")
    one = bind(socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM, int(port))
    if one is not None:
        opened[one] = protocol
        mine.append(word)

path = os.environ["NOTIFY_SOCKET"]
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.sendto(("READY=1\\nSTATUS=" + " ".join(mine)).encode(), "\\0" + path[1:] if path[0] == "@" else path)

while True:
    for one in select.select(list(opened), [], [])[0]:
        try:
            if opened[one] == "tcp":
                connection, _ = one.accept()
                connection.setblocking(False)
                connection.send(token)
                connection.close()
            else:
                data, control, _, sender = one.recvmsg(65535, 256)
                if data.startswith(token):
                    one.sendmsg([token + str(len(data)).encode()], asked(control), 0, sender)
        except OSError:
            pass
`;

/**
 * `tcp(address, port, token)`: what stands in the way of a connection, or None. With a token it has to be shown; without
 * one nothing is sent or read. It needs errno and socket.
 */
export const connecting = `
patience = 5
unreachable = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.ENETDOWN, errno.EHOSTDOWN)

def obstacle(error):
    if error.errno in unreachable:
        return "unreachable"
    return "refused" if error.errno == errno.ECONNREFUSED else "timed-out"

def tcp(address, port, token):
    try:
        with socket.create_connection((address, port), patience) as connection:
            if token is not None:
                data = b""
                while len(data) < len(token):
                    more = connection.recv(len(token))
                    if not more:
                        break
                    data += more
                if data != token:
                    return "other-machine"
    except socket.timeout:
        return "timed-out"
    except OSError as error:
        return obstacle(error)
`;

/**
 * Tries what standard input says, a JSON document [{"to", "address", "token", "mine": ["tcp:6443"],
 * "others": ["tcp:10250"]}]. `mine` are ports on which the program above listens: it has to show the token. `others`
 * are in use by somebody else: they are connected to, and nothing is sent or read. It answers by a JSON document
 * {"failed": [[to, port, obstacle]], "narrow": [[to, mtu, arrives]]}.
 *
 * Over UDP it also finds out how long packets may be that must not be cut into pieces: IP_MTU_DISCOVER as IP_PMTUDISC_PROBE,
 * whose numbers Python does not know.
 */
export const probeProgram = `
import errno, json, socket, sys, time
from concurrent.futures import ThreadPoolExecutor

targets = json.load(sys.stdin)
lengths = (1500, 1450, 1400, 1350, 1280)
${connecting}
def exchange(one, token, length, times, wait):
    """Whether a packet of so many bytes, or without a length a short one, is answered."""
    one.settimeout(wait)
    sent = token if length is None else token + bytes(length - len(token))
    found = "timed-out"
    for _ in range(times):
        try:
            one.send(sent)
            end = time.monotonic() + wait
            while time.monotonic() < end:
                if one.recv(100) == token + str(len(sent)).encode():
                    return None
        except socket.timeout:
            pass
        except OSError as error:
            if error.errno == errno.EMSGSIZE:
                return "too-long"
            found = obstacle(error)
            time.sleep(wait / 2)
    return found

def udp(address, port, token):
    """(obstacle, None) or (None, (mtu, what arrives)) or (None, None)"""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    level, header, discover, mtu_option = (41, 48, 23, 24) if family == socket.AF_INET6 else (0, 28, 10, 14)
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        try:
            one.connect((address, port))
        except OSError as error:
            return obstacle(error), None
        failed = exchange(one, token, None, 5, 1)
        if failed is not None:
            return failed, None
        one.setsockopt(level, discover, 3)
        mtu = one.getsockopt(level, mtu_option)
        if mtu > 65000 or exchange(one, token, mtu - header, 3, 1) is None:
            return None, None
        for length in lengths:
            if length < mtu and exchange(one, token, length - header, 2, 1) is None:
                return None, (mtu, length)
        return None, None

def work(item):
    target, word, is_mine = item
    protocol, port = word.split(":")
    token = target["token"].encode() if is_mine else None
    if protocol == "tcp":
        return target["to"], word, is_mine, tcp(target["address"], int(port), token), None
    return (target["to"], word, is_mine) + udp(target["address"], int(port), token)

items = [(target, word, True) for target in targets for word in target["mine"]]
items += [(target, word, False) for target in targets for word in target["others"]]
failed, narrow = [], []
with ThreadPoolExecutor(64) as pool:
    for to, word, is_mine, found, path in pool.map(work, items):
        # Of a port that somebody else has, nobody knows on which addresses of the host it is open.
        if found is not None and (is_mine or found == "timed-out"):
            failed.append([to, word, found])
        if path is not None:
            narrow.append([to, path[0], path[1]])
print(json.dumps({"failed": failed, "narrow": narrow}))
`;
