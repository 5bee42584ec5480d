import { request, type OutgoingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** One HTTP request with any Host, which `fetch` does not allow. Undefined: what listens there speaks no HTTP/1.1. */
export function ask({ body, ...question }: Question): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const asked = request({ ...question, agent: false, timeout: 5_000 }, (given) => {
      let text = '';
      given.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      given.on('end', () => {
        resolve({ status: given.statusCode ?? 0, headers: given.headers, text });
      });
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => {
      resolve(undefined);
    });
    asked.end(body);
  });
}
