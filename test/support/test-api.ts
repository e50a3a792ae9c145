import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { isMapping, type Mapping, type Value, valueAt } from "../../src/model/value.ts";
import type { TestCluster } from "./envtest.ts";

export interface Answer {
  readonly status: number;
  readonly body: Mapping;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Plain requests to a test's server, as somebody beside meshlint makes them. */
export class TestApi {
  readonly #cluster: TestCluster;
  readonly #agent: Agent;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
    const ca = readFileSync(join(cluster.folder, "ca.crt"));
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: 4 });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** An answer, of whatever status; a server that is away is asked again for a while. */
  async send(method: string, path: string, body?: Value, type = "application/json"): Promise<Answer> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#once(method, path, body, type);
      } catch (error) {
        if (tries >= 40) throw error;
        await pause(250);
      }
    }
  }

  #once(method: string, path: string, body: Value | undefined, type: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sending = body === undefined ? "" : JSON.stringify(body);
      const sent = request(
        {
          host: "localhost",
          port: this.#cluster.port,
          path,
          method,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.#cluster.token}`,
            accept: "application/json",
            ...(sending !== "" && { "content-type": type, "content-length": Buffer.byteLength(sending) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            // What is not served is answered with plain words.
            const value: unknown = text.startsWith("{") ? JSON.parse(text) : {};
            resolve({ status: response.statusCode ?? 0, body: isMapping(value) ? value : {} });
          });
        },
      );
      sent.on("error", reject);
      sent.end(sending);
    });
  }

  /** Creates objects; those that exist already stay. Kinds that come with others are waited for. */
  async create(path: string, ...objects: readonly Mapping[]): Promise<void> {
    for (const object of objects) {
      for (let tries = 0; ; tries++) {
        const { status, body } = await this.send("POST", path, object);
        if (status < 300 || status === 409) break;
        if (tries >= 100) throw new Error(`POST ${path}: ${status} ${String(body.message)}`);
        await pause(100);
      }
    }
  }

  async get(path: string): Promise<Mapping | null> {
    const { status, body } = await this.send("GET", path);
    return status === 200 ? body : null;
  }

  async list(path: string): Promise<readonly Mapping[]> {
    const { body } = await this.send("GET", path);
    const items = valueAt(body, ["items"]);
    return Array.isArray(items) ? items.filter(isMapping) : [];
  }

  async patch(path: string, body: Mapping): Promise<Answer> {
    return this.send("PATCH", path, body, "application/merge-patch+json");
  }

  async remove(path: string): Promise<void> {
    await this.send("DELETE", path);
  }
}
