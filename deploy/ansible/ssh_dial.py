"""Makes the connections of Ansible's ssh, and tries again where sshd drops one before it has said a word.

Kubespray delegates many tasks of every host to the first control plane, so that all forks of Ansible come to one sshd at
once. By its default MaxSessions ten of them share a connection; ssh makes a new one for each of the others, and by its
default MaxStartups sshd drops some of these. Neither ssh nor Ansible can try that again without harm: ConnectionAttempts
is for refused connections only, and Ansible's own `retries` would run a module twice. Here nothing was run yet.

ssh's ProxyCommand with ProxyUseFdpass: the connection goes to ssh by the socket that is standard output, what sshd says
first is left in it, and this program is gone. Called with host, port, the seconds after which silence is taken for death,
and the seconds after which a host that keeps dropping connections, and so is alive, is given up too.
"""

import os
import random
import select
import socket
import sys
import time

# sshd may say a few lines before its version.
GREETING_BYTES = 65536


def dial(host, port, silence, patience):
    """A connection to an sshd that has greeted; OSError without one."""
    last = time.monotonic() + patience
    while True:
        end = time.monotonic() + silence
        connection = connect(host, port, end)
        if greets(connection, end):
            return connection
        connection.close()
        if time.monotonic() > last:
            raise ConnectionError("sshd dropped every connection before its greeting (MaxStartups)")
        # Those that were dropped together must not come back together.
        time.sleep(random.uniform(0.1, 0.5))


def connect(host, port, end):
    """By the first address that answers; what refuses is not asked again, as ssh does with ConnectionAttempts=1."""
    failure = None
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(left(end))
            connection.connect(address)
            connection.setblocking(True)
            return connection
        except OSError as error:
            failure = error
            connection.close()
    raise failure or OSError("no address")


def greets(connection, end):
    """False where the other side closes before it has named its version, which stays there for ssh to read."""
    poller = select.poll()
    poller.register(connection, select.POLLIN | select.POLLRDHUP)
    while True:
        events = poller.poll(left(end) * 1000)
        try:
            said = connection.recv(GREETING_BYTES, socket.MSG_PEEK) if events else b""
        except ConnectionError:
            return False
        if any(line.startswith(b"SSH-") for line in said.split(b"\n")):
            return True
        if any(event & ~select.POLLIN for _, event in events):
            return False
        time.sleep(0.05)


def left(end):
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("Connection timed out")
    return seconds


def complain(sentence):
    """By the standard error of ssh itself: with ControlPersist ssh gives that of a ProxyCommand away to /dev/null."""
    try:
        with open("/proc/%d/fd/2" % os.getppid(), "w") as errors:
            errors.write(sentence)
    except OSError:
        sys.stderr.write(sentence)


def main(host, port, silence, patience):
    try:
        connection = dial(host, port, float(silence), float(patience))
    except OSError as error:
        complain("ssh: connect to host %s port %s: %s\r\n" % (host, port, error.strerror or error))
        sys.exit(1)
    with socket.socket(fileno=sys.stdout.fileno()) as to_ssh:
        socket.send_fds(to_ssh, [b"\0"], [connection.fileno()])


main(*sys.argv[1:])
