import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { listenProgram, probeProgram } from '../../src/probes/reachability-programs.js';

/** Starts what listens as systemd does, waits until it is ready, tries the ports, and ends it. */
const both = `
import os, socket, subprocess, sys, tempfile
listener, prober, word, request = sys.argv[1:]
folder = tempfile.mkdtemp()
ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ready.bind(folder + "/notify")
ready.settimeout(20)
environment = dict(os.environ, NOTIFY_SOCKET=folder + "/notify")
child = subprocess.Popen([sys.executable, "-c", listener, "60", "token", word], env=environment)
try:
    print(ready.recv(100).decode().split("STATUS=")[1])
    print(subprocess.check_output([sys.executable, "-c", prober], input=request.encode()).decode())
finally:
    child.kill()
    child.wait()
    os.remove(folder + "/notify")
    os.rmdir(folder)
`;

/** As it is where the kernel has no IPv6. */
const listenWithoutIpv6 = listenProgram.replace(
  '(socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")',
  '(socket.AF_INET, "0.0.0.0"),',
);

async function tried(word: string, address: string, listener = listenProgram) {
  const request = [{ to: 'node2', address, token: 'token', mine: [word], others: [] }];
  const { stdout } = await execa('python3', [
    ...['-c', both, listener, probeProgram, word, JSON.stringify(request)],
  ]);
  const [listening, ...answer] = stdout.split('\n');
  return { listening, answer: JSON.parse(answer.join('\n')) as unknown };
}

describe('the two programs', () => {
  // The kernel's own choice for an answer is the first address of the interface, which nobody has asked.
  it.each([
    ['udp', '127.0.0.1'],
    ['udp', '127.0.0.2'],
    ['udp', '::1'],
    ['tcp', '127.0.0.2'],
  ])('reach each other over %s at %s', async (protocol, address) => {
    const word = `${protocol}:27989`;
    expect(await tried(word, address)).toEqual({ listening: word, answer: { failed: [], narrow: [] } });
  });

  it('reach each other over UDP where there is no IPv6', async () => {
    expect(listenWithoutIpv6).not.toContain('"::"');
    const { answer } = await tried('udp:27989', '127.0.0.2', listenWithoutIpv6);
    expect(answer).toEqual({ failed: [], narrow: [] });
  });
});
