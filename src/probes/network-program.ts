import { connecting } from './reachability-programs.js';

/**
 * A Python program for hosts, like those of reachability-programs.ts. It tries what standard input says, a JSON document
 * {"connections": [[address, port]], "questions": [[address, port, name, type]]}, all at once: TCP connections over which
 * nothing is sent, and questions of DNS over UDP, each asked at most three times. It answers in the same order by
 * {"connections": [obstacle], "questions": [[obstacle, code, addresses]]}.
 *
 * It opens nothing but connections, so nothing is left of it, and it ends itself after so many seconds.
 */
export const networkProgram = `
import errno, json, os, signal, socket, struct, sys, time
from concurrent.futures import ThreadPoolExecutor

signal.alarm(60)
request = json.load(sys.stdin)
${connecting}

def behind_name(data, at):
    while 0 < data[at] < 192:
        at += 1 + data[at]
    return at + (2 if data[at] else 1)

def read(data, kind):
    """DNS's code, and the first addresses of the answer: RFC 1035, 4.1"""
    _, flags, questions, answers = struct.unpack("!4H", data[:8])
    at, found = 12, []
    for _ in range(questions):
        at = behind_name(data, at) + 4
    for _ in range(answers):
        at = behind_name(data, at)
        sort, _, _, length = struct.unpack("!2HIH", data[at:at + 10])
        at += 10
        if sort == kind:
            family = socket.AF_INET if kind == 1 else socket.AF_INET6
            found.append(socket.inet_ntop(family, data[at:at + length]))
        at += length
    return flags & 15, found[:10]

def ask(address, port, name, kind):
    number = os.urandom(2)
    labels = b"".join(bytes([len(label)]) + label for label in name.encode("ascii").split(b"."))
    question = number + struct.pack("!5H", 256, 1, 0, 0, 0) + labels + struct.pack("!B2H", 0, kind, 1)
    found = "timed-out"
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect((address, port))
        for _ in range(3):
            end = time.monotonic() + 2
            try:
                one.send(question)
                while time.monotonic() < end:
                    one.settimeout(max(end - time.monotonic(), 0.01))
                    data = one.recv(65535)
                    if data[:2] == number and len(data) > 2 and data[2] & 128:
                        return (None,) + read(data, kind)
            except socket.timeout:
                found = "timed-out"
            except OSError as error:
                found = obstacle(error)
                time.sleep(0.5)
    return found, 0, []

def answer(item):
    try:
        return ask(*item)
    except OSError as error:
        return obstacle(error), 0, []
    except (ValueError, IndexError, struct.error):
        return "not-understood", 0, []

with ThreadPoolExecutor(64) as pool:
    questions = pool.map(answer, request["questions"])
    connections = pool.map(lambda one: tcp(one[0], one[1], None), request["connections"])
    print(json.dumps({"connections": list(connections), "questions": list(questions)}))
`;
