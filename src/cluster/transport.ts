import http from "node:http";
import https from "node:https";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { ClusterError } from "../model/cluster.ts";
import { isMapping, type Value } from "../model/value.ts";
import { problemOf } from "./problem.ts";

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** Beginning with `/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  /** For messages: `list Secrets`. */
  readonly what: string;
  /** Whether values in the server's answer have to stay out of messages. */
  readonly secret?: boolean;
  /** Whether it may be sent again where nobody knows what became of it: it reads, or writes the same twice. */
  readonly repeatable: boolean;
}

export interface TransportOptions {
  /** Milliseconds until an answer counts as missing. */
  readonly timeout: number;
  /** How often a request is repeated, with growing pauses. */
  readonly retries: number;
  readonly signal?: AbortSignal;
}

/** More than any honest answer: a page of a list has some megabytes. */
const largestAnswer = 512 * 1024 * 1024;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Requests to one server with the credentials of a kubeconfig, over connections that are kept. */
export class Transport {
  readonly server: URL;
  readonly #config: KubeConfig;
  readonly #options: TransportOptions;
  #agent: http.Agent | https.Agent | null = null;

  constructor(config: KubeConfig, server: string, options: TransportOptions) {
    this.#config = config;
    this.#options = options;
    this.server = new URL(server);
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** The JSON of a server's answer. Throws a {@link ClusterError}. */
  async send(request: Request): Promise<Value> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        const passing = ["unreachable", "busy"].includes(error.problem);
        const again = passing || (error.problem === "timeout" && request.repeatable);
        // A server that could not be reached may have got a write all the same.
        if (!again || (error.status === null && !request.repeatable) || attempt >= this.#options.retries)
          throw error;
        this.#options.signal?.throwIfAborted();
        await pause(Math.min(250 * 2 ** attempt, 4000));
      }
    }
  }

  async #once(request: Request): Promise<Value> {
    const { status, text } = await this.#answer(request);
    let body: Value;
    try {
      body = text === "" ? null : JSON.parse(text);
    } catch {
      body = null;
    }
    if (status >= 300) throw problemOf(status, body, request.what, request.secret === true);
    if (!isMapping(body))
      throw new ClusterError("server", `${request.what}: the answer is no JSON object`, { status });
    return body;
  }

  /** Headers with credentials that are fresh; the agent of the first time, since it keeps the connections. */
  async #prepare(request: Request): Promise<https.RequestOptions> {
    const options: https.RequestOptions = {
      method: request.method,
      headers: {
        accept: "application/json",
        "user-agent": "meshlint",
        ...(request.body !== undefined && {
          "content-type": request.contentType ?? "application/json",
          "content-length": Buffer.byteLength(request.body),
        }),
      },
      timeout: this.#options.timeout,
    };
    try {
      await this.#config.applyToHTTPSOptions(options);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ClusterError(
        "unauthorized",
        `${request.what}: the kubeconfig's credentials cannot be had: ${why}`,
      );
    }
    const made = options.agent;
    if (this.#agent === null) {
      const { ca, cert, key, rejectUnauthorized, servername } = options;
      const plain = made === undefined || typeof made === "boolean" || made.constructor === https.Agent;
      const kept = { keepAlive: true, maxSockets: 16 };
      this.#agent = !plain
        ? made
        : this.server.protocol === "http:"
          ? new http.Agent(kept)
          : new https.Agent({
              ...kept,
              ca,
              cert,
              key,
              servername,
              ...(rejectUnauthorized === false && { rejectUnauthorized }),
            });
    }
    return { ...options, agent: this.#agent };
  }

  async #answer(request: Request): Promise<{ readonly status: number; readonly text: string }> {
    const options = await this.#prepare(request);
    const url = new URL(this.server.pathname.replace(/\/$/, "") + request.path, this.server);
    for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
    const { signal } = this.#options;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const lost = (error: Error): void =>
        reject(
          error instanceof ClusterError
            ? error
            : new ClusterError(
                "unreachable",
                `${request.what}: no answer from ${this.server.origin}: ${error.message}`,
              ),
        );
      const module = url.protocol === "http:" ? http : https;
      const sent = module.request(url, { ...options, ...(signal && { signal }) }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > largestAnswer) response.destroy(new Error("the answer is too large"));
          else chunks.push(chunk);
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
        response.on("error", lost);
      });
      sent.on("timeout", () => {
        const seconds = this.#options.timeout / 1000;
        sent.destroy(
          new ClusterError(
            "timeout",
            `${request.what}: no answer from ${this.server.origin} within ${seconds} s`,
          ),
        );
      });
      sent.on("error", lost);
      if (request.body !== undefined) sent.write(request.body);
      sent.end();
    });
  }
}
