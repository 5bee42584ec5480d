import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { fingerprint, hostKeyFromWire, hostKeyText } from '../../src/hosts/host-key.js';

export type PasswordMethod = 'password' | 'keyboard-interactive';

/** An SSH server that takes one password, by one method, and answers every command with the command line itself. */
export class PasswordServer {
  readonly connections: Connection[] = [];
  /** Every password that it was sent, right or wrong. */
  readonly heard: string[] = [];
  /** What a command line is answered with. */
  answer = { code: 0, stderr: '' };
  /** Lets in every key, as an impostor does who wants to be taken for the host. */
  takesEveryKey = false;
  private readonly key = aKeyPair();
  private readonly server: ssh2.Server;

  constructor(
    private readonly method: PasswordMethod,
    private readonly password: string,
  ) {
    this.server = new ssh2.Server({ hostKeys: [this.key.private] }, (connection) => {
      this.connections.push(connection);
      connection.on('error', () => undefined);
      connection.on('authentication', (context) => this.judge(context));
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          channel.write(asAShell(command));
          channel.stderr.write(this.answer.stderr);
          channel.exit(this.answer.code);
          channel.end();
        });
      });
    });
  }

  /** "<type> <base64>" */
  get hostKey(): string {
    return hostKeyText(this.parsedKey());
  }

  get fingerprint(): string {
    return fingerprint(this.parsedKey());
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    for (const connection of this.connections) connection.end();
    this.server.close();
  }

  private parsedKey() {
    return hostKeyFromWire(Buffer.from(this.key.public.split(' ')[1] ?? '', 'base64'));
  }

  private judge(context: AuthContext): void {
    if (context.method === 'publickey' && this.takesEveryKey) return context.accept();
    if (context.method !== this.method) return context.reject([this.method]);
    if (context.method === 'password') this.hear(context, context.password);
    else if (context.method === 'keyboard-interactive') {
      context.prompt([{ prompt: 'Password: ', echo: false }], ([answer = '']) => this.hear(context, answer));
    }
  }

  private hear(context: AuthContext, password: string): void {
    this.heard.push(password);
    if (password === this.password) context.accept();
    else context.reject([this.method]);
  }
}

/** The library writes one in a few hundred keys so that it cannot read it itself. */
function aKeyPair() {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** `echo <word>; <the command>`, of which a shell does the first part. */
function asAShell(line: string): string {
  return line.replace(/^echo (\S+); /, '$1\n');
}
